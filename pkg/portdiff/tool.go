package portdiff

import (
	"portkit/pkg/cli"
	"portkit/pkg/record"
	"portkit/pkg/scanfile"
)

// Tool describes portdiff to the command line and the manual.
func Tool() cli.Tool {
	return cli.Tool{
		Name:     "portdiff",
		Summary:  "compare two port scans, or a scan with expected open ports",
		Usage:    []string{"[flags] OLD NEW", "[flags] --expect FILE [RESULTS]"},
		Command:  &Command{},
		Schema:   func() []byte { return record.Schema(record.KindChange) },
		Reads:    "result records",
		Foreign:  scanfile.IsForeignResults,
		OnSignal: cli.ReadOn,
		Trouble:  cli.StatusUsage,
		Examples: []cli.Example{
			{Text: "Show changes since yesterday.", Command: "portdiff yesterday.ndjson today.ndjson -o text"},
			{Text: "Show only newly opened ports with their owner, a field of your own.", Command: `portdiff yesterday.ndjson today.ndjson | jq -c 'select(.new == "open") | {host, port, owner}'`},
			{Text: "Probe changed endpoints again before raising an alarm.", Command: "portdiff yesterday.ndjson today.ndjson | portprobe | portsum -o text"},
			{Text: "Compare with the expected ports in cron or CI. If there are differences, the exit status is 1.", Command: "portgen 192.0.2.0/24 -p- | portprobe | portdiff --expect expected.txt -o text"},
			{Text: "List unexpected open ports.", Command: `portdiff --expect expected.txt results.ndjson | jq -c 'select(.change == "added")'`},
		},
	}
}
