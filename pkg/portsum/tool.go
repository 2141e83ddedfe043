package portsum

import (
	"portkit/pkg/cli"
	"portkit/pkg/record"
)

// Tool describes portsum to the command line and the manual.
func Tool() cli.Tool {
	return cli.Tool{
		Name:        "portsum",
		Summary:     "add up port scan results and draw the report",
		Description: description,
		Command:     &Command{},
		Schema:      func() []byte { return record.Schema("summary") },
		Reads:       "result records",
		OnSignal:    cli.ReadOn,
		Examples: []cli.Example{
			{Text: "Scan a host and look at the report.", Command: "portgen 192.0.2.7 -p 1-1024 | portprobe | portsum -o text"},
			{Text: "Keep the summary and list who has ssh open.", Command: `portsum results.ndjson | tee summary.ndjson | jq -r 'select(.open | index(22))? | .host'`},
			{Text: "Add the parts of a scan up that several machines did.", Command: "portsum part1.ndjson part2.ndjson -o text"},
			{Text: "Open ports by owner, a field that the host list brought along.", Command: "portsum --by owner results.ndjson | jq -c '{owner, host, open}'"},
			{Text: "Ask elsewhere what was found open here, the hundred likeliest ports of it.", Command: "portsum --weights results.ndjson > ports.txt\nportgen 192.0.2.0/24 --top 100 --ports-file ports.txt | portprobe"},
		},
		Sections: []cli.Section{{Title: "Adding up", Text: addingUp}},
		Exit: []cli.Term{
			{Name: "0", Text: "Done. Errors in the records that were read are data."},
			{Name: "1", Text: "Done, but some line could not be read."},
			{Name: "2", Text: "Nothing was done: the command line is wrong."},
			{Name: "3", Text: "An input could not be read, or the output not written."},
			{Name: "130, 143", Text: "Ended by SIGINT, SIGTERM, after reading on to the end of input and writing the summary."},
			{Name: "141", Text: "The reader of standard output went away (SIGPIPE)."},
		},
		SeeAlso: []string{"portgen(1)", "portprobe(1)", "portkit(5)", "portkit-parallel(7)"},
	}
}

const description = `portsum reads the result records of portprobe and its own earlier summary records, from files or
standard input, and writes when the input ends: a report for people (-o text), or one summary record for each host,
address and protocol (-o json).

In the report, "Filtered/Error ports" counts the ports that gave no usable answer: filtered, open|filtered (udp ports that
stayed silent) and error. Where they are not all filtered, lines below it tell them apart, with their reasons.`

const addingUp = `An endpoint is a host, its address, protocol and port. One that is met more than once counts once, and its most
definite answer stands: open, closed, filtered, open|filtered, error, in this order; of equal ones the one whose
reason comes first in the alphabet.

Summaries can be added up as results can: the summary of the parts' summaries is byte for byte the summary of the
whole, in any order and grouping, as long as --by is the same. A summary record longer than 1 MiB is written as several
of the same host, address and protocol, which add up.

Memory follows the number of hosts, not of records.

--by groups by the value of a field as it is written in the record: 1 and 1.0 are two groups, and records
that lack the field are one of their own. host, ip and proto are told apart in any case. Records that could not be asked
because they could not be read are counted in one record of their own, bad_records.

With --weights the weight of a port is the number of hosts, as the summary records tell them apart, on which it is open.
Weights come from results and summaries alike, and parts add up; files of weights do not: keep the summaries.`
