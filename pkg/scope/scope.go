package scope

import (
	"fmt"
	"net/netip"

	"portkit/pkg/endpoint"
)

// Scope is the set of endpoints that may be probed: addresses that are in every Allow list and in no
// Deny list. The zero Scope allows everything.
type Scope struct {
	Allow []*Set
	Deny  []*Set
	// Link is the zone of link-local addresses without one; "" if there is none.
	Link string
}

// Unlimited reports whether everything may be probed.
func (s *Scope) Unlimited() bool { return len(s.Allow) == 0 && len(s.Deny) == 0 }

// Allows reports whether a port of an address may be probed.
func (s *Scope) Allows(a netip.AddrPort, p endpoint.Proto) bool {
	by, _ := s.refuser(s.linked(a), p)
	return by == nil
}

// Refusal returns why a port of an address may not be probed: the list and, if
// that is a Deny list, its entry. It is "" if the port may be probed.
func (s *Scope) Refusal(a netip.AddrPort, p endpoint.Proto) string {
	a = s.linked(a)
	switch by, denies := s.refuser(a, p); {
	case by == nil:
		return ""
	case denies:
		e := by.find(a, p)
		return fmt.Sprintf("%s is denied by %s", subject(a, p, e != nil && e.Ports != ""), by.origin(e))
	default:
		return fmt.Sprintf("%s is not in %s", subject(a, p, len(by.ports) > 0), by.title())
	}
}

// NameRefusal returns why a name is denied, whatever its addresses; "" if it is
// not.
func (s *Scope) NameRefusal(name []byte) string {
	for _, d := range s.Deny {
		if e := d.named(name); e != nil {
			return fmt.Sprintf("%s is denied by %s", name, d.origin(e))
		}
	}
	return ""
}

// refuser returns the list that refuses a port of an address, and whether it is a
// Deny list; nil if the port may be probed.
func (s *Scope) refuser(a netip.AddrPort, p endpoint.Proto) (by *Set, denies bool) {
	for _, d := range s.Deny {
		if d.Contains(a, p) {
			return d, true
		}
	}
	for _, l := range s.Allow {
		if !l.Contains(a, p) {
			return l, false
		}
	}
	return nil, false
}

// linked returns a with the zone Link if it is link-local without a zone.
func (s *Scope) linked(a netip.AddrPort) netip.AddrPort {
	if s.Link != "" && a.Addr().IsLinkLocalUnicast() && a.Addr().Is6() && a.Addr().Zone() == "" {
		return netip.AddrPortFrom(a.Addr().WithZone(s.Link), a.Port())
	}
	return a
}

// subject returns the address, with the port if the list distinguishes ports.
func subject(a netip.AddrPort, p endpoint.Proto, withPort bool) string {
	if withPort {
		return fmt.Sprintf("port %d/%v of %v", a.Port(), p, a.Addr())
	}
	return a.Addr().String()
}

// title returns the name of the list: "--allow", "--allow-file FILE".
func (s *Set) title() string {
	if s.File != "" {
		return s.What + " " + s.File
	}
	return s.What
}

// origin returns where an entry is: "--deny 10.0.0.0/8", "--deny-file FILE: line 3:
// 10.0.0.0/8"; the list only if the entry is not known.
func (s *Set) origin(e *Entry) string {
	switch {
	case e == nil:
		return s.title()
	case s.File != "":
		return s.What + " " + e.Where + ": " + e.Text
	}
	return s.What + " " + e.Text
}
