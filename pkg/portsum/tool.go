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
			{Text: "Make a page of it, to be sent or printed.", Command: "portsum -o html results.ndjson > report.html"},
			{Text: "Keep the summary and list who has ssh open.", Command: `portsum results.ndjson | tee summary.ndjson | jq -r 'select(.open | index(22))? | .host'`},
			{Text: "Add the parts of a scan up that several machines did.", Command: "portsum part1.ndjson part2.ndjson -o text"},
			{Text: "Open ports by owner, a field that the host list brought along.", Command: "portsum --by owner -o text results.ndjson"},
			{Text: "The same for each network, as a table for a spreadsheet.", Command: "portsum --by owner,ip/24 -o csv results.ndjson > summary.csv"},
			{Text: "Ask elsewhere what was found open here, the hundred likeliest ports of it.", Command: "portsum --weights results.ndjson > ports.txt\nportgen 192.0.2.0/24 --top 100 --ports-file ports.txt | portprobe"},
			{Text: "Tell Prometheus, by way of the node exporter's textfile collector.", Command: "portsum --stats --by owner -o prometheus results.ndjson > portkit.prom.new &&\n    mv portkit.prom.new portkit.prom"},
			{Text: "Compare two scans with ndiff.", Command: "portsum -o nmap-xml monday.ndjson > monday.xml\nportsum -o nmap-xml friday.ndjson > friday.xml\nndiff monday.xml friday.xml"},
		},
		Sections: []cli.Section{{Title: "Outputs", Text: outputs}, {Title: "Adding up", Text: addingUp}, {Title: "Groups", Text: aboutGroups}},
		Exit: []cli.Term{
			{Name: "0", Text: "Done. Errors in the records that were read are data."},
			{Name: "1", Text: "Done, but some line could not be read."},
			{Name: "2", Text: "Nothing was done: the command line is wrong."},
			{Name: "3", Text: "An input could not be read, or the output not written."},
			{Name: "130, 143", Text: "Ended by SIGINT, SIGTERM, after reading on to the end of input and writing the summary; at once where standard input is a terminal."},
			{Name: "141", Text: "The reader of standard output went away (SIGPIPE)."},
		},
		SeeAlso: []string{"portgen(1)", "portprobe(1)", "portdiff(1)", "portkit(5)", "portkit-parallel(7)"},
	}
}

const description = `portsum reads the result records of portprobe and its own earlier summary records, from files or
standard input, and writes when the input ends: a report for people (-o text, -o html), one summary record for each host,
address and protocol (-o json), or a form that other programs read (-o csv, csv-ports, nmap-xml, prometheus).`

const outputs = `text is a block for each host and a block of totals; with --by a table for each group. In it, "Filtered/Error ports" counts
the ports that gave no usable answer: filtered, open|filtered (udp ports that stayed silent) and error. Lines below it give the reasons: host-unreach where there
is no such host, admin-prohibited and the like where a firewall rejects, no-response where packets vanish. Of several hosts
the first line counts those that replied, which are those with an open or closed port.

html is one file that needs nothing else: it loads no script, font or image from anywhere, and its content security policy
would not let it. It has totals, what could not be asked and why, groups, open services, the distribution of round trips,
and a table of hosts with a map of up to 24 common ports, which can be sorted and filtered where scripts run, printed, and
read without colours. With more than 20,000 hosts those with nothing open are counted and not listed.

csv is a row for each summary record, csv-ports a row for each endpoint (RFC 4180: commas, CRLF, UTF-8). The columns of
--by come first, with by_ before the name of one that is called as another column. Lists of ports have their protocol in front, tcp:22,80-90, as portgen -p reads them: no spreadsheet takes
that for a number or a date. A text that a spreadsheet would take for a formula, because it begins with = + - or @, also
behind blanks or a separator within it, gets an apostrophe in front; numbers stay as they are, and so do texts that a spreadsheet takes for a date or number when the file is opened by
a double click, such as mar-1, 1e5 or 0012: import the file as data and set these columns to text.

nmap-xml is what ndiff and other importers of nmap's XML output read. An address is one host in it, whatever names it was
asked by; a host is up if a port of it was open or closed, and otherwise unknown. It has no state for ports that could
not be asked: these are left out, which is said, and a host that has no others is a target that was skipped. Times are those
of the results, where they are known; the time of writing otherwise.

prometheus is for the textfile collector of Prometheus's node exporter. These are its metrics, the last three only with --stats:

    portkit_hosts                           hosts
    portkit_hosts_open                      hosts with an open port
    portkit_ports                           ports by proto and state
    portkit_reasons                         ports by proto and reason
    portkit_bad_records                     records and lines that could not be read
    portkit_first_result_timestamp_seconds  when the first result came
    portkit_last_result_timestamp_seconds   when the last result came
    portkit_rtt_seconds                     a histogram of round trips

Publish what was written only if the exit status is 0, as the example does: 1 means that lines could not be read, so that
their ports are missing from the totals.

No label names a host or port, unless --by asks for one: each field of it becomes a label, in letters, digits and
underscores (ip_24).

In all but json, characters that cannot be seen, such as control characters, marks that turn the direction of writing and
spaces without a width, come out as \u escapes. On a terminal they do so in json too, where the escapes stand for the same text.`

const addingUp = `An endpoint is a host, its address, protocol and port. One that is met more than once counts once, and its most
definite answer stands: open, closed, filtered, open|filtered, error, in this order; of equal ones the one whose
reason comes first in the alphabet.

Summaries can be added up as results can: the summary of the parts' summaries is byte for byte the summary of the
whole, in any order and grouping, as long as --by is the same. A summary record longer than 1 MiB is written as several
of the same host, address and protocol, which add up.

With --stats, records bear a field stats: the earliest and latest time of a result, and a histogram of round trips. It adds
up exactly, too, in any order, but every result counts in it, so that an endpoint that is met twice counts twice.
Without --stats it is passed over.

Memory follows the number of hosts, not of records: some 100 bytes a host, 6 a run of ports that say the same, and where those are many,
16 KiB for a host with up to three different answers and 24 KiB with up to seven. 65,536 hosts with all ports asked in random order, some open, some closed and some silent, take 1.5 GB.

With --weights the weight of a port is the number of hosts, as the summary records tell them apart, on which it is open.
Weights come from results and summaries alike, and parts add up; files of weights do not: keep the summaries.`

const aboutGroups = `--by groups by the value of a field as it is written in the record: 1 and 1.0 are two groups, and records
that lack the field are one of their own. host, ip and proto are told apart in any case; as text, and for prometheus, they can be
groups too. ip/24 is the prefix of 24 bits that the address lies in. An endpoint whose records differ in the field
is in several groups, and counts in each of them and so in what they come to together. Records without an endpoint
and lines that could not be read are counted in one record of their own, bad_records.`
