package portdiff

import (
	"portkit/pkg/cli"
	"portkit/pkg/record"
)

// Tool describes portdiff to the command line and the manual.
func Tool() cli.Tool {
	return cli.Tool{
		Name:        "portdiff",
		Summary:     "compare two port scans, or a scan with expected open ports",
		Description: description,
		Usage:       []string{"[flags] OLD NEW", "[flags] --expect FILE [RESULTS]"},
		Command:     &Command{},
		Schema:      func() []byte { return record.Schema(record.KindChange) },
		Reads:       "result records",
		OnSignal:    cli.ReadOn,
		Trouble:     cli.StatusUsage,
		Examples: []cli.Example{
			{Text: "Show changes since yesterday.", Command: "portdiff yesterday.ndjson today.ndjson -o text"},
			{Text: "Show only newly opened ports with their owner, a field of your own.", Command: `portdiff yesterday.ndjson today.ndjson | jq -c 'select(.new == "open") | {host, port, owner}'`},
			{Text: "Probe changed endpoints again before raising an alarm.", Command: "portdiff yesterday.ndjson today.ndjson | portprobe | portsum -o text"},
			{Text: "Compare with the expected ports in cron or CI. If there are differences, the exit status is 1.", Command: "portgen 192.0.2.0/24 -p- | portprobe | portdiff --expect expected.txt -o text"},
			{Text: "List unexpected open ports.", Command: `portdiff --expect expected.txt results.ndjson | jq -c 'select(.change == "added")'`},
		},
		Sections: []cli.Section{
			{Title: "Changes", Text: changesText},
			{Title: "Identity of endpoints", Text: identity},
			{Title: "Expectations", Text: expectations},
			{Title: "Order, memory and disk", Text: resources},
		},
		Environment: []cli.Term{{Name: "TMPDIR", Text: "Directory for temporary files (default: /tmp)."}},
		Exit: []cli.Term{
			{Name: "0", Text: "No differences. Between two scans, unknown is not a difference."},
			{Name: "1", Text: "Differences were found. With --expect, unknown is one too."},
			{Name: "2", Text: "Usage error, invalid --expect file, an input could not be read, the output or a temporary file could not be written, or a line was not a record (the others are still compared)."},
			{Name: "130, 143", Text: "Ended by SIGINT or SIGTERM, after reading the rest of the input and writing the differences; at once if standard input is a terminal."},
			{Name: "141", Text: "The reader of standard output exited (SIGPIPE)."},
		},
		SeeAlso: []string{"portgen(1)", "portprobe(1)", "portsum(1)", "portkit(5)", "portkit(7)", "portkit-recipes(7)", "portkit-troubleshooting(7)", "portkit-parallel(7)"},
	}
}

const description = `portdiff reads two scans and writes one change record for each endpoint that differs: the endpoint, the kind of change,
its state in OLD and in NEW (null if not probed), followed by the other fields of NEW, byte for byte. On a terminal it
prints a report by host instead, newly opened ports first. -o html writes the report as a page. -o text writes it to files and pipes too.
If there are no differences, only a terminal gets a message: files and pipes stay empty, so cron sends no mail.

A scan consists of result records of portprobe, summary records of portsum, or both, in any order. Change records are sorted
independently of the order of the scans: IPv4 addresses, IPv6 addresses, names; TCP before UDP; by port.

With --expect there is one scan, and a file that lists the expected open ports.`

const changesText = `opened
	Open now, and probed before with another state.

closed
	No longer open: the state is closed or filtered now.

changed
	Any other change of state, such as from closed to filtered, or from open to open|filtered.

unknown
	One of the two scans could not probe the endpoint: its state there is error. It is shown, because it may have changed. It
	affects the exit status only with --expect.

added
	Only NEW probed it. Shown if it is open; with --all in any state.

removed
	Only OLD probed it. Shown if it was open; with --all in any state.

Only states are compared. Other fields, such as reason, app or time, make no difference.

The fields of NEW are all fields of its record except host, ip, port and proto. For a port of a summary they are state, reason and app, if
the summary contains them, and the fields that it is grouped by. A field named change, old or new is passed on as list_change, list_old,
list_new. portprobe accepts change records as endpoints and probes them again.`

const identity = `An endpoint is a host, a protocol and a port. The host is the field host as written, so a name remains the
same host when its address changes. With --by-ip the address identifies the host (the field host if there is not an address), so a host
probed under another name is the same.

If a scan contains an endpoint more than once, its most definite state counts: open, closed, filtered, open|filtered, error, in
this order. Among equal states, the alphabetically first reason counts, as in portsum(1). If these are equal too, the fields of one
record are used; the choice does not depend on their order.

Error records without an endpoint, and the bad_records of a summary, are not compared. The report prints their number.`

const expectations = `A line of the file is

    TARGET PORTS [# comment]

with the targets and ports of portgen(1). Ports without a protocol are TCP. The file lists all ports that should be open, and no
others should be. If a line is invalid, portdiff exits with status 2 before comparing.

The file takes the place of OLD, with all its endpoints open:

added
	Open, and not in the file.

closed, changed
	In the file, and not open.

unknown
	In the file, and could not be probed.

removed
	In the file, without a result: it was not probed, or its result was omitted, as with --open.

The last two count as differences too: the port is not known to be open. Each address
of a prefix or range is expected: 192.0.2.0/28 22 expects port 22 to be open on sixteen addresses.

An address in the file matches results for this address, under any name. A name in the file matches
results with this name as host (ignoring case and a trailing dot), at any address. Nothing is looked up.
An open port is expected if the file lists its address or its name. --by-ip cannot be combined with --expect.

With --all, endpoints that are neither in the file nor open are shown too. The maximum is 268,435,456 expected endpoints.`

const resources = `Scans in the order above, as written by portgen in linear order and portprobe --keep-order, are read once, side by
side, and not stored. (Within a host any order is fine.) Other scans are sorted: in memory up to 32 MiB
each, and beyond that in temporary files. Input from a pipe is stored, because it may be read twice.
Change records are stored until the scans are known to be in order. Beyond 8 MiB, both go to temporary files. portdiff uses less than 256 MiB
of memory for scans of any size.

Temporary files are unnamed and vanish when portdiff ends, however it ends. A full disk is an error, with status 2.`
