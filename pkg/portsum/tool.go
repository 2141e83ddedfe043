package portsum

import (
	"portkit/pkg/cli"
	"portkit/pkg/record"
	"portkit/pkg/scanfile"
)

// Tool describes portsum to the command line and the manual.
func Tool() cli.Tool {
	return cli.Tool{
		Name:    "portsum",
		Summary: "summarize port scan results",
		Texts: map[string]string{"output": "Output format. text: report for people. json: summary records, which portsum accepts as input. " +
			"html: self-contained page. csv: one row per summary record. csv-ports: one row per endpoint. " +
			"nmap-xml: for ndiff and other importers of nmap's XML. " +
			"prometheus: metrics for the textfile collector. auto: text on a terminal, else json."},
		Command:  &Command{},
		Schema:   func() []byte { return record.Schema("summary") },
		Reads:    "result records",
		Foreign:  scanfile.IsForeignResults,
		OnSignal: cli.ReadOn,
		Examples: []cli.Example{
			{Text: "Scan a host and print a report.", Command: "portgen 192.0.2.7 -p 1-1024 | portprobe | portsum -o text"},
			{Text: "Write a self-contained HTML page.", Command: "portsum -o html results.ndjson > report.html"},
			{Text: "Keep the summary and list hosts with SSH open.", Command: `portsum results.ndjson | tee summary.ndjson | jq -r 'select(.open | index(22))? | .host'`},
			{Text: "Combine the parts of a scan that ran on several machines.", Command: "portsum part1.ndjson part2.ndjson -o text"},
			{Text: "Group by owner, a field of the host list.", Command: "portsum --by owner -o text results.ndjson"},
			{Text: "List which products run, and on how many ports.", Command: "portsum --by product,version -o text results.ndjson"},
			{Text: "List certificates that expire within a quarter.", Command: "portsum -o text --expiring 90 results.ndjson"},
			{Text: "Group by owner and network, as CSV for a spreadsheet.", Command: "portsum --by owner,ip/24 -o csv results.ndjson > summary.csv"},
			{Text: "Probe another network for the 100 ports most often open here.", Command: "portsum --weights results.ndjson > ports.txt\nportgen 192.0.2.0/24 --top 100 --ports-file ports.txt | portprobe"},
			{Text: "Export metrics for the textfile collector of Prometheus's node exporter.", Command: "portsum --stats --by owner -o prometheus results.ndjson > portkit.prom.new &&\n    mv portkit.prom.new portkit.prom"},
			{Text: "Compare two scans with ndiff.", Command: "portsum -o nmap-xml monday.ndjson > monday.xml\nportsum -o nmap-xml friday.ndjson > friday.xml\nndiff monday.xml friday.xml"},
		},
	}
}
