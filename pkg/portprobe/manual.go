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

// udpSections is what the manual says of udp. What is sent is told from the
// table that it is sent from.
func udpSections() []cli.Section {
	return []cli.Section{
		{Title: "Udp", Text: aboutUDP},
		{Title: "Udp requests", Text: aboutRequests + requestTerms(payload.All())},
		{Title: "Large answers", Text: aboutLarge + largeTerms(payload.All())},
		{Title: "Silent services", Text: aboutSilent + silentTerms(payload.Silent())},
	}
}

// synSections is what the manual says of asking by SYN.
func synSections() []cli.Section { return []cli.Section{{Title: "Syn", Text: aboutSYN}} }

const aboutSYN = `--method syn asks tcp ports with the first packet of a handshake alone, without a connection of the system's. open: the handshake was answered (syn-ack), or a SYN without ACK came back (syn). closed: it was refused (reset). Results have the ttl of the answer. The rest is as with connect: retries, pace and ceilings, udp ports, names, scope. It takes no descriptor for each port.

It is there on Linux, and takes the right to open raw sockets (CAP_NET_RAW). Without it nothing is asked and the status is 2; setcap cap_net_raw+ep with the program's path gives it to the program. With its sockets open portprobe gives up all rights that it has, for good: capabilities; no_new_privs; and where the kernel has Landlock the right to write, make and run files and to speak tcp to any port but 53. Files to be read are opened before that.

An answered handshake is ended by a reset: the kernel's, which knows of no connection, and on Ethernet portprobe's too, since a firewall of this machine's may keep the kernel from sending one. No firewall rule is needed or touched. What is sent and heard goes past this machine's own firewall and its IPsec policies, except where the link is no Ethernet.

An answer counts if it acknowledges a number that follows from the endpoint and a secret of this run; all others are ignored. Each attempt leaves from a port of its own, so that its round trip is exact. These ports are taken while portprobe runs, from 61440 on where they are free.

Routes and source addresses are the kernel's, and asked for again when they change; rules that choose a route by protocol or port are not seen. Neighbours on an own link are asked for by ARP or neighbour discovery as often as the kernel would, without filling its table; that nobody has an address is host-unreach. That takes three seconds by the kernel's settings, whatever --timeout is, which begins when the SYN leaves. Who is in use is asked again after five seconds, or when another device announces the address.`

const aboutObstacles = `The record of an endpoint that this machine could not probe has the reason local-error, and its error names the cause. Other errors are the system's own text.

this machine's route to PREFIX is of the type blackhole (or unreachable, prohibit)
	The system reports "invalid argument", "no route to host" or "permission denied". The route is of the most specific prefix of that type. Remove or replace it.

this machine has no route to ADDRESS
	Add a route. With --interface, the route must leave through that interface.

IPv6 is switched off on this machine (SETTING = 1)
	The setting is disable_ipv6 of the interface, or of all interfaces where none but the loopback has IPv6. In a container, the runtime sets it. Set it to 0, or use portgen -4.

--source ADDRESS is a loopback address
	127.0.0.1 and ::1 reach this machine only.

--source ADDRESS is not an address of this machine
	Use an address that "ip address" lists.

--source ADDRESS is of another address family
	One source address cannot reach IPv4 and IPv6 targets. Run portprobe once for each.

ADDRESS is not on the link of --interface (or of --source)
	The zone of a link-local target names another interface. Nothing is sent.

ADDRESS is link-local and needs its link
	Without a zone, --interface or a zone in --source, the link is unknown. Nothing is sent.

all local ports are in use
	Connect and UDP probes leave from ports of net.ipv4.ip_local_port_range. Widen the range, lower --concurrency, or end what occupies the ports. --method syn is affected at its start only.

--method syn requires CAP_NET_RAW
	The message ends with the way to grant it. setcap has no effect under no_new_privs, which NoNewPrivileges= of systemd and allowPrivilegeEscalation: false of Kubernetes set: use AmbientCapabilities=CAP_NET_RAW, or run the container as root with NET_RAW. What the bounding set excludes cannot be granted to the program at all.`

const aboutUDP = `A udp port is asked with the request of the service that is registered for it, because most services answer nothing else. Where there are several, one is tried after the other, and an empty datagram last; every other port gets the empty datagram. This takes no rights.

open: a datagram came back, from the port or, as TFTP does it, from another port of that address. The field app names the protocol where the answer was recognised. closed: the probed address itself sent an ICMP port-unreachable. filtered: a router or a firewall rejected the probe, by a port-unreachable from another address or by any other ICMP error. Systems other than Linux do not report the sender: every port-unreachable is closed there. open|filtered: silence. With the reason no-response it was met by as many attempts as make it believed: either something on the way drops what is sent, or a service takes it and does not answer. With the reason rate-limited it is no evidence of anything.

An ICMP error about the packet (fragmentation needed, packet too big, source quench, parameter problem) is no evidence of a port: the probe is sent again, in fragments once the path MTU is known.

Hosts limit how many ICMP errors they send: a stock Linux sends about one a second to an address, after a burst of six. Where portprobe sees such a limit it asks again at that pace, while other addresses go on at full speed. Closed ports of such an address take about a second each; a service answers at once, whatever the limit. --udp-patience is how long an address may be waited for; what is still in doubt then is open|filtered with the reason rate-limited. Such records can be fed to portprobe again.

A limit may be shared: Linux limits per destination of the error, whichever of its own addresses the error is about, and a router limits what it rejects for a whole network. So addresses are grouped by their /24 (IPv6: /64), by the router that rejects probes to that network, and by neighbor (link-layer address) on an own link. While ICMP rejections about other addresses of the group arrive, silence is no evidence. Such endpoints are retried at the group's pace, in random order, so that every retry has the same chance of being rejected.

An address that never sent anything is believed to be silent once it missed its chances: two or three retries, each made after 2.2 s without a rejection in its group, or as many as the share of retries that is rejected at the other addresses requires (a chance of 1 in 3000 that the limit alone explains it). In a /24 with one host that limits, nearly all other addresses are reported no-response after about 10 s with one port, and after 15 s to 28 s with 100 ports each. A port of an address that sent something is judged by its own retries. A group in which retries gain nothing while first probes are rejected as before has no limit and delays nothing.

The evidence of a group is forgotten one minute after its latest rejection, and at most 16,384 networks, routers and neighbors are kept. A network from which no rejection arrived at all is judged by itself: that it is behind a router which limits cannot be seen. host-unreach and other ICMP errors that are not rejections do not count.

--payload sends every udp port the same instead: none an empty datagram, hex: with an even number of hexadecimal digits these bytes, @ with the name of a file what is in it, at most 65,507 bytes. Answers to that are mostly not recognised, for an answer is known by the request that it fits.`

const aboutRequests = `Of all requests of a protocol the smallest is sent that a service has to answer. None carries a password or a community, and none changes anything at the other end. The ports are those that the request is sent to, the registered one first; behind them stands what the request is made from.`

const aboutLarge = `These requests may be answered with ten times their own size or more. None is chosen for it; there is no smaller question that the service must answer. qotd and chargen (17, 19) answer anything, so an empty datagram too, with up to 512 bytes.`

const aboutSilent = `These services are sent the empty datagram alone. All but a few take it in silence, and then open|filtered is what can be known of them.`

// requestTerms lists the requests, those of one protocol together, by their
// lowest port.
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

// requestText is where a request comes from, and its note; that of a large one
// stands elsewhere.
func requestText(r payload.Request) []string {
	switch {
	case r.Large:
		return []string{r.Source + ".", "See Large answers."}
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

// term is an item of a list as the manual takes it.
func term(name string, ports []uint16, text string) string {
	var words []string
	for _, p := range ports {
		if s := strconv.Itoa(int(p)); !slices.Contains(words, s) {
			words = append(words, s)
		}
	}
	return fmt.Sprintf("\n\n%s (%s)\n\t%s", name, strings.Join(words, ", "), text)
}
