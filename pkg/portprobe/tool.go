package portprobe

import (
	"portkit/pkg/cli"
	"portkit/pkg/record"
	"portkit/pkg/scanfile"
)

// Tool describes portprobe to the command line, the manual and completions.
func Tool() cli.Tool {
	return cli.Tool{
		Name:     "portprobe",
		Summary:  "probe TCP and UDP ports and record the evidence",
		Command:  &Command{},
		Schema:   func() []byte { return record.Schema("result") },
		Reads:    "records",
		Foreign:  scanfile.IsForeign,
		OnSignal: cli.Settle,
		Groups: []cli.Group{
			{Key: "timing", Title: "Timing and performance"},
			{Key: "probing", Title: "Probing"},
			{Key: "scope", Title: "Scope and limits"},
			{Key: "output", Title: "Output"},
			{Key: "logging", Title: "Logging"},
		},
		Examples: []cli.Example{
			{Text: "Scan all ports of this machine.", Command: "portgen 127.0.0.1 -p- | portprobe | portsum"},
			{Text: "Probe one port of two hosts, with plain lines in and out.", Command: "printf '127.0.0.1:22\\n[::1]:22\\n' | portprobe --plain --open"},
			{Text: "Send at most 500 probes per second, and 20 to any address.", Command: "portgen -i hosts.txt -p 22,443 | portprobe -r 500 --host-rate 20"},
			{Text: "List UDP services that reply, with their protocol.", Command: "portgen 127.0.0.1 --top 100 --udp | portprobe --open | jq -r '\"\\(.port) \\(.app)\"'"},
			{Text: "Use a half-open scan (Linux; requires CAP_NET_RAW).", Command: "portgen -i hosts.txt -p- | portprobe --method syn | portsum"},
			{Text: "Try a pipeline without sending anything.", Command: "portgen 10.0.0.0/16 --top 10 | portprobe --simulate rtt=20ms,silent=0.9 | portsum"},
			{Text: "Run a scan that can be interrupted and resumed, limited to a scope. Repeat the first command to resume.", Command: "portgen -i hosts.txt -p- | portprobe --allow-file scope.txt --resume scan.ndjson\nportsum -o text scan.ndjson"},
			{Text: "Retry endpoints that could not be probed.", Command: "jq -c 'select(.state == \"error\")' results.ndjson | portprobe"},
		},
	}
}
