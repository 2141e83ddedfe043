package portprobe

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"portkit/pkg/cli"
	"portkit/pkg/payload"
)

// udpSections returns the manual's sections on UDP, with the requests that are
// sent.
func udpSections() []cli.Section {
	return []cli.Section{
		{Title: "UDP", Text: aboutUDP},
		{Title: "UDP requests", Text: aboutRequests + requestTerms(payload.All())},
		{Title: "Large replies", Text: aboutLarge + largeTerms(payload.All())},
		{Title: "Services without a request", Text: aboutSilent + silentTerms(payload.Silent())},
	}
}

// synSections returns the manual's sections on the half-open scan.
func synSections() []cli.Section { return []cli.Section{{Title: "SYN scan", Text: aboutSYN}} }

const aboutSYN = `--method syn sends the first packet of a TCP handshake and never completes a connection. open: a SYN-ACK was received (reason syn-ack), or a SYN without ACK (reason syn). closed: a reset was received (reason reset). Results contain the ttl of the reply. Retries, rates, limits, UDP, names and scope work as with connect. No descriptor per port is needed.

--method syn requires Linux and CAP_NET_RAW. Without the capability, portprobe exits with status 2 before anything is sent; grant it with setcap cap_net_raw+ep PROGRAM. Once its sockets are open, portprobe drops its privileges for good: it gives up all capabilities and sets no_new_privs. If the kernel supports Landlock, it also gives up the permission to write, create and execute files, and to connect to TCP ports other than 53. Input files are opened before that.

An open port gets a reset: from the kernel, which knows of no such connection, and on Ethernet from portprobe too, because a firewall on this machine may block the kernel's. No firewall rule is needed or changed. On Ethernet links, probes and replies bypass this machine's firewall and IPsec policies. On other links they do not.

A reply is accepted only if it acknowledges a sequence number derived from the endpoint and a secret of this run. Each attempt has its own source port, so its round-trip time is exact. portprobe reserves these source ports while it runs: from 61440 upwards, if free.

portprobe uses the kernel's routes and source addresses and follows their changes. Policy rules that select a route by protocol or port are ignored. On-link neighbors are resolved by ARP or neighbor discovery at the kernel's pace, without filling its table. If resolution fails, which takes three seconds by default, the reason is host-unreach. --timeout starts when the SYN is sent. Neighbor entries in use are revalidated after five seconds, or when another device announces the address.`

const aboutObstacles = `The record of an endpoint that this machine could not probe has the reason local-error, and its error names the cause. Other errors are the system's own text.

this machine's route to PREFIX is of the type blackhole (or unreachable, prohibit)
	The system reports "invalid argument", "no route to host" or "permission denied". The route is of the most specific prefix of that type. Remove or replace it.

this machine has no route to ADDRESS
	Add a route. With --interface, the route must leave through that interface.

this machine's own firewall drops or rejects packets to ADDRESS
	An output rule refuses what is sent, or a BPF filter of the cgroup does. The system reports "operation not permitted". With connect, the system does not report a dropped packet: the port is filtered with the reason no-response. It does report a rule that rejects. --method syn bypasses the firewall on Ethernet.

this machine's own firewall or routes reject the probe
	The rejection is an ICMP error that this machine sent to itself. Look for output rules and routes that reject.

IPv6 is switched off on this machine (SETTING = 1)
	The setting is disable_ipv6 of the interface, or of all interfaces where none but the loopback has IPv6. In a container, the runtime sets it. Set it to 0, or use portgen -4.

--source ADDRESS is a loopback address
	127.0.0.1 and ::1 reach this machine only.

--source ADDRESS is not an address of this machine
	Use an address that "ip address" lists.

--source ADDRESS is of another address family
	One source address cannot reach IPv4 and IPv6 targets. Run portprobe once for each.

ADDRESS is not on the link of --interface (or --source)
	The zone of a link-local target names another interface. Nothing is sent.

ADDRESS is link-local and needs its link
	Without a zone, --interface or a zone in --source, the link is unknown. Nothing is sent.

all local ports are in use
	Connect and UDP probes leave from ports of net.ipv4.ip_local_port_range. Widen the range, lower --concurrency, or end what occupies the ports. --method syn is affected at its start only.

the probe connected to itself
	The target is a port of this machine in net.ipv4.ip_local_port_range, and the kernel chose the same port as the source. TCP then connects without a service (RFC 9293 section 3.5, simultaneous open). Probe the endpoint again. To prevent it, take the probed ports out of the range with net.ipv4.ip_local_reserved_ports. --method syn is not affected.

the probe may have connected to another probe
	The target is a port of this machine, and the source port of the probe was probed at the same time: the two probes may have connected to each other. Whether a service listens is unknown. Probe the endpoint again with --concurrency 1, or reserve the probed ports.

--method syn requires CAP_NET_RAW
	The message ends with the way to grant it. setcap has no effect under no_new_privs, which NoNewPrivileges= of systemd and allowPrivilegeEscalation: false of Kubernetes set: use AmbientCapabilities=CAP_NET_RAW, or run the container as root with NET_RAW. What the bounding set excludes cannot be granted to the program at all.`

const aboutUDP = `Most UDP services reply only to a valid request. portprobe sends the request of the service that is registered for the port. If there are several, it tries them in turn, and the empty datagram last. All other ports get the empty datagram. No privileges are required.

open
	A datagram was received, from the port or, as with TFTP, from another port of that address. The field app names the protocol if the reply was recognized.

closed
	The probed address sent an ICMP port-unreachable.

filtered
	A router or firewall rejected the probe: with a port-unreachable from another address, or with any other ICMP error. On systems other than Linux the sender is unknown, and every port-unreachable means closed.

open|filtered
	No reply. With the reason no-response, enough probes were sent to rule out loss: a firewall drops them, or a service does not reply to them. With the reason rate-limited there is no evidence.

An ICMP error about the packet (fragmentation needed, packet too big, source quench, parameter problem) is not evidence about the port: the probe is sent again, in fragments once the path MTU is known.

Hosts limit how many ICMP errors they send. Linux by default sends about one per second to an address, after a burst of six. When portprobe detects such a limit, it retries at that rate, while other addresses continue at full speed. Closed ports of such an address take about one second each; a service is found at once, whatever the limit. --udp-patience limits the time spent per address. Endpoints still undecided are then open|filtered with the reason rate-limited. Such records can be probed again.

A limit may be shared. Linux limits per destination, across all of its own addresses, and a router limits its rejections for a whole network. portprobe therefore groups addresses by their /24 (IPv6: /64), by the router that rejects probes to that network, and by on-link neighbor (link-layer address). While ICMP rejections for other addresses of the group arrive, silence is not evidence. Such endpoints are retried at the pace of the group, in random order, so that each retry has the same chance of a rejection.

An address that never replied is reported as no-response after two or three retries without a reply, each sent when the group has had no rejection for 2.2 s. If few retries to other addresses are rejected, more are sent, until the probability that the limit alone explains the missing reply is below 1 in 3000. In a /24 with one host that limits, nearly all other addresses are reported as no-response after about 10 s with one port, and after 15 s to 28 s with 100 ports each. A port of an address that sent something is judged by its own retries. If retries are never rejected while first probes still are, the group is treated as unlimited, and its endpoints are not delayed.

The evidence of a group expires one minute after its latest rejection. At most 16,384 networks, routers and neighbors are kept. A network without any rejection is judged by itself: a limit of its router cannot be seen. host-unreach and other ICMP errors that are not rejections do not count.

--payload sends the same payload to every UDP port: none is an empty datagram, hex: is followed by an even number of hexadecimal digits, @ by a file name. The maximum is 65,507 bytes. Replies are then mostly not recognized, because a reply is matched with the request that it fits.`

const aboutRequests = `Of the requests that a service must reply to, the smallest is sent. None contains a password or community, and none changes anything at the other end. Each entry lists the ports, the registered one first, and the source of the request. If there are several requests, each has its own sentence.`

const aboutLarge = `The reply to these requests may be ten times their size or more. The services have no smaller request that they must reply to. qotd and chargen (17, 19) reply to any datagram, including the empty one, with up to 512 bytes.`

const aboutSilent = `These services get only the empty datagram. Except for qotd and chargen, nearly all ignore it, so the result is open|filtered.`

// requestTerms lists the requests by protocol, in the order of their ports.
func requestTerms(all []payload.Request) string {
	byApp := map[string][]payload.Request{}
	var apps []string
	for _, r := range all {
		if byApp[r.App] == nil {
			apps = append(apps, r.App)
		}
		byApp[r.App] = append(byApp[r.App], r)
	}
	slices.SortStableFunc(apps, func(a, b string) int { return cmp.Compare(byApp[a][0].Ports[0], byApp[b][0].Ports[0]) })
	var b strings.Builder
	for _, app := range apps {
		var ports []uint16
		var text []string
		for _, r := range byApp[app] {
			ports = append(ports, r.Ports...)
			for _, s := range requestText(r) {
				if !slices.Contains(text, s) {
					text = append(text, s)
				}
			}
		}
		b.WriteString(term(app, ports, strings.Join(text, " ")))
	}
	return b.String()
}

// requestText returns a request's source and note; large ones have a section of
// their own.
func requestText(r payload.Request) []string {
	switch {
	case r.Large:
		return []string{r.Source + ".", "See LARGE REPLIES."}
	case r.Note != "":
		return []string{r.Source + ".", r.Note}
	}
	return []string{r.Source + "."}
}

func largeTerms(all []payload.Request) string {
	var b strings.Builder
	for _, r := range all {
		if r.Large {
			b.WriteString(term(r.App, r.Ports, r.Note))
		}
	}
	return b.String()
}

func silentTerms(all []payload.Mute) string {
	var b strings.Builder
	for _, m := range all {
		b.WriteString(term(m.Name, m.Ports, m.Why))
	}
	return b.String()
}

// term returns an item of a list in the manual's markup.
func term(name string, ports []uint16, text string) string {
	var words []string
	for _, p := range ports {
		if s := strconv.Itoa(int(p)); !slices.Contains(words, s) {
			words = append(words, s)
		}
	}
	return fmt.Sprintf("\n\n%s (%s)\n\t%s", name, strings.Join(words, ", "), text)
}
