package portid

import (
	"portkit/pkg/cli"
	"portkit/pkg/record"
	"portkit/pkg/scanfile"
)

// Tool describes portid to the command line, the manual and completions.
func Tool() cli.Tool {
	return cli.Tool{
		Name:     "portid",
		Summary:  "identify the services at open ports",
		Command:  &Command{},
		Schema:   func() []byte { return record.Schema(record.KindService) },
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
			{Text: "Identify the services of this machine.", Command: "portgen 127.0.0.1 --top 1000 | portprobe --open | portid | portsum"},
			{Text: "Identify the service at one port.", Command: "echo 127.0.0.1:22 | portid"},
			{Text: "Identify the services of an earlier scan, in input order.", Command: "portid -k scan.ndjson > services.ndjson"},
			{Text: "List what was found.", Command: `portid scan.ndjson | jq -r 'select(.app) | [.host, .port, .app, .product, .version] | @tsv'`},
			{Text: "Try all requests, 100 endpoints of an address at once.", Command: "portid --effort thorough --host-concurrency 100 scan.ndjson"},
			{Text: "List the certificates that clients reject.", Command: "portid scan.ndjson | jq -c 'select(.tls and .tls.verify != \"ok\") | {host, port, tls}'"},
		},
	}
}
