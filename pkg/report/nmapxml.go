package report

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/record"
)

// NmapXML writes what importers of nmap's XML output read
// (https://nmap.org/book/app-nmap-dtd.html): the names of elements and
// attributes are theirs. An address is one host there, whatever names it was
// asked by. A port that could not be asked has no state there and is left out,
// and a host that has no other port becomes a target that was skipped.
func NmapXML(w io.Writer, r *Report) error {
	x := &nmapXML{w: bufio.NewWriterSize(w, 64<<10), report: r}
	x.survey()
	x.head()
	x.hosts()
	x.tail()
	if x.left > 0 {
		r.Say("omitted from nmap-xml, which has no state for them: %s that could not be probed", plural(int(x.left), "port"))
	}
	return x.w.Flush()
}

// nmapXML is a document that is being written. A failed write is kept by w.
type nmapXML struct {
	w         *bufio.Writer
	report    *Report
	stats     record.Stats
	asked     [2][1 << 16]bool // by protocol and port
	syn       bool             // a reset was seen by method syn
	left      uint64           // ports that are left out
	host      nmapHost
	total, up int
}

// nmapHost is an address with all its names and protocols.
type nmapHost struct {
	addr  netip.Addr
	names []string
	known map[string]bool // names; there may be very many at one address
	ports [2]nmapPorts
	stats record.Stats
}

type nmapPorts struct {
	spans []record.Span // without those of state error
	apps  []record.App
	known map[uint16]bool // ports of apps
	// best is the most definite answer of each port where several names were
	// probed; spans follows from it once all are added. nil: one name.
	best *[1 << 16]record.Span
}

// survey goes through the records for what stands before the hosts.
func (x *nmapXML) survey() {
	for s := range x.report.Records {
		x.stats.Merge(&s.Stats)
		for _, span := range s.Spans {
			x.syn = x.syn || span.Reason == endpoint.Reset
			if span.State == endpoint.Error {
				x.left += uint64(span.Last-span.First) + 1
			}
			for port := int(span.First); span.State != endpoint.Error && port <= int(span.Last); port++ {
				x.asked[s.Proto&1][port] = true
			}
		}
	}
}

func (x *nmapXML) head() {
	io.WriteString(x.w, xml.Header+"<!DOCTYPE nmaprun>\n")
	start := x.stats.First
	if x.stats.Last == 0 {
		start = x.report.Now.UnixMilli() // importers such as DefectDojo's stop without one
	}
	x.begin("nmaprun", "scanner", "nmap", "args", x.report.Program+" -o nmap-xml", "start", seconds(start), "startstr", unixText(start),
		"version", x.report.Version, "xmloutputversion", "1.05")
	x.line(">")
	for proto, asked := range x.asked {
		x.scanInfo(endpoint.Proto(proto), asked[:])
	}
	x.line(`<verbose level="0"/>`)
	x.line(`<debugging level="0"/>`)
}

func (x *nmapXML) scanInfo(proto endpoint.Proto, asked []bool) {
	var spans []record.Span
	n := 0
	for port, yes := range asked {
		if !yes {
			continue
		}
		n++
		if last := len(spans) - 1; last >= 0 && int(spans[last].Last)+1 == port {
			spans[last].Last++
		} else {
			spans = append(spans, record.Span{First: uint16(port), Last: uint16(port)})
		}
	}
	if n == 0 {
		return
	}
	kind := "connect"
	if x.syn {
		kind = "syn"
	}
	if proto == endpoint.UDP {
		kind = "udp"
	}
	x.empty("scaninfo", "type", kind, "protocol", proto.String(), "numservices", strconv.Itoa(n), "services", rangeText(spans))
}

// hosts writes the hosts.
func (x *nmapXML) hosts() {
	h := &x.host
	for s := range x.report.Records {
		switch asked := withoutErrors(s.Spans); {
		case s.Bad > 0:
		case len(asked) == 0:
			x.empty("target", "specification", x.report.printable(string(s.Host)), "status", "skipped")
		default:
			if h.addr != s.Addr || !h.addr.IsValid() {
				x.endHost()
				*h = nmapHost{addr: s.Addr, known: map[string]bool{}}
			}
			h.add(x.report, s, asked)
		}
	}
	x.endHost()
}

func withoutErrors(spans []record.Span) []record.Span {
	return slices.DeleteFunc(slices.Clone(spans), func(s record.Span) bool { return s.State == endpoint.Error })
}

func (h *nmapHost) add(r *Report, s *record.Summary, asked []record.Span) {
	name := r.printable(string(s.Host))
	if string(s.Host) != s.Addr.String() && !h.known[name] {
		h.names, h.known[name] = append(h.names, name), true
	}
	h.stats.Merge(&s.Stats)
	p := &h.ports[s.Proto&1]
	switch {
	case len(p.spans) == 0:
		p.spans = asked
	case p.best == nil: // a second name at the address
		p.best = &[1 << 16]record.Span{}
		p.merge(p.spans)
		p.merge(asked)
	default:
		p.merge(asked)
	}
	for _, app := range s.Apps {
		if p.known == nil {
			p.known = map[uint16]bool{}
		}
		if !p.known[app.Port] {
			p.apps, p.known[app.Port] = append(p.apps, app), true
		}
	}
}

// merge adds the ports of one more name; of two answers about a port the more
// definite stands.
func (p *nmapPorts) merge(spans []record.Span) {
	for _, s := range spans {
		for port := int(s.First); port <= int(s.Last); port++ {
			if old := p.best[port]; old.State == 0 || s.State < old.State || s.State == old.State && s.Reason < old.Reason {
				p.best[port] = record.Span{First: uint16(port), Last: uint16(port), State: s.State, Reason: s.Reason}
			}
		}
	}
}

// settle makes spans of best.
func (p *nmapPorts) settle() {
	if p.best == nil {
		return
	}
	var out []record.Span
	for _, s := range p.best {
		if n := len(out) - 1; n >= 0 && out[n].Last+1 == s.First && out[n].State == s.State && out[n].Reason == s.Reason {
			out[n].Last++
		} else if s.State != 0 {
			out = append(out, s)
		}
	}
	p.spans, p.best = out, nil
}

func (x *nmapXML) endHost() {
	h := &x.host
	if !h.addr.IsValid() {
		return
	}
	h.ports[0].settle()
	h.ports[1].settle()
	x.total++
	x.begin("host", "starttime", seconds(h.stats.First), "endtime", seconds(h.stats.Last))
	x.line(">")
	state, reason := h.status()
	if state == "up" {
		x.up++
	}
	x.empty("status", "state", state, "reason", reason, "reason_ttl", "0")
	family := "ipv6"
	if h.addr.Is4() {
		family = "ipv4"
	}
	x.empty("address", "addr", x.report.printable(h.addr.String()), "addrtype", family)
	x.line("<hostnames>")
	for _, name := range h.names {
		x.empty("hostname", "name", name, "type", "user")
	}
	x.line("</hostnames>")
	x.ports(h)
	x.line("</host>")
}

// status is up where a port of the host itself answered. Silence proves
// nothing, and what rejects may stand on the way.
func (h *nmapHost) status() (state, reason string) {
	best := record.Span{State: endpoint.Error}
	for _, p := range h.ports {
		for _, s := range p.spans {
			if s.State < best.State || s.State == best.State && s.Reason < best.Reason {
				best = s
			}
		}
	}
	if best.State == endpoint.Open || best.State == endpoint.Closed {
		return "up", reasonText(best.Reason)
	}
	return "unknown", reasonText(best.Reason)
}

// shownMost is how many ports of a state, open ones apart, are written each
// by itself.
const shownMost = 25

func (x *nmapXML) ports(h *nmapHost) {
	var counts tally
	for _, p := range h.ports {
		counts.addSpans(p.spans)
	}
	x.line("<ports>")
	for state := endpoint.Closed; state < endpoint.Error; state++ {
		if counts.states[state] > shownMost {
			x.extraPorts(h, state, counts.states[state])
		}
	}
	for proto, p := range h.ports {
		for _, s := range p.spans {
			if s.State != endpoint.Open && counts.states[s.State] > shownMost {
				continue
			}
			for port := int(s.First); port <= int(s.Last); port++ {
				x.port(endpoint.Proto(proto), uint16(port), s, p.apps)
			}
		}
	}
	x.line("</ports>")
}

// extraPorts writes the ports of a state together, by reason.
func (x *nmapXML) extraPorts(h *nmapHost, state endpoint.State, n uint64) {
	x.begin("extraports", "state", state.String(), "count", strconv.FormatUint(n, 10))
	x.line(">")
	for proto, p := range h.ports {
		for reason := range endpoint.Reason(endpoint.Reasons) {
			var spans []record.Span
			n := 0
			for _, s := range p.spans {
				if s.State == state && s.Reason == reason {
					spans = append(spans, s)
					n += int(s.Last-s.First) + 1
				}
			}
			if n > 0 {
				x.empty("extrareasons", "reason", reasonText(reason), "count", strconv.Itoa(n),
					"proto", endpoint.Proto(proto).String(), "ports", rangeText(spans))
			}
		}
	}
	x.line("</extraports>")
}

func (x *nmapXML) port(proto endpoint.Proto, port uint16, s record.Span, apps []record.App) {
	x.begin("port", "protocol", proto.String(), "portid", strconv.Itoa(int(port)))
	x.w.WriteByte('>')
	x.begin("state", "state", s.State.String(), "reason", reasonText(s.Reason), "reason_ttl", "0")
	x.w.WriteString("/>")
	name, method, confidence := x.report.Services.Name(proto, port), "table", "3"
	if i := slices.IndexFunc(apps, func(a record.App) bool { return a.Port == port }); i >= 0 {
		name, method, confidence = x.report.printable(apps[i].Name), "probed", "10"
	}
	if name != "" {
		x.begin("service", "name", name, "method", method, "conf", confidence)
		x.w.WriteString("/>")
	}
	x.line("</port>")
}

func reasonText(r endpoint.Reason) string {
	if r == 0 {
		return "unknown"
	}
	if r == endpoint.SYNReceived {
		return "split-handshake-syn" // nmap's word
	}
	return r.String()
}

// tail writes when it ended; if results do not tell, when it is written.
func (x *nmapXML) tail() {
	last := x.stats.Last
	if last == 0 {
		last = x.report.Now.UnixMilli()
	}
	elapsed := fmt.Sprintf("%.2f", float64(x.stats.Last-x.stats.First)/1000)
	x.line("<runstats>")
	x.empty("finished", "time", seconds(last), "timestr", unixText(last), "elapsed", elapsed, "exit", "success",
		"summary", fmt.Sprintf("%d %s scanned, %d up", x.total, counted(x.total, "address", "addresses"), x.up))
	x.empty("hosts", "up", strconv.Itoa(x.up), "down", "0", "total", strconv.Itoa(x.total))
	x.line("</runstats>")
	x.line("</nmaprun>")
}

// begin writes an element's name and its attributes, those without a value
// left out.
func (x *nmapXML) begin(name string, attributes ...string) {
	var b bytes.Buffer
	b.WriteString("<" + name)
	for i := 0; i < len(attributes); i += 2 {
		if attributes[i+1] != "" {
			b.WriteString(" " + attributes[i] + `="`)
			xml.EscapeText(&b, []byte(attributes[i+1])) // a Buffer does not fail
			b.WriteByte('"')
		}
	}
	x.w.Write(b.Bytes())
}

// empty writes an element that has nothing inside.
func (x *nmapXML) empty(name string, attributes ...string) {
	x.begin(name, attributes...)
	x.line("/>")
}

func (x *nmapXML) line(s string) { x.w.WriteString(s + "\n") }

func rangeText(spans []record.Span) string {
	var parts []string
	for _, s := range spans {
		part := strconv.Itoa(int(s.First))
		if s.Last > s.First {
			part += "-" + strconv.Itoa(int(s.Last))
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ",")
}

// seconds writes milliseconds since 1970 in seconds; "" for 0.
func seconds(ms int64) string {
	if ms == 0 {
		return ""
	}
	return strconv.FormatInt(ms/1000, 10)
}

// unixText writes milliseconds since 1970 as nmap does.
func unixText(ms int64) string {
	if ms == 0 {
		return ""
	}
	return time.UnixMilli(ms).UTC().Format(time.ANSIC)
}
