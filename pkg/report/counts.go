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

// OfReason returns the number of ports with a reason.
func (t *Tally) OfReason(r endpoint.Reason) (n uint64) {
	for state := range t.reasons {
		n += t.reasons[state][r]
	}
	return n
}

// Reasons yields the known reasons of all states with the number of their ports.
func (t *Tally) Reasons(yield func(endpoint.Reason, uint64) bool) {
	for r := endpoint.Reason(1); int(r) < endpoint.Reasons; r++ {
		if n := t.OfReason(r); n > 0 && !yield(r, n) {
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
// those for which a firewall or router did, those with an open port, those that
// are silent as in Tally.IsSilent, and those that stopped replying. The records of a
// host must follow each other, unless known is set.
type HostCount struct {
	Hosts, Replied, Open, Silent, Lost int

	known map[hostKey]*hostSeen
	last  hostKey
	seen  *hostSeen // of last
}

type hostKey struct {
	name string
	addr netip.Addr
}

type hostSeen struct{ replied, open, notProbed, heard, reached, unreached, lost bool }

func (h *hostSeen) add(s record.Span) {
	h.open = h.open || s.State == endpoint.Open
	h.replied = h.replied || s.State == endpoint.Open || s.State == endpoint.Closed
	h.notProbed = h.notProbed || s.Reason == endpoint.HostSilent
	h.heard = h.heard || !isUnheard(s.Reason)
	h.unreached = h.unreached || s.Reason == endpoint.HostUnreach
	h.reached = h.reached || s.Reason != endpoint.HostUnreach
	h.lost = h.lost || s.Reason == endpoint.HostLost
}

// silent is Tally.IsSilent.
func (h *hostSeen) silent() bool { return h.notProbed && !h.heard || h.unreached && !h.reached }

// gained returns the change of a count that includes what is true.
func gained(was, is bool) int {
	switch {
	case is && !was:
		return 1
	case was && !is:
		return -1
	}
	return 0
}

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
	was := *c.seen
	for _, span := range s.Spans {
		c.seen.add(span)
	}
	c.Replied += gained(was.replied, c.seen.replied)
	c.Open += gained(was.open, c.seen.open)
	c.Silent += gained(was.silent(), c.seen.silent())
	c.Lost += gained(was.lost, c.seen.lost)
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
