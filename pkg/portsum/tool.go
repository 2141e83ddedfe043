package portsum

import (
	"portkit/pkg/cli"
	"portkit/pkg/record"
)

// Tool describes portsum to the command line and the manual.
func Tool() cli.Tool {
	return cli.Tool{
		Name:        "portsum",
		Summary:     "summarize port scan results",
		Description: description,
		Command:     &Command{},
		Schema:      func() []byte { return record.Schema("summary") },
		Reads:       "result records",
		OnSignal:    cli.ReadOn,
		Examples: []cli.Example{
			{Text: "Scan a host and print a report.", Command: "portgen 192.0.2.7 -p 1-1024 | portprobe | portsum -o text"},
			{Text: "Write a self-contained HTML page.", Command: "portsum -o html results.ndjson > report.html"},
			{Text: "Keep the summary and list hosts with SSH open.", Command: `portsum results.ndjson | tee summary.ndjson | jq -r 'select(.open | index(22))? | .host'`},
			{Text: "Combine the parts of a scan that ran on several machines.", Command: "portsum part1.ndjson part2.ndjson -o text"},
			{Text: "Group by owner, a field of the host list.", Command: "portsum --by owner -o text results.ndjson"},
			{Text: "Group by owner and network, as CSV for a spreadsheet.", Command: "portsum --by owner,ip/24 -o csv results.ndjson > summary.csv"},
			{Text: "Probe another network for the 100 ports most often open here.", Command: "portsum --weights results.ndjson > ports.txt\nportgen 192.0.2.0/24 --top 100 --ports-file ports.txt | portprobe"},
			{Text: "Export metrics for the textfile collector of Prometheus's node exporter.", Command: "portsum --stats --by owner -o prometheus results.ndjson > portkit.prom.new &&\n    mv portkit.prom.new portkit.prom"},
			{Text: "Compare two scans with ndiff.", Command: "portsum -o nmap-xml monday.ndjson > monday.xml\nportsum -o nmap-xml friday.ndjson > friday.xml\nndiff monday.xml friday.xml"},
		},
		Sections: []cli.Section{{Title: "Output formats", Text: outputs}, {Title: "Combining results", Text: addingUp}, {Title: "Groups", Text: aboutGroups}},
		Exit: []cli.Term{
			{Name: "0", Text: "Success. Error records in the input are data."},
			{Name: "1", Text: "Finished, but some lines were not valid records."},
			{Name: "2", Text: "Usage error. Nothing was read."},
			{Name: "3", Text: "An input could not be read, or the output could not be written."},
			{Name: "130, 143", Text: "Ended by SIGINT or SIGTERM, after reading the rest of the input and writing the summary; at once if standard input is a terminal."},
			{Name: "141", Text: "The reader of standard output exited (SIGPIPE)."},
		},
		SeeAlso: []string{"portgen(1)", "portprobe(1)", "portdiff(1)", "portkit(5)", "portkit(7)", "portkit-recipes(7)", "portkit-troubleshooting(7)", "portkit-parallel(7)"},
	}
}

const description = `portsum reads the result records of portprobe and its own summary records, from files or
standard input. At the end of the input it writes a report for people (-o text, -o html), one summary record for each host,
address and protocol (-o json), or a format for other programs (-o csv, csv-ports, nmap-xml, prometheus).`

const outputs = `text
	One block for each host and one with totals; with --by one table for each group. "Filtered/Error ports" counts
	ports without a definite result: filtered, open|filtered (UDP ports without a reply) and error. The lines below it list the
	reasons: host-unreach if there is no such host, admin-prohibited and similar if a firewall rejects, no-response if packets are
	dropped. For several hosts the first line counts those that replied: hosts with an open or closed port.

html
	A self-contained page. It loads no script, font or image, and its content security policy forbids it. It contains totals,
	errors with their reasons, groups, open services, the distribution of round-trip times,
	and a table of hosts with a map of up to 24 common ports, which can be searched and sorted if scripts are enabled, printed, and
	read without colors. With more than 20,000 hosts, hosts without open ports are counted, not listed.

csv, csv-ports
	One row for each summary record, or for each endpoint (RFC 4180: commas, CRLF, UTF-8). The columns of
	--by come first, prefixed with by_ if another column has the same name. Lists of ports contain the protocol
	(tcp:22,80-90), which portgen -p accepts and spreadsheets do not read as numbers or dates. Text that a spreadsheet would evaluate as a formula, because
	it begins with = + - or @, possibly after blanks or separators, is prefixed with an apostrophe. Numbers are unchanged. So is text that a spreadsheet
	converts to a date or number when the file is opened directly, such as mar-1, 1e5 or 0012: import the file and set these columns to text
	(LibreOffice: click the column's heading in the dialog Text Import, then Column type: Text). An apostrophe there would be part of the value for
	every other reader, such as Miller or a database.

nmap-xml
	For ndiff and other importers of nmap's XML. Each address is one host, whatever names it was
	probed by. A host is up if one of its ports was open or closed, and otherwise unknown. The format has no state for ports that could
	not be probed: these are omitted, with a message, and a host without other ports is listed as a skipped target. Times are those
	of the results if known, otherwise the time of writing.

prometheus
	For the textfile collector of Prometheus's node exporter. The metrics, the last three only with --stats:

    portkit_hosts                           hosts
    portkit_hosts_open                      hosts with an open port
    portkit_ports                           ports by proto and state
    portkit_reasons                         ports by proto and reason
    portkit_bad_records                     records and lines that could not be read
    portkit_first_result_timestamp_seconds  time of the first result
    portkit_last_result_timestamp_seconds   time of the last result
    portkit_rtt_seconds                     histogram of round-trip times

Publish the metrics only if the exit status is 0, as in the example: 1 means that lines could not be read, and their
ports are missing from the totals.

No label names a host or port, unless --by requests it: each of its fields becomes a label, in letters, digits and
underscores (ip_24).

In all formats except json, invisible characters (control characters, directional marks, zero-width spaces)
are written as \u escapes. On a terminal this applies to json too, where the escapes are equivalent.`

const addingUp = `An endpoint is a host, its address, protocol and port. If it occurs more than once, it counts once, with its most
definite state: open, closed, filtered, open|filtered, error, in this order. Among equal states, the
alphabetically first reason counts.

Summaries can be combined like results: the summary of the parts' summaries is byte for byte the summary of the
whole, in any order and grouping, if --by is the same. A summary record longer than 1 MiB is split into several
with the same host, address and protocol, which add up.

With --stats, records contain a field stats: the earliest and latest time of a result, and a histogram of round-trip times. It
adds up exactly in any order, but every result counts: an endpoint that occurs twice counts twice.
Without --stats the field is ignored.

Memory depends on the number of hosts, not of records: about 100 bytes per host, 6 per run of ports with the same result, and if there are many runs,
16 KiB for a host with up to three different results and 24 KiB with up to seven. 65,536 hosts with all ports in random order, a mix of open, closed and filtered, use 1.5 GB.

With --weights the weight of a port is the number of hosts on which it is open, as distinguished by the summary records.
Results and summaries are both accepted, and their parts add up. Weight files cannot be added: keep the summaries.`

const aboutGroups = `--by groups by the value of a field as written in the record: 1 and 1.0 are two groups, and records
without the field form their own group. host, ip and proto are always distinguished in records; in text and prometheus they can be
groups too. ip/24 is the 24-bit prefix of the address. An endpoint whose records differ in the field
belongs to several groups. It counts once in each of them, and therefore more than once in their total. Records without an endpoint
and lines that could not be read are counted in a separate record, bad_records.`
