package report

import (
	"bufio"
	"bytes"
	"cmp"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"

	"portkit/pkg/endpoint"
	"portkit/pkg/record"
)

const (
	rule     = "============================================================"
	halfRule = "------------------------------"
)

// Text writes a block for each host: its open ports with the names of
// services, and how many ports there are of each state. After several hosts a
// block of totals follows. With groups it writes a table for each instead.
func Text(w io.Writer, r *Report) error {
	t := &text{w: bufio.NewWriterSize(w, 64<<10), Report: r}
	if len(r.By) > 0 {
		t.tables()
	} else {
		t.replied(countHosts(r))
		for s := range r.Records {
			t.add(s)
		}
		t.end()
	}
	return t.w.Flush()
}

// text is a report that is being written. A failed write is kept by w.
type text struct {
	*Report
	w      *bufio.Writer
	block  block
	total  tally
	stats  record.Stats
	blocks int  // hosts whose block was begun
	above  bool // a line stands before the first block
	alive  int  // those of them that had open ports
	bad    uint64
}

// block is one host: an address, or a name at an address, with all its
// protocols.
type block struct {
	host []byte
	addr netip.Addr
	open []openPort
	tally
	stats record.Stats
}

func (t *text) add(r *record.Summary) {
	if r.Bad > 0 {
		t.bad += r.Bad
		return
	}
	b := &t.block
	if t.blocks == 0 || b.addr != r.Addr || !bytes.Equal(b.host, r.Host) {
		t.endBlock()
		*b = block{host: append(b.host[:0], r.Host...), addr: r.Addr, open: b.open[:0]}
		t.blocks++
	}
	b.open = openPorts(b.open, r)
	b.addSpans(r.Spans)
	b.stats.Merge(&r.Stats)
	t.total.addSpans(r.Spans)
	t.stats.Merge(&r.Stats)
}

// endBlock writes the block at hand, if there is one.
func (t *text) endBlock() {
	if t.blocks == 0 {
		return
	}
	b := &t.block
	t.heading("SCAN SUMMARY FOR " + t.printable(title(b.host, b.addr)))
	if len(b.open) > 0 {
		t.alive++
		t.openPorts(b.open)
	}
	t.counts(&b.tally)
	t.times(&b.stats)
}

// heading writes a title between rules, after an empty line if something
// stands before it.
func (t *text) heading(title string) {
	if t.blocks > 1 || t.above {
		t.line("")
	}
	t.line(rule)
	t.line(title)
	t.line(rule)
	t.line("")
}

func (t *text) openPorts(ports []openPort) {
	slices.SortFunc(ports, func(a, b openPort) int {
		return cmp.Or(cmp.Compare(a.port, b.port), cmp.Compare(a.proto, b.proto))
	})
	t.line(fmt.Sprintf("OPEN PORTS (%d):", len(ports)))
	t.line(halfRule)
	for _, p := range ports {
		t.line(t.portText(p))
	}
	t.line("")
}

// portText is an open port with what is known of it: "22/tcp (ssh)".
func (t *text) portText(p openPort) string {
	s := fmt.Sprintf("%d/%s", p.port, p.proto)
	if names := t.names(p); names != "" {
		s += " (" + names + ")"
	}
	return s
}

// replied writes how many of several hosts replied at all, which tells unused
// addresses from a firewall in front of them.
func (t *text) replied(replied, hosts int) {
	if hosts > 1 {
		t.line(fmt.Sprintf("Hosts that replied: %d of %d", replied, hosts))
		t.above = true
	}
}

// counts writes how many ports there are of each state, and the reasons of those
// that are neither open nor closed: an address without a host, a firewall that
// rejects and one that drops mean different things.
func (t *text) counts(n *tally) {
	rest := n.states[endpoint.Filtered] + n.states[endpoint.OpenFiltered] + n.states[endpoint.Error]
	t.line(fmt.Sprintf("Total ports scanned: %d", n.all()))
	t.line(fmt.Sprintf("Open ports: %d", n.states[endpoint.Open]))
	t.line(fmt.Sprintf("Closed ports: %d", n.states[endpoint.Closed]))
	t.line(fmt.Sprintf("Filtered/Error ports: %d", rest))
	for state := endpoint.Filtered; state <= endpoint.Error; state++ {
		if n.states[state] > 0 {
			line := fmt.Sprintf("  %d %s", n.states[state], state)
			if why := because(n.reasons[state][:]); why != "" {
				line += ": " + why
			}
			t.line(line)
		}
	}
}

// because lists reasons with their counts, the most frequent first; "" where
// none is known.
func because(counts []uint64) string {
	var reasons []endpoint.Reason
	for r := range counts {
		if counts[r] > 0 {
			reasons = append(reasons, endpoint.Reason(r))
		}
	}
	slices.SortStableFunc(reasons, func(a, b endpoint.Reason) int { return cmp.Compare(counts[b], counts[a]) })
	var words []string
	for _, r := range reasons {
		words = append(words, fmt.Sprintf("%d %s", counts[r], reasonText(r)))
	}
	if len(reasons) == 1 && reasons[0] == 0 {
		return ""
	}
	return strings.Join(words, ", ")
}

// end writes the last block, the totals of several hosts, and what could not
// be read.
func (t *text) end() {
	t.endBlock()
	if t.blocks > 1 {
		t.heading(fmt.Sprintf("TOTALS FOR %d HOSTS", t.blocks))
		t.line(fmt.Sprintf("Hosts with open ports: %d", t.alive))
		t.counts(&t.total)
		t.times(&t.stats)
	}
	t.roundTrips(&t.stats.RTT)
	t.unread()
}

// unread writes how many records could not be read, and why there are no results.
func (t *text) unread() {
	if t.bad > 0 {
		if t.blocks > 0 {
			t.line("")
		}
		t.line(fmt.Sprintf("Unreadable records: %d", t.bad))
	}
	if t.blocks == 0 {
		t.line(noResults(t.bad))
	}
}

// noResults returns why a report has no results, of which bad records could not
// be read.
func noResults(bad uint64) string {
	if bad > 0 {
		return "No results: every record is unreadable or an error without an endpoint."
	}
	return "No results: the input has no records."
}

func (t *text) line(s string) {
	t.w.WriteString(s)
	t.w.WriteByte('\n')
}
