package portprobe

import (
	"slices"

	"portkit/pkg/cli"
	"portkit/pkg/record"
)

// Tool is portprobe with the texts of its manual.
func Tool() cli.Tool {
	return cli.Tool{
		Name:        "portprobe",
		Summary:     "ask tcp and udp ports and say what came back",
		Description: description,
		Command:     &Command{},
		Schema:      func() []byte { return record.Schema("result") },
		Reads:       "records",
		OnSignal:    cli.Settle,
		Groups: []cli.Group{
			{Key: "pace", Title: "Pace and patience"},
			{Key: "ask", Title: "How to ask"},
			{Key: "scope", Title: "Scope and end"},
			{Key: "write", Title: "What to write"},
			{Key: "say", Title: "What to say"},
		},
		Examples: []cli.Example{
			{Text: "Which ports of this machine answer?", Command: "portgen 127.0.0.1 -p- | portprobe | portsum"},
			{Text: "One port of two hosts, as plain lines.", Command: "printf '127.0.0.1:22\\n[::1]:22\\n' | portprobe --plain --open"},
			{Text: "At most 500 attempts a second, and 20 to any one address.", Command: "portgen -i hosts.txt -p 22,443 | portprobe -r 500 --host-rate 20"},
			{Text: "Which udp services answer, and as what?", Command: "portgen 127.0.0.1 --top 100 --udp | portprobe --open | jq -r '\"\\(.port) \\(.app)\"'"},
			{Text: "Faster, with the right to open raw sockets (Linux).", Command: "portgen -i hosts.txt -p- | portprobe --method syn | portsum"},
			{Text: "Try a pipe without sending anything.", Command: "portgen 10.0.0.0/16 --top 10 | portprobe --simulate rtt=20ms,silent=0.9 | portsum"},
			{Text: "A scan that goes on where it was cut off, within a scope.", Command: "portgen -i hosts.txt -p- | portprobe --allow-file scope.txt --resume scan.ndjson"},
			{Text: "Ask again what could not be asked.", Command: "jq -c 'select(.state == \"error\")' results.ndjson | portprobe"},
		},
		Environment: []cli.Term{
			{Name: allowVariable, Text: "A file as of --allow-file: one more list that an address has to be in."},
			{Name: denyVariable, Text: "A file as of --deny-file. No flag takes either back."},
		},
		Sections: slices.Concat(sections[:1], synSections(), udpSections(), sections[1:]),
		SeeAlso:  []string{"portgen(1)", "portsum(1)", "portdiff(1)", "portkit(5)", "portkit-parallel(7)"},
	}
}

const description = `Portprobe reads endpoint records, one JSON object a line, or plain lines such as 192.0.2.7:80, [2001:db8::1]:80 or host.example:53/udp, asks each endpoint, and writes a result record for each: one in, one out, whatever happens to it. Fields that it does not know pass through as they are. Result records may be fed to it again and are asked again.

It asks tcp ports with the system's own connect, which takes no rights. An open port's connection is closed at once with a reset; nothing is sent over it. With --method syn it sends the first packet of a handshake alone, which is faster and takes the right to open raw sockets. It asks udp ports with a datagram that the service there should answer, which takes no rights either.

Results leave as soon as they are known and so in no particular order, unless --keep-order is given.`

var sections = []cli.Section{
	{Title: "States", Text: `open: the handshake was answered, or over udp a datagram came back. closed: the host refused. filtered: something on the way said no, or, over tcp, every attempt was met by silence. open|filtered: over udp, silence. error: the endpoint could not be asked; the record says why. The reason field says what came back: see portkit(5).

Silence is believed after two attempts at an address that never answered, after three at one that answers and loses nothing, and otherwise after as many as make it wrong less than once in a thousand million at the loss that is seen, at most 21; and never within a second of the first attempt. --retries sets the number.`},
	{Title: "Pace", Text: `Without flags portprobe finds its own speed: it asks more at once while answers come and less when they are lost. --concurrency, --rate, --host-rate and --host-concurrency are ceilings that it keeps to over any second, with bursts of at most ten milliseconds.

The timeout of a probe follows from the round trips that an address has shown; --timeout is its maximum. A record's own timeout_ms and retries override the flags.

A TCP endpoint of an address that has replied is listened to for a second after its first probe, or for --timeout if that is shorter, so that a port which replies more slowly than the others is found. Late replies lengthen this to 1.5 times the longest of them, up to --timeout. An endpoint that only listens is not outstanding (--concurrency), but it counts for --host-concurrency, and with connect it holds a descriptor: when these run short, reading waits and -v reports it. Raise ulimit -n, or lower --timeout: -t 0.3 makes a scan of a filtered host faster where -c is high, and misses ports that reply later than that.

At an address that never replied, up to eight endpoints are listened to for the whole --timeout before the others are concluded silent. With connect the system repeats a SYN by itself after a second: -v counts these repeats, and the limits on rates include them. A reply after such a repeat has an rtt_ms only where the timestamps of the connection give it.

-v reports the loss, and the probability that a no-response is wrong if losses are independent. A no-response is left out of that, and counted separately, if its address replied to no later probe: then all probes may have been lost in one run.

A reader that is slow slows portprobe, which slows what feeds it.`},
	{Title: "Errors of this machine", Text: aboutObstacles},
	{Title: "Names", Text: `International names are looked up in their registered form (münchen.example as xn--mnchen-3ya.example); records keep them as written. A character that no registered name contains is an error.

Up to 64 lookups are in flight, without a fixed rate, while the resolver keeps up: the default of --lookup-rate. When queries get no reply, SERVFAIL or REFUSED, the lookups slow down to what was answered, to one query per second if nothing was, and speed up again while all are answered. A name is looked up to five times, at intervals of 1, 2, 4 and 8 s. Attempts while the resolver answers nothing at all do not count; after 90 s without any reply to a useful query (15 s if there never was one, 3 s if the resolver cannot be reached) the names fail at once until it is back. An address family that keeps failing is left out if the other has addresses. Where a resolver limits its clients for a minute and more, such as Pi-hole with 1000 queries per minute, --lookup-rate 15 avoids the limit. A and AAAA are two queries. --lookup-rate counts what this process sends to resolvers, not what hosts files answer.

The error of a name reports what happened: "REFUSED by 192.0.2.53", "no reply from 192.0.2.53", or that it is blocked, where a DNS filter or a hosts file gives the address 0.0.0.0 or ::.`},
	{Title: "Scope", Text: `--allow, --deny, --allow-file and --deny-file say what may be asked, in the words of portgen(1): targets, each with ports of its own if not all are meant, in files one TARGET [PORTS] a line. All --allow together are one list, and so is each file. An address has to be in every list that allows and in none that denies; a name in a list that denies is refused as such, too. This is looked at once a name has been resolved, and again before every attempt. Names in lists are looked up at the start, once: a record of such a name is probed at one of these addresses, also where each lookup returns others. One that has no address, of which an address family could not be looked up, or a line that cannot be read, ends the run before anything is sent, with status 2.

What is refused is an error record with the reason out-of-scope, whose error names the list, and of one that denies the entry with its file and line.`},
	{Title: "Resumption", Text: `--resume adds results to a file, and what the file answers is not asked: each result there, unless it is an error, answers one input record of the same host, protocol and port, and of the same ip if the input record carries one. Errors are taken out of the file first, by writing the rest beside it and renaming that; a last line that was torn is cut off. Where the file cannot be replaced, because it is mounted into a container by itself or its folder is read-only, it is cleaned in place, with the results that move appended first: a run that is killed meanwhile loses none, and the next run finishes the work. Nothing else is kept anywhere. The file is locked against a second run. What is known of it takes at most 16 bytes of memory an endpoint, and far less where ports are dense. A file whose first line is no result record is left as it is.

--deadline ends a run in time: reading stops, what was read and is not settled is an error with the reason deadline, and the next run asks it. --host-timeout does the same for one address, counted from the first attempt at it.`},
	{Title: "Interruption", Text: `The first SIGINT or SIGTERM ends the reading. What was sent already is waited for, at most one --timeout long; what was read and is not settled then comes out as error with the reason interrupted. The second ends portprobe at once. In a pipe the signal of ctrl-C reaches every program: give tee its -i, so that it lives to pass the rest on.

SIGUSR1 makes portprobe print how far it is, once. If nothing has been settled for 2 s, the progress line names the cause, such as: waiting for 10.77.0.3: no reply for 8 s. There is no progress line while standard input is the terminal, and none in the background.`},
	{Title: "Simulation", Text: `--simulate asks a network that exists in this process only. Every endpoint's answer follows from its address, its port and the seed. Names get made-up addresses. The clock is virtual, so that hours pass in seconds; clock=real paces it. Without values of their own, rtt is 20ms, open is 0.01 and everything else is 0: the remaining ports refuse. limit is how many refusals an address sends a second.`},
}
