// Package report draws summaries: for people as text and as a page, for
// spreadsheets, and in the formats of other programs.
package report

import (
	"bytes"
	"iter"
	"net/netip"
	"slices"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/ndjson"
	"portkit/pkg/record"
)

// Report is what there is to draw.
type Report struct {
	// Records yields the summary records in the order of summary.Sum.Records.
	// It may be gone through more than once.
	Records iter.Seq[*record.Summary]
	// By names the fields that a reader wants groups by, host, ip and proto
	// among them.
	By []string
	// Stats says that the records' stats are to be shown.
	Stats    bool
	Services Services
	// Escape appends a text that came from the network or the input in a form
	// that can steer nothing.
	Escape func([]byte, string) []byte
	// Program and Version are those of the program that draws.
	Program, Version string
	// Say tells the person at work something that does not belong in what is
	// written.
	Say func(format string, a ...any)
	// Now is the time of drawing.
	Now time.Time
	// Terminal says that a person sees what is written, and not a program.
	Terminal bool
}

// Services names the service registered for a port; "" if there is none.
type Services interface {
	Name(p endpoint.Proto, port uint16) string
}

func (r *Report) printable(s string) string { return string(r.Escape(nil, s)) }

// groups reads the values of the fields that records are grouped by.
type groups struct {
	report *Report
	raw    []byte            // what was read last, as it is written
	fields map[string]string // of raw, as text
	values []string
}

// of returns a record's values in the order of Report.By, printable; "" for
// one that it lacks. The slice holds until the next call.
func (g *groups) of(s *record.Summary) []string {
	if g.fields == nil || !bytes.Equal(g.raw, s.By) {
		g.raw = append(g.raw[:0], s.By...)
		g.fields = map[string]string{}
		fields, _ := ndjson.Scan([]byte("{"+string(s.By)+"}"), nil) // summary.By wrote it: it has no errors
		for _, f := range fields {
			g.fields[string(f.Key)] = g.report.printable(valueText(f.Value))
		}
	}
	g.values = g.values[:0]
	for _, name := range g.report.By {
		g.values = append(g.values, g.value(name, s))
	}
	return g.values
}

func (g *groups) value(name string, s *record.Summary) string {
	switch name {
	case "host":
		return g.report.printable(string(s.Host))
	case "ip":
		return g.report.printable(addrText(s.Addr))
	case "proto":
		return s.Proto.String()
	}
	return g.fields[name]
}

// valueText is a value as people read it: strings without quotes.
func valueText(value []byte) string {
	if s, err := ndjson.Text(value, nil); err == nil {
		return string(s)
	}
	return string(value)
}

func addrText(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}

// title is the address, or the name with its address behind it.
func title(host []byte, addr netip.Addr) string {
	if !addr.IsValid() || string(host) == addr.String() {
		return string(host)
	}
	return string(host) + " (" + addr.String() + ")"
}

// tally counts ports.
type tally struct {
	states  [endpoint.States]uint64
	reasons [endpoint.States][endpoint.Reasons]uint64
}

func (t *tally) add(state endpoint.State, reason endpoint.Reason, n uint64) {
	t.states[state] += n
	t.reasons[state][reason] += n
}

func (t *tally) addSpans(spans []record.Span) {
	for _, s := range spans {
		t.add(s.State, s.Reason, uint64(s.Last-s.First)+1)
	}
}

func (t *tally) all() (n uint64) {
	for _, of := range t.states {
		n += of
	}
	return n
}

// replied reports whether the host of a record replied: something came from
// itself, not from a firewall or router.
func replied(spans []record.Span) bool {
	return slices.ContainsFunc(spans, func(s record.Span) bool {
		return s.State == endpoint.Open || s.State == endpoint.Closed
	})
}

// hostCount counts hosts, each once, however many records and groups it has.
type hostCount struct {
	known          map[hostKey]bool // whether it replied; nil: a host's records follow each other
	last           hostKey
	alive          bool // the last one replied
	hosts, replied int
}

func (c *hostCount) add(s *record.Summary) {
	if key := (hostKey{string(s.Host), s.Addr}); c.hosts == 0 || key != c.last {
		known := false
		if c.known != nil {
			c.known[c.last] = c.alive
			c.alive, known = c.known[key]
		}
		if c.last = key; !known {
			c.hosts, c.alive = c.hosts+1, false
		}
	}
	if !c.alive && replied(s.Spans) {
		c.alive = true
		c.replied++
	}
}

// countHosts returns how many hosts replied, of how many.
func countHosts(r *Report) (replied, hosts int) {
	var c hostCount
	if len(r.By) > 0 {
		c.known = map[hostKey]bool{}
	}
	for s := range r.Records {
		if s.Bad == 0 {
			c.add(s)
		}
	}
	return c.replied, c.hosts
}

// openPort is a port that is open, with what its answer was recognized as.
type openPort struct {
	port  uint16
	proto endpoint.Proto
	app   string
}

// openPorts appends the open ports of a record, ascending.
func openPorts(dst []openPort, r *record.Summary) []openPort {
	apps := r.Apps
	for _, s := range r.Spans {
		if s.State != endpoint.Open {
			continue
		}
		for port := int(s.First); port <= int(s.Last); port++ {
			open := openPort{port: uint16(port), proto: r.Proto}
			for len(apps) > 0 && int(apps[0].Port) < port {
				apps = apps[1:]
			}
			if len(apps) > 0 && int(apps[0].Port) == port {
				open.app = apps[0].Name
			}
			dst = append(dst, open)
		}
	}
	return dst
}

// names returns what a port is registered for and, where that is another
// one, what answered there: "ssh", "ssh, app http", "app http", "".
func (r *Report) names(p openPort) string {
	service := r.Services.Name(p.proto, p.port)
	switch {
	case p.app == "" || p.app == service:
		return service
	case service == "":
		return "app " + r.printable(p.app)
	}
	return service + ", app " + r.printable(p.app)
}
