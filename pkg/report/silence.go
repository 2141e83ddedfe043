package report

import (
	"fmt"
	"iter"
	"net/netip"

	"portkit/pkg/endpoint"
)

// isUnheard reports whether a result with this reason does not show that the host exists.
// Routers may report only some of the probes that they cannot deliver.
func isUnheard(r endpoint.Reason) bool {
	return r == endpoint.HostSilent || r == endpoint.NoResponse || r == endpoint.HostUnreach
}

// IsSilent reports whether a host replied to nothing, and some of its ports were therefore
// not probed or all of them are unreachable, as those of an unused address on the link.
func (t *Tally) IsSilent() bool {
	unheard := uint64(0)
	for r, n := range t.Reasons {
		if isUnheard(r) {
			unheard += n
		}
	}
	return t.isUnreachable() || t.OfReason(endpoint.HostSilent) > 0 && unheard == t.Total()
}

// isUnreachable reports whether all ports have the reason host-unreach.
func (t *Tally) isUnreachable() bool {
	n := t.OfReason(endpoint.HostUnreach)
	return n > 0 && n == t.Total()
}

// IsNotUnicast reports whether an address was not probed because it is a broadcast or
// multicast address.
func (t *Tally) IsNotUnicast() bool {
	n := t.OfReason(endpoint.NotUnicast)
	return n > 0 && n == t.Total()
}

// SilentHosts is a silent host, or several at consecutive addresses.
type SilentHosts struct {
	Title             string // "192.0.2.7", or a range that portgen accepts
	Hosts             int
	Probed, NotProbed uint64 // ports of all of them
	Unreachable       bool   // all ports have the reason host-unreach
	By                []byte // group of records

	first, last netip.Addr // valid if the title has no name
}

// Silent yields the silent hosts of a report.
func (r *Report) Silent() iter.Seq[*SilentHosts] {
	return func(yield func(*SilentHosts) bool) {
		var held *SilentHosts
		for h := range r.Hosts() {
			t := h.Tally()
			if !t.IsSilent() {
				continue
			}
			next := r.silentHost(h, &t)
			switch {
			case held == nil:
				held = next
			case held.extend(r, next):
			case !yield(held):
				return
			default:
				held = next
			}
		}
		if held != nil {
			yield(held)
		}
	}
}

func (r *Report) silentHost(h *Host, t *Tally) *SilentHosts {
	not := t.OfReason(endpoint.HostSilent)
	s := &SilentHosts{Title: r.Title(h.Name, h.Addr), Hosts: 1, Probed: t.Total() - not, NotProbed: not, Unreachable: t.isUnreachable(), By: []byte(string(h.By))}
	if h.Addr.IsValid() && string(h.Name) == h.Addr.String() {
		s.first, s.last = h.Addr, h.Addr
	}
	return s
}

// extend adds the next host if it has the next address. It reports whether it did.
func (s *SilentHosts) extend(r *Report, next *SilentHosts) bool {
	alike := string(s.By) == string(next.By) && s.Unreachable == next.Unreachable
	if !s.last.IsValid() || !next.last.IsValid() || s.last.Next() != next.last || !alike {
		return false
	}
	s.last = next.last
	s.Title = r.Address(s.first) + "-" + r.rangeEnd(s.first, s.last)
	s.Hosts++
	s.Probed, s.NotProbed = s.Probed+next.Probed, s.NotProbed+next.NotProbed
	return true
}

// rangeEnd returns the last address of a range: of an IPv4 range within a /24, only
// its last byte.
func (r *Report) rangeEnd(first, last netip.Addr) string {
	if first.Is4() {
		if a, b := first.As4(), last.As4(); [3]byte(a[:3]) == [3]byte(b[:3]) {
			return fmt.Sprint(b[3])
		}
	}
	return r.Address(last)
}

// String returns the hosts with the number of their ports.
func (s *SilentHosts) String() string {
	ports := fmt.Sprintf("%d %s probed, %d not", s.Probed, Noun(s.Probed, "port", "ports"), s.NotProbed)
	switch {
	case s.Unreachable:
		ports = fmt.Sprintf("%d %s probed: %s", s.Probed, Noun(s.Probed, "port", "ports"), endpoint.HostUnreach)
	case s.Probed == 0:
		ports = fmt.Sprintf("%d %s not probed", s.NotProbed, Noun(s.NotProbed, "port", "ports"))
	}
	if s.Hosts > 1 {
		ports = fmt.Sprintf("%d hosts, %s", s.Hosts, ports)
	}
	return s.Title + ": no reply to anything (" + ports + ")"
}
