package portfrom

import (
	"portkit/pkg/cli"
	"portkit/pkg/record"
)

// Tool describes portfrom to the command line, the manual and completions.
func Tool() cli.Tool {
	return cli.Tool{
		Name:         "portfrom",
		Summary:      "convert the results of other scanners",
		Texts:        map[string]string{"formats": formatNames()},
		Command:      &Command{},
		Schema:       func() []byte { return record.Schema(record.KindImported) },
		Reads:        "results of another scanner",
		OtherFormats: true,
		OnSignal:     cli.ReadOn,
		Examples: []cli.Example{
			{Text: "Report what nmap found.", Command: "portfrom scan.xml | portsum -o text"},
			{Text: "Compare an earlier scan of nmap with the state now.", Command: "portfrom friday.xml > friday.ndjson\nportprobe friday.ndjson | portdiff friday.ndjson -"},
			{Text: "Merge the scans of a team into one page.", Command: "portfrom nmap/*.xml masscan.json | portsum -o html > all.html"},
			{Text: "Probe again what nmap called filtered.", Command: "portfrom scan.xml | jq -c 'select(.state == \"filtered\")' | portprobe"},
			{Text: "Identify the services that masscan found.", Command: "portfrom masscan.json | portid"},
		},
	}
}
