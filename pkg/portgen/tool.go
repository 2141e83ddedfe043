package portgen

import (
	"portkit/pkg/cli"
	"portkit/pkg/record"
	"portkit/pkg/scanfile"
)

// Tool describes portgen to the command line and the manual.
func Tool() cli.Tool {
	return cli.Tool{
		Name:     "portgen",
		Summary:  "expand target and port specs into endpoints to probe",
		Command:  &Command{},
		Schema:   func() []byte { return record.Schema(record.KindEndpoint) },
		Reads:    "a host list",
		Foreign:  scanfile.IsForeignText,
		OnSignal: cli.StopAtOnce,
		Groups: []cli.Group{
			{Key: "targets", Title: "Target specification"},
			{Key: "ports", Title: "Port specification"},
			{Key: "names", Title: "Name resolution"},
			{Key: "which", Title: "Order and selection"},
			{Key: "output", Title: "Output"},
		},
		Examples: []cli.Example{
			{Text: "Scan three ports of a network.", Command: "portgen 192.0.2.0/24 -p 22,80,443 | portprobe | portsum -o text"},
			{Text: "Scan the hosts of a list. Extra fields such as owner are kept.", Command: "portgen -i hosts.ndjson -p 1-1024 | portprobe --open"},
			{Text: "Count the endpoints of a scan before running it.", Command: "portgen 10.0.0.0/8 -p- -x 10.1.0.0/16 --count"},
			{Text: "Scan in random order, divided among four machines (this is the first).", Command: "portgen 10.0.0.0/8 --top 100 --order random --seed 7 --shard 1/4 | portprobe"},
			{Text: "Write ip:port lines for another tool.", Command: "portgen 192.0.2.1-9 -p http,https --plain"},
		},
	}
}
