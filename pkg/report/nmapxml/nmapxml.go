// Package nmapxml writes reports for the importers of nmap's XML output
// (https://nmap.org/book/app-nmap-dtd.html).
package nmapxml

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strconv"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/record"
	"portkit/pkg/report"
	"portkit/pkg/summary"
)

// Write writes an XML document. An address is one host, whatever names it was
// probed by. The format has no state for ports that could not be probed: these
// are omitted, and a host without other ports becomes a skipped target.
func Write(w io.Writer, r *report.Report) error {
	d := &document{w: bufio.NewWriterSize(w, 64<<10), report: r}
	d.survey()
	d.head()
	d.hosts()
	d.tail()
	if n := d.omitted; n > 0 {
		r.Warn("omitted from nmap-xml, which has no state for them: %d %s that could not be probed", n, report.Noun(n, "port", "ports"))
	}
	return d.w.Flush()
}

// document writes a document. w keeps the error of a failed write until Flush.
type document struct {
	w         *bufio.Writer
	report    *report.Report
	times     record.Stats
	probed    [2][1 << 16]bool // by protocol and port
	syn       bool             // a reset was received, so the method was syn
	omitted   uint64           // ports that could not be probed
	host      host
	total, up int
}

// host is an address with all its names and protocols.
type host struct {
	addr   netip.Addr
	names  []string
	known  map[string]bool // set of names; an address may have very many
	protos [2]proto
	times  record.Stats
}

// proto is the ports of a protocol, without those that could not be probed.
type proto struct {
	summary.Ports
	spans []record.Span           // of Ports, once all are added, without accepting
	found map[uint16]record.Found // of the first name that has one
	why   map[uint16]endpoint.Unidentified

	acceptsAll summary.Ports // of any name
	accepting  []record.Span // open ports of acceptsAll, once all are added
}

func newProto() proto {
	return proto{found: map[uint16]record.Found{}, why: map[uint16]endpoint.Unidentified{}}
}

// survey reads what the head of the document contains.
func (d *document) survey() {
	for s := range d.report.Records {
		d.times.Merge(&s.Stats)
		for _, span := range s.Spans {
			d.syn = d.syn || span.Reason == endpoint.Reset
			if span.State == endpoint.Error {
				d.omitted += uint64(span.Last-span.First) + 1
				continue
			}
			for port := int(span.First); port <= int(span.Last); port++ {
				d.probed[s.Proto&1][port] = true
			}
		}
	}
}

func (d *document) head() {
	io.WriteString(d.w, xml.Header+"<!DOCTYPE nmaprun>\n")
	start := d.times.First
	if d.times.Last == 0 {
		start = d.report.Now.UnixMilli() // importers such as DefectDojo require one
	}
	d.begin("nmaprun", "scanner", "nmap", "args", d.report.Program+" -o nmap-xml", "start", seconds(start), "startstr", unixText(start),
		"version", d.report.Version, "xmloutputversion", "1.05")
	d.line(">")
	for proto, probed := range d.probed {
		d.scanInfo(endpoint.Proto(proto), probed[:])
	}
	d.line(`<verbose level="0"/>`)
	d.line(`<debugging level="0"/>`)
}

func (d *document) scanInfo(proto endpoint.Proto, probed []bool) {
	var ports []record.Span
	for port, yes := range probed {
		if yes {
			ports = append(ports, record.Span{First: uint16(port), Last: uint16(port)})
		}
	}
	if len(ports) == 0 {
		return
	}
	kind := "connect"
	if d.syn {
		kind = "syn"
	}
	if proto == endpoint.UDP {
		kind = "udp"
	}
	d.empty("scaninfo", "type", kind, "protocol", proto.String(), "numservices", strconv.Itoa(len(ports)), "services", report.Ranges(ports, 0))
}

func (d *document) hosts() {
	h := &d.host
	for s := range d.report.Records {
		probed := slices.DeleteFunc(slices.Clone(s.Spans), func(s record.Span) bool { return s.State == endpoint.Error })
		switch {
		case s.Bad > 0:
		case len(probed) == 0:
			d.empty("target", "specification", d.report.Printable(string(s.Host)), "status", "skipped")
		default:
			if h.addr != s.Addr || !h.addr.IsValid() {
				d.endHost()
				*h = host{addr: s.Addr, known: map[string]bool{}, protos: [2]proto{newProto(), newProto()}}
			}
			h.add(d.report, s, probed)
		}
	}
	d.endHost()
}

func (h *host) add(r *report.Report, s *record.Summary, probed []record.Span) {
	name := r.Printable(string(s.Host))
	if string(s.Host) != s.Addr.String() && !h.known[name] {
		h.names, h.known[name] = append(h.names, name), true
	}
	h.times.Merge(&s.Stats)
	p := &h.protos[s.Proto&1]
	p.Merge(probed)
	p.acceptsAll.Merge(s.AcceptsAll)
	for _, f := range s.Found {
		if _, known := p.found[f.Port]; !known {
			p.found[f.Port] = f
		}
	}
	for _, u := range s.Unidentified {
		for port := int(u.First); port <= int(u.Last); port++ {
			if _, known := p.why[uint16(port)]; !known {
				p.why[uint16(port)] = u.Why
			}
		}
	}
}

func (d *document) endHost() {
	h := &d.host
	if !h.addr.IsValid() {
		return
	}
	for i := range h.protos {
		p := &h.protos[i]
		p.spans, p.accepting = report.SplitAccepting(p.AppendSpans(nil), p.acceptsAll.AppendSpans(nil))
	}
	d.total++
	d.begin("host", "starttime", seconds(h.times.First), "endtime", seconds(h.times.Last))
	d.line(">")
	state, reason := h.status()
	if state == "up" {
		d.up++
	}
	d.empty("status", "state", state, "reason", reason, "reason_ttl", "0")
	family := "ipv6"
	if h.addr.Is4() {
		family = "ipv4"
	}
	d.empty("address", "addr", d.report.Address(h.addr), "addrtype", family)
	d.line("<hostnames>")
	for _, name := range h.names {
		d.empty("hostname", "name", name, "type", "user")
	}
	d.line("</hostnames>")
	d.ports(h)
	d.line("</host>")
}

// status is up if the host itself replied. No reply proves nothing, and a
// rejection may be from a firewall.
func (h *host) status() (state, reason string) {
	best := record.Span{State: endpoint.Error}
	for _, p := range h.protos {
		for _, s := range slices.Concat(p.spans, p.accepting) {
			if s.State < best.State || s.State == best.State && s.Reason < best.Reason {
				best = s
			}
		}
	}
	if best.State == endpoint.Open || best.State == endpoint.Closed {
		return "up", report.ReasonText(best.Reason)
	}
	return "unknown", report.ReasonText(best.Reason)
}

// maxListed is the number of ports of a state, other than open, above which they
// are written together.
const maxListed = 25

func (d *document) ports(h *host) {
	var counts report.Tally
	var accepting [2][]extraReason
	for i, p := range h.protos {
		counts.Add(p.spans)
		accepting[i] = []extraReason{{endpoint.EvidenceAcceptsAll, p.accepting}}
	}
	d.line("<ports>")
	d.extraPorts(endpoint.Open, accepting)
	for state := endpoint.Closed; state < endpoint.Error; state++ {
		if counts.States[state] > maxListed {
			d.extraPorts(state, h.byReason(state))
		}
	}
	for i, p := range h.protos {
		for _, s := range p.spans {
			if s.State != endpoint.Open && counts.States[s.State] > maxListed {
				continue
			}
			for number := int(s.First); number <= int(s.Last); number++ {
				port := report.OpenPort{Port: report.Port{Number: uint16(number), Proto: endpoint.Proto(i)}, Found: p.found[uint16(number)]}
				if port.App == "" {
					port.Why = p.why[uint16(number)]
				}
				d.port(port, s)
			}
		}
	}
	d.line("</ports>")
}

// extraReason is the ports that are written together with a reason.
type extraReason struct {
	reason string
	spans  []record.Span
}

// count returns the number of ports.
func (e *extraReason) count() (n int) {
	for _, s := range e.spans {
		n += int(s.Last-s.First) + 1
	}
	return n
}

// byReason returns the ports of a state by protocol and reason.
func (h *host) byReason(state endpoint.State) (all [2][]extraReason) {
	for i, p := range h.protos {
		var spans [endpoint.Reasons][]record.Span
		for _, s := range p.spans {
			if s.State == state {
				spans[s.Reason] = append(spans[s.Reason], s)
			}
		}
		for reason := range spans {
			all[i] = append(all[i], extraReason{report.ReasonText(endpoint.Reason(reason)), spans[reason]})
		}
	}
	return all
}

// extraPorts writes ports of a state together, by protocol and reason.
func (d *document) extraPorts(state endpoint.State, all [2][]extraReason) {
	n := 0
	for i := range all {
		all[i] = slices.DeleteFunc(all[i], func(e extraReason) bool { return len(e.spans) == 0 })
		for _, e := range all[i] {
			n += e.count()
		}
	}
	if n == 0 {
		return
	}
	d.begin("extraports", "state", state.String(), "count", strconv.Itoa(n))
	d.line(">")
	for i := range all {
		for _, e := range all[i] {
			d.empty("extrareasons", "reason", e.reason, "count", strconv.Itoa(e.count()),
				"proto", endpoint.Proto(i).String(), "ports", report.Ranges(e.spans, state))
		}
	}
	d.line("</extraports>")
}

func (d *document) port(p report.OpenPort, s record.Span) {
	d.begin("port", "protocol", p.Proto.String(), "portid", strconv.Itoa(int(p.Number)))
	d.w.WriteByte('>')
	d.begin("state", "state", s.State.String(), "reason", report.ReasonText(s.Reason), "reason_ttl", "0")
	d.w.WriteString("/>")
	service := p.Service()
	d.service(p, &service)
	d.details(p, &service)
	d.line("</port>")
}

// tail writes the end of the scan: the time of the last result, or of writing if
// that is unknown.
func (d *document) tail() {
	last := d.times.Last
	if last == 0 {
		last = d.report.Now.UnixMilli()
	}
	elapsed := fmt.Sprintf("%.2f", float64(d.times.Last-d.times.First)/1000)
	d.line("<runstats>")
	d.empty("finished", "time", seconds(last), "timestr", unixText(last), "elapsed", elapsed, "exit", "success",
		"summary", fmt.Sprintf("%d %s scanned, %d up", d.total, report.Noun(d.total, "address", "addresses"), d.up))
	d.empty("hosts", "up", strconv.Itoa(d.up), "down", "0", "total", strconv.Itoa(d.total))
	d.line("</runstats>")
	d.line("</nmaprun>")
}

// begin writes the name of an element and its attributes except those without a
// value. encoding/xml cannot write elements that close themselves.
func (d *document) begin(name string, attributes ...string) {
	d.w.WriteString("<" + name)
	for i := 0; i < len(attributes); i += 2 {
		if attributes[i+1] != "" {
			d.w.WriteString(" " + attributes[i] + `="`)
			xml.EscapeText(d.w, []byte(attributes[i+1]))
			d.w.WriteByte('"')
		}
	}
}

// empty writes an element without content.
func (d *document) empty(name string, attributes ...string) {
	d.begin(name, attributes...)
	d.line("/>")
}

func (d *document) line(s string) { d.w.WriteString(s + "\n") }

// seconds returns milliseconds since 1970 as seconds; "" for 0.
func seconds(ms int64) string {
	if ms == 0 {
		return ""
	}
	return strconv.FormatInt(ms/1000, 10)
}

// unixText returns milliseconds since 1970 in nmap's format; "" for 0.
func unixText(ms int64) string {
	if ms == 0 {
		return ""
	}
	return time.UnixMilli(ms).UTC().Format(time.ANSIC)
}
