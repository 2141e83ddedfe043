package portdiff

import (
	"portkit/pkg/cli"
	"portkit/pkg/record"
)

// Tool describes portdiff to the command line and the manual.
func Tool() cli.Tool {
	return cli.Tool{
		Name:        "portdiff",
		Summary:     "compare two port scans, or a scan with what is expected",
		Description: description,
		Usage:       []string{"[flags] OLD NEW", "[flags] --expect FILE [RESULTS]"},
		Command:     &Command{},
		Schema:      func() []byte { return record.Schema(record.KindChange) },
		Reads:       "result records",
		OnSignal:    cli.ReadOn,
		Trouble:     cli.StatusUsage,
		Examples: []cli.Example{
			{Text: "What is new since yesterday.", Command: "portdiff yesterday.ndjson today.ndjson -o text"},
			{Text: "Only what opened, and whose it is: fields of your own come along.", Command: `portdiff yesterday.ndjson today.ndjson | jq -c 'select(.new == "open") | {host, port, owner}'`},
			{Text: "Ask again what changed, before anybody is woken.", Command: "portdiff yesterday.ndjson today.ndjson | portprobe | portsum -o text"},
			{Text: "In cron or CI: say what is not as it should be, and fail.", Command: "portgen 192.0.2.0/24 -p- | portprobe | portdiff --expect expected.txt -o text"},
			{Text: "Only what is open and nobody expects.", Command: `portdiff --expect expected.txt results.ndjson | jq -c 'select(.change == "added")'`},
		},
		Sections: []cli.Section{
			{Title: "Changes", Text: changesText},
			{Title: "What one endpoint is", Text: identity},
			{Title: "Expectations", Text: expectations},
			{Title: "Order, memory and disk", Text: resources},
		},
		Environment: []cli.Term{{Name: "TMPDIR", Text: "Where temporary files go; /tmp where it is not set."}},
		Exit: []cli.Term{
			{Name: "0", Text: "Alike: no change record was written, or, of two scans, only such as say unknown."},
			{Name: "1", Text: "Different: some other change record was written; with --expect, any at all."},
			{Name: "2", Text: "Trouble: the command line or the file of expectations is wrong, an input could not be read, some line of one was no record (the others are compared all the same), the output or a temporary file could not be written."},
			{Name: "130, 143", Text: "Ended by SIGINT, SIGTERM, after reading on to the end of input and writing what is different; at once where standard input is a terminal."},
			{Name: "141", Text: "The reader of standard output went away (SIGPIPE)."},
		},
		SeeAlso: []string{"portgen(1)", "portprobe(1)", "portsum(1)", "portkit(5)", "portkit-parallel(7)"},
	}
}

const description = `portdiff reads two scans and writes one change record for each endpoint that differs: where it is, what became
of it, its state in OLD and in NEW (null where it was not asked), and behind these NEW's own fields, byte for byte. On a terminal it
draws a report instead, host by host, what opened first; -o html makes a page of that. With -o text the report goes anywhere, and where
nothing is different only a terminal is told so: a file or pipe gets nothing, and cron has nothing to mail.

A scan is the result records of portprobe, the summary records of portsum, or both in one file, in any order. The change records
come in one order, whatever order the scans have: IPv4 addresses by number, IPv6 addresses by number, names; tcp before udp; by port.

With --expect there is one scan, and a file that says what should be open.`

const changesText = `opened
	It is open now, and was not.

closed
	It was open, and is closed or filtered now.

changed
	Any other change of state, such as from closed to filtered, or from open to open|filtered.

unknown
	One of the two scans could not ask it: its state there is error. It may have changed or not, so this is shown, and
	by itself does not make the exit status 1, but with --expect it does.

added
	Only NEW asked it. Shown when it is open, with --all in any state.

removed
	Only OLD asked it. Shown when it was open, with --all in any state.

Only states are compared. Where both sides have the same state, other fields such as reason, app or time make no
difference.

NEW's fields are all that its record has beside host, ip, port and proto. Of a summary's port they are state, reason and app as far as
the summary says, and the fields that it was grouped by. One that is called change, old or new passes on as list_change, list_old,
list_new. A change record can be asked again by portprobe, which takes it for an endpoint.`

const identity = `An endpoint is a host, a protocol and a port; a host is what the record has as host, as it is written. So a name is the
same host when its address changes. With --by-ip it is the address that counts (the host where there is no address), and a host that is
asked under another name is the same.

One that a scan has more than once has the most definite of its answers: open, closed, filtered, open|filtered, error, in
this order; of equal ones the one whose reason comes first in the alphabet, as with portsum(1). Records that say the same in
this stand for each other, and the fields are those of one of them, the same one in whatever order they come.

Error records about no endpoint, and a summary's bad_records, are compared with nothing. The report says how many there were.`

const expectations = `A line of the file is

    TARGET PORTS [# comment]

with the targets and ports of portgen(1); ports that name no protocol are tcp. Together the lines say what should be open, and that nothing
else should. A line that cannot be read ends portdiff with status 2 before anything is compared.

The file stands in the place of OLD, with everything in it open. So the records say added of what is open and not in the file, closed or
changed of what is in the file and not open, unknown of what is in the file and could not be asked, and removed of
what is in the file and has no result, because it was not probed or the results were filtered, as --open does. Those two count too: what has no result is not known to be open. It holds for each address
of a prefix or range: 192.0.2.0/28 22 expects port 22 to be open at sixteen addresses.

An address in the file is known by the address: results count for it under whatever name they were asked. A name in the file is known by the name:
results count for it whose host is that name (capital letters and a last dot do not matter), at whatever address. Nothing is looked up.
What is open at an address and expected under the name it was asked by is expected. --by-ip does not go with this.

With --all what is neither in the file nor open is shown as well. At most 268,435,456 endpoints can be expected: whoever writes a whole
prefix of IPv6 addresses means something else.`

const resources = `Scans whose hosts come in the order above, as portgen's linear order and portprobe --keep-order make it, are read once, side by
side, and nothing of them is kept. (Within a host any order will do.) Other scans are sorted: in memory while that takes no
more than 32 MiB for each, and past that in temporary files. What comes through a pipe may have to be read a second time, so it is
kept, past 8 MiB in a temporary file, and so are change records until it is certain that the scans are in order. However large the
scans are, portdiff takes less than 256 MiB of memory.

Temporary files have no name and are gone when portdiff ends, however it ends. A disk that is full is trouble, and says so.`
