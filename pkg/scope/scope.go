package scope

import (
	"net/netip"

	"portkit/pkg/endpoint"
)

// Scope is what may be asked: an address has to be in every list that allows,
// and in none that denies. The zero Scope allows everything.
type Scope struct {
	Allow []*Set
	Deny  []*Set
	// Link is the interface that link-local addresses without a zone are asked
	// through; "" is none.
	Link string
}

// Unlimited says that everything may be asked.
func (s *Scope) Unlimited() bool { return len(s.Allow) == 0 && len(s.Deny) == 0 }

// Allows says whether a port of an address may be asked.
func (s *Scope) Allows(a netip.AddrPort, p endpoint.Proto) bool {
	a = s.linked(a)
	for _, d := range s.Deny {
		if d.Contains(a, p) {
			return false
		}
	}
	for _, l := range s.Allow {
		if !l.Contains(a, p) {
			return false
		}
	}
	return true
}

// linked returns a with the zone of the link where it is link-local and has
// none.
func (s *Scope) linked(a netip.AddrPort) netip.AddrPort {
	if s.Link != "" && a.Addr().IsLinkLocalUnicast() && a.Addr().Is6() && a.Addr().Zone() == "" {
		return netip.AddrPortFrom(a.Addr().WithZone(s.Link), a.Port())
	}
	return a
}

// Denies says whether a name is denied as such, whatever address it has.
func (s *Scope) Denies(name []byte) bool {
	for _, d := range s.Deny {
		if d.Name(name) {
			return true
		}
	}
	return false
}
