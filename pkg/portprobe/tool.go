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
		Summary:     "probe TCP and UDP ports and record the evidence",
		Description: description,
		Command:     &Command{},
		Schema:      func() []byte { return record.Schema("result") },
		Reads:       "records",
		OnSignal:    cli.Settle,
		Groups: []cli.Group{
			{Key: "pace", Title: "Timing and performance"},
			{Key: "ask", Title: "Probing"},
			{Key: "scope", Title: "Scope and limits"},
			{Key: "write", Title: "Output"},
			{Key: "say", Title: "Logging"},
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
		Environment: []cli.Term{
			{Name: allowVariable, Text: "An additional --allow-file."},
			{Name: denyVariable, Text: "An additional --deny-file. No flag overrides either variable."},
		},
		Sections: slices.Concat(sections[:1], synSections(), udpSections(), sections[1:]),
		SeeAlso:  []string{"portgen(1)", "portsum(1)", "portdiff(1)", "portkit(5)", "portkit(7)", "portkit-recipes(7)", "portkit-troubleshooting(7)", "portkit-parallel(7)"},
	}
}

const description = `portprobe reads endpoint records, one JSON object per line, or plain lines such as 192.0.2.7:80, [2001:db8::1]:80 or host.example:53/udp. It probes each endpoint and writes exactly one result record for each input record, unless --open, --state or --resume omits it. Fields that it does not know are passed through. Result records are accepted as input and probed again.

TCP ports are probed with the system's connect, which requires no privileges. The connection to an open port is closed immediately with a reset; no data is sent. --method syn probes with a half-open scan, which is faster and requires CAP_NET_RAW. UDP ports are probed with a request that the service should reply to, which requires no privileges.

Results are written as soon as they are known, in no particular order, unless --keep-order is given.`

var sections = []cli.Section{
	{Title: "States", Text: `open
	The port accepted the connection (connect: the handshake was completed; syn: a SYN-ACK or SYN was received), or a UDP datagram was received.

closed
	The host sent a reset, or a port-unreachable for UDP.

filtered
	An ICMP error rejected the probe, the host was unreachable, or no TCP probe got a reply.

open|filtered
	No UDP probe got a reply.

error
	The endpoint could not be probed; the record reports why.

The field reason names the evidence: see portkit(5).

The reason no-response requires a minimum number of probes: two if the address never replied, three if it replies without loss. With loss, up to 21 are sent, until the probability that all of them were lost is less than 10⁻⁹ at the measured loss rate. It is never concluded within one second of the first probe, or within --timeout if that is shorter. --retries sets a fixed number of retransmissions. UDP hosts that limit their ICMP errors require more: see UDP.`},
	{Title: "Timing and performance", Text: `By default portprobe adapts its speed: it keeps more probes outstanding while replies arrive, and fewer when probes are lost. --concurrency, --rate, --host-rate and --host-concurrency are upper limits. The rates include retransmissions. They hold over any second, and a burst contains at most the probes of 10 ms.

The timeout of a probe is derived from the round-trip times of its address; --timeout is its maximum. The fields timeout_ms and retries of a record override the flags.

At an address that has replied, portprobe listens for a late reply for one second after the first probe of a TCP endpoint, or for --timeout if that is shorter, so that ports slower than the others are found. Late replies extend this to 1.5 times the longest of them, up to --timeout. An endpoint that only waits for a late reply does not count for --concurrency, but counts for --host-concurrency. With connect it holds a descriptor. If descriptors run short, portprobe pauses reading, and -v reports it. Raise ulimit -n, or lower --timeout: with a high -c, -t 0.3 speeds up the scan of a filtered host, but misses ports that reply later than that.

At an address that never replied, portprobe waits the whole --timeout for up to eight endpoints before it concludes that the others are silent. With connect, the system retransmits a SYN after one second. -v counts these retransmissions, and the rate limits include them. A reply after such a retransmission has an rtt_ms only if the TCP timestamps of the connection provide it.

-v reports the measured loss, and the probability that a no-response is wrong if losses are independent. A no-response is excluded from this and counted separately if its address replied to no later probe: all of its probes may have been lost in one outage.

A slow reader of standard output slows portprobe, and portprobe slows its input.`},
	{Title: "Errors of this machine", Text: aboutObstacles},
	{Title: "Name resolution", Text: `International names are looked up in their registered form (münchen.example as xn--mnchen-3ya.example); records keep them as written. A character that is not allowed in registered names is an error.

By default up to 64 lookups are in flight, without a rate limit while the resolver keeps up. When queries get no reply, SERVFAIL or REFUSED, lookups slow down to the rate that was answered, or to one query per second if none was. They speed up again while all queries are answered. There are at most five lookups of a name, at intervals of 1, 2, 4 and 8 s. Lookups while the resolver answers nothing at all do not count. After 90 s without a useful reply (15 s if there never was one, 3 s if the resolver is unreachable) names fail immediately until the resolver is back. If one address family keeps failing, the addresses of the other are used. If a resolver limits its clients for a minute or more, such as Pi-hole with 1000 queries per minute, --lookup-rate 15 avoids the limit. A and AAAA are two queries. --lookup-rate counts queries to resolvers, not lookups answered by a hosts file.

The error of a name reports the cause: "REFUSED by 192.0.2.53", "no reply from 192.0.2.53", or that the name is blocked, if a DNS filter or a hosts file returns 0.0.0.0 or ::.`},
	{Title: "Scope", Text: `--allow, --deny, --allow-file and --deny-file limit what may be probed. They accept the targets of portgen(1), each with optional ports; files contain one TARGET [PORTS] per line. All --allow flags form one list, and each file is a list. An address must be in every allow list and in no deny list. A name in a deny list is also denied as a name. The scope is checked after a name is resolved and again before every probe.

Names in lists are looked up once, at the start. Records with such a name are probed at one of these addresses, even if later lookups return others. If a name has no address, if one address family cannot be looked up, or if a line is invalid, portprobe exits with status 2 before anything is sent.

An endpoint out of scope becomes an error record with the reason out-of-scope. Its error names the list, and for a deny list also the entry with its file and line.`},
	{Title: "Resuming a scan", Text: `--resume appends results to a file and skips endpoints that have a result in it. Each result other than an error matches one input record with the same host, protocol and port, and with the same ip if the input record has one. Before the scan, errors and a torn last line are removed from the file: the rest is written to a new file, which replaces it. If the file cannot be replaced (mounted into a container as a single file, or in a read-only directory), it is cleaned in place. If portprobe is killed meanwhile, nothing is lost, and the next run finishes the work. The file is locked against a second run. If the first line of the file is not a result record, the file is left unchanged, and the exit status is 2. The index of the file uses at most 16 bytes of memory per endpoint, and far less if ports are dense.

--deadline limits the run: reading stops, and unfinished endpoints become errors with the reason deadline, which the next run probes. --host-timeout does the same for one address, counted from its first probe.`},
	{Title: "Signals", Text: `The first SIGINT or SIGTERM stops reading. portprobe waits for outstanding probes, for at most --timeout. Unfinished endpoints then become errors with the reason interrupted. The second signal ends portprobe immediately. In a pipeline, Ctrl-C reaches every program: use tee -i, so that tee passes on the remaining records.

SIGUSR1 prints the progress once. If nothing was finished for 2 s, the progress line names the cause, such as: waiting for 10.77.0.3: no reply for 8 s. There is no progress line while standard input is the terminal, or in the background.`},
	{Title: "Simulation", Text: `--simulate probes a network that exists only in this process. The reply of each endpoint follows from its address, its port and the seed. Names get invented addresses. The clock is virtual, so hours pass in seconds; clock=real uses real time. The delays rtt= and jitter= are durations. loss is the share of packets lost, open the share of open ports, silent the share of ports without a reply. The remaining ports are closed. limit is the maximum number of refusals per second and address. The defaults are rtt=20ms and open=0.01, all others 0.`},
}
