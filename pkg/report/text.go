// Package report draws summaries for people.
package report

import (
	"bufio"
	"bytes"
	"cmp"
	"fmt"
	"io"
	"iter"
	"net/netip"
	"slices"
	"strings"

	"portkit/pkg/endpoint"
	"portkit/pkg/ndjson"
	"portkit/pkg/record"
)

// Services names the service registered for a port; "" if there is none.
type Services interface {
	Name(p endpoint.Proto, port uint16) string
}

const (
	rule     = "============================================================"
	halfRule = "------------------------------"
)

// Text writes a block for each host of records, which are in the order of
// summary.Sum.Records: its open ports with the names of services, and how many
// ports there are of each state. After several hosts a block of totals follows.
// Host names and whatever else came from the input go through escape, which
// appends them to its first argument in a form that cannot steer a terminal.
func Text(w io.Writer, records iter.Seq[*record.Summary], services Services, escape func([]byte, string) []byte) error {
	t := &text{w: bufio.NewWriterSize(w, 64<<10), services: services, escape: escape}
	for r := range records {
		t.add(r)
	}
	t.end()
	return t.w.Flush()
}

// text is a report that is being written. A failed write is kept by w.
type text struct {
	w        *bufio.Writer
	services Services
	escape   func([]byte, string) []byte
	block    block
	total    tally
	blocks   int // hosts whose block was begun
	alive    int // those of them that had open ports
	grouped  bool
	bad      uint64
}

// block is one host: an address, or a name at an address, with all its
// protocols.
type block struct {
	by, host []byte
	addr     netip.Addr
	open     []openPort
	tally
}

type openPort struct {
	port  uint16
	proto endpoint.Proto
	app   string
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

func (t *tally) all() (n uint64) {
	for _, of := range t.states {
		n += of
	}
	return n
}

func (t *text) add(r *record.Summary) {
	if r.Bad > 0 {
		t.bad += r.Bad
		return
	}
	b := &t.block
	if t.blocks == 0 || b.addr != r.Addr || !bytes.Equal(b.host, r.Host) || !bytes.Equal(b.by, r.By) {
		t.endBlock()
		*b = block{by: append(b.by[:0], r.By...), host: append(b.host[:0], r.Host...), addr: r.Addr, open: b.open[:0]}
		t.blocks++
		t.grouped = t.grouped || len(r.By) > 0
	}
	apps := r.Apps
	for _, s := range r.Spans {
		n := uint64(s.Last-s.First) + 1
		b.add(s.State, s.Reason, n)
		t.total.add(s.State, s.Reason, n)
		if s.State == endpoint.Open {
			apps = b.list(r.Proto, s, apps)
		}
	}
}

// list notes the open ports of s, and returns the apps that come after them.
func (b *block) list(proto endpoint.Proto, s record.Span, apps []record.App) []record.App {
	for port := int(s.First); port <= int(s.Last); port++ {
		open := openPort{port: uint16(port), proto: proto}
		for len(apps) > 0 && int(apps[0].Port) < port {
			apps = apps[1:]
		}
		if len(apps) > 0 && int(apps[0].Port) == port {
			open.app = apps[0].Name
		}
		b.open = append(b.open, open)
	}
	return apps
}

// endBlock writes the block at hand, if there is one.
func (t *text) endBlock() {
	if t.blocks == 0 {
		return
	}
	b := &t.block
	t.heading("SCAN SUMMARY FOR " + t.printable(b.title()))
	t.group(b.by)
	if len(b.open) > 0 {
		t.alive++
		t.openPorts(b.open)
	}
	t.counts(&b.tally)
}

// title is the address, or the name with its address behind it.
func (b *block) title() string {
	host, addr := string(b.host), b.addr.String()
	if !b.addr.IsValid() || host == addr {
		return host
	}
	return host + " (" + addr + ")"
}

// heading writes a title between rules, after an empty line if something
// stands before it.
func (t *text) heading(title string) {
	if t.blocks > 1 {
		t.line("")
	}
	t.line(rule)
	t.line(title)
	t.line(rule)
	t.line("")
}

// group writes the fields that results were grouped by.
func (t *text) group(by []byte) {
	if len(by) == 0 {
		return
	}
	fields, err := ndjson.Scan([]byte("{"+string(by)+"}"), nil)
	if err != nil {
		return
	}
	for _, f := range fields {
		value := f.Value
		if s, err := ndjson.Text(value, nil); err == nil {
			value = s
		}
		t.line(t.printable(string(f.Key) + ": " + string(value)))
	}
	t.line("")
}

func (t *text) openPorts(ports []openPort) {
	slices.SortFunc(ports, func(a, b openPort) int {
		return cmp.Or(cmp.Compare(a.port, b.port), cmp.Compare(a.proto, b.proto))
	})
	t.line(fmt.Sprintf("OPEN PORTS (%d):", len(ports)))
	t.line(halfRule)
	for _, p := range ports {
		t.line(fmt.Sprintf("%d/%s%s", p.port, p.proto, t.names(p)))
	}
	t.line("")
}

// names returns what a port is registered for and, where that is another
// one, what answered there.
func (t *text) names(p openPort) string {
	service := t.services.Name(p.proto, p.port)
	switch {
	case p.app == "" || p.app == service:
		if service == "" {
			return ""
		}
		return " (" + service + ")"
	case service == "":
		return " (app " + t.printable(p.app) + ")"
	}
	return " (" + service + ", app " + t.printable(p.app) + ")"
}

// counts writes how many ports there are of each state. What is behind
// "Filtered/Error" is told apart only where it is more than filtered ports:
// silent udp ports and errors mean something else.
func (t *text) counts(n *tally) {
	rest := n.states[endpoint.Filtered] + n.states[endpoint.OpenFiltered] + n.states[endpoint.Error]
	t.line(fmt.Sprintf("Total ports scanned: %d", n.all()))
	t.line(fmt.Sprintf("Open ports: %d", n.states[endpoint.Open]))
	t.line(fmt.Sprintf("Closed ports: %d", n.states[endpoint.Closed]))
	t.line(fmt.Sprintf("Filtered/Error ports: %d", rest))
	if rest == n.states[endpoint.Filtered] {
		return
	}
	for state := endpoint.Filtered; state <= endpoint.Error; state++ {
		if n.states[state] > 0 {
			t.line(fmt.Sprintf("  %s: %d%s", state, n.states[state], because(n.reasons[state][:])))
		}
	}
}

// because lists reasons, the most frequent first.
func because(counts []uint64) string {
	var reasons []endpoint.Reason
	for r := 1; r < len(counts); r++ {
		if counts[r] > 0 {
			reasons = append(reasons, endpoint.Reason(r))
		}
	}
	slices.SortStableFunc(reasons, func(a, b endpoint.Reason) int { return cmp.Compare(counts[b], counts[a]) })
	var words []string
	for _, r := range reasons {
		words = append(words, r.String())
	}
	if len(words) == 0 {
		return ""
	}
	return " (" + strings.Join(words, ", ") + ")"
}

// end writes the last block, the totals of several hosts, and what could not
// be read.
func (t *text) end() {
	t.endBlock()
	if t.blocks > 1 {
		title := fmt.Sprintf("TOTALS FOR %d HOSTS", t.blocks)
		if t.grouped { // a host can be in several groups
			title = "TOTALS"
		}
		t.heading(title)
		if !t.grouped {
			t.line(fmt.Sprintf("Hosts with open ports: %d", t.alive))
		}
		t.counts(&t.total)
	}
	if t.bad > 0 {
		if t.blocks > 0 {
			t.line("")
		}
		t.line(fmt.Sprintf("Records that could not be read: %d", t.bad))
	}
	if t.blocks == 0 && t.bad == 0 {
		t.line("No results.")
	}
}

func (t *text) printable(s string) string { return string(t.escape(nil, s)) }

func (t *text) line(s string) {
	t.w.WriteString(s)
	t.w.WriteByte('\n')
}
