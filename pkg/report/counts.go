package report

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"portkit/pkg/endpoint"
	"portkit/pkg/record"
)

// Tally counts ports by state and reason.
type Tally struct {
	States  [endpoint.States]uint64
	reasons [endpoint.States][endpoint.Reasons]uint64
}

// Add counts the ports of spans.
func (t *Tally) Add(spans []record.Span) {
	for _, s := range spans {
		n := uint64(s.Last-s.First) + 1
		t.States[s.State] += n
		t.reasons[s.State][s.Reason] += n
	}
}

// Total returns the number of ports.
func (t *Tally) Total() (n uint64) {
	for _, of := range t.States {
		n += of
	}
	return n
}

// Of returns the number of ports with a state and a reason.
func (t *Tally) Of(s endpoint.State, r endpoint.Reason) uint64 { return t.reasons[s][r] }

// Reasons yields the known reasons of all states with the number of their ports.
func (t *Tally) Reasons(yield func(endpoint.Reason, uint64) bool) {
	for r := endpoint.Reason(1); int(r) < endpoint.Reasons; r++ {
		n := uint64(0)
		for state := range t.reasons {
			n += t.reasons[state][r]
		}
		if n > 0 && !yield(r, n) {
			return
		}
	}
}

// ReasonsOf lists the reasons of a state with the number of their ports, the
// most frequent first; "" if no reason is known.
func (t *Tally) ReasonsOf(s endpoint.State) string {
	counts := &t.reasons[s]
	var reasons []endpoint.Reason
	for r := range counts {
		if counts[r] > 0 {
			reasons = append(reasons, endpoint.Reason(r))
		}
	}
	if len(reasons) == 1 && reasons[0] == 0 {
		return ""
	}
	slices.SortStableFunc(reasons, func(a, b endpoint.Reason) int { return cmp.Compare(counts[b], counts[a]) })
	var parts []string
	for _, r := range reasons {
		parts = append(parts, fmt.Sprintf("%d %s", counts[r], ReasonText(r)))
	}
	return strings.Join(parts, ", ")
}

// ReasonText returns a reason in nmap's vocabulary.
func ReasonText(r endpoint.Reason) string {
	switch r {
	case 0:
		return "unknown"
	case endpoint.SYNReceived:
		return "split-handshake-syn"
	}
	return r.String()
}

// HostCount counts hosts: all, those that replied themselves, that is without
// those for which a firewall or router did, and those with an open port. The
// records of a host must follow each other, unless known is set.
type HostCount struct {
	Hosts, Replied, Open int

	known map[hostKey]*hostSeen
	last  hostKey
	seen  *hostSeen // of last
}

type hostKey struct {
	name string
	addr netip.Addr
}

type hostSeen struct{ replied, open bool }

// Add counts the host of a record. It reports whether the host is another one
// than that of the record before.
func (c *HostCount) Add(s *record.Summary) (next bool) {
	if next = c.seen == nil || c.last.addr != s.Addr || c.last.name != string(s.Host); next {
		c.last = hostKey{string(s.Host), s.Addr}
		if c.seen = c.known[c.last]; c.seen == nil {
			c.Hosts++
			c.seen = &hostSeen{}
			if c.known != nil {
				c.known[c.last] = c.seen
			}
		}
	}
	has := func(states ...endpoint.State) bool {
		return slices.ContainsFunc(s.Spans, func(s record.Span) bool { return slices.Contains(states, s.State) })
	}
	if !c.seen.open && has(endpoint.Open) {
		c.seen.open = true
		c.Open++
	}
	if !c.seen.replied && has(endpoint.Open, endpoint.Closed) {
		c.seen.replied = true
		c.Replied++
	}
	return next
}

// Counts adds up records.
type Counts struct {
	HostCount
	Tally
	Times record.Stats
	Bad   uint64 // records and lines that could not be read
}

// Add counts a record.
func (c *Counts) Add(s *record.Summary) {
	if s.Bad > 0 {
		c.Bad += s.Bad
		return
	}
	c.HostCount.Add(s)
	c.Tally.Add(s.Spans)
	c.Times.Merge(&s.Stats)
}

// Totals adds up all records. A host counts once, even if it is in several
// groups.
func (r *Report) Totals() *Counts {
	c := &Counts{}
	if len(r.By) > 0 {
		c.known = map[hostKey]*hostSeen{}
	}
	for s := range r.Records {
		c.Add(s)
	}
	return c
}
