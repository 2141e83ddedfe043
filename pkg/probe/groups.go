package probe

import (
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// maxGroups is how many prefixes, senders and neighbors are remembered to have
	// rejected.
	maxGroups = 16_384
	// groupFor is how long after its latest error a group is forgotten.
	groupFor = time.Minute
	// evictOf is how many of them are looked at for the one that is given up for
	// another.
	evictOf = 16
)

// groups are the groups of addresses whose limit on ICMP errors may be one. An
// address belongs to that of its /24 (IPv6: /64), of the sender of errors about
// that prefix if it is another address, and of its neighbor on an own link if it
// is known. An error about an address makes its groups one.
//
// A group exists from the first error on, and is forgotten a minute after the
// latest; there are at most maxGroups, the oldest of a few of them makes room.
type groups struct {
	some atomic.Bool // there was an error
	mu   sync.Mutex  // never held across a system call, nor with another one taken after it
	all  map[groupKey]*group
}

// groupKey is what addresses have in common: a prefix (of a sender, its whole
// address), or a neighbor, which is the name of its link-layer address.
type groupKey struct {
	prefix   netip.Prefix
	neighbor string
}

// member is an address as groups see it.
type member struct {
	ip       netip.Addr
	neighbor string // link-layer address, or ""
}

// prefixOf is the network in which a router is taken to limit rejections.
func prefixOf(ip netip.Addr) groupKey {
	bits := 64
	if ip.Is4() {
		bits = 24
	}
	p, _ := ip.Prefix(bits)
	return groupKey{prefix: p, neighbor: ip.Zone()}
}

// find returns the group of a key; nil if there is none at now.
func (s *groups) find(now Time, k groupKey) *group {
	g := s.all[k]
	if g == nil {
		return nil
	}
	for g.into != nil {
		g = g.into
	}
	if now.Sub(g.last) > groupFor {
		delete(s.all, k)
		return nil
	}
	s.all[k] = g
	return g
}

// with returns the group of a key, which may be new, joined with another; other
// may be nil.
func (s *groups) with(now Time, k groupKey, other *group) *group {
	g := s.find(now, k)
	switch {
	case g == nil && other == nil:
		other = &group{yield: yield{last: now}}
	case g != nil && other != nil && g != other:
		other.join(g)
	case g != nil:
		return g
	}
	if _, ok := s.all[k]; !ok {
		s.evict()
	}
	s.all[k] = other
	return other
}

// evict makes room for one more.
func (s *groups) evict() {
	if len(s.all) < maxGroups {
		return
	}
	var oldest groupKey
	last, n := Never, 0
	for k, g := range s.all { // in random order
		for g.into != nil {
			g = g.into
		}
		if g.last < last {
			oldest, last = k, g.last
		}
		if n++; n == evictOf {
			break
		}
	}
	delete(s.all, oldest)
}

// of returns the group of a member; nil if it has none.
func (s *groups) of(now Time, m member) *group {
	g := s.find(now, prefixOf(m.ip))
	if m.neighbor == "" {
		return g
	}
	k := groupKey{neighbor: m.neighbor}
	switch n := s.find(now, k); {
	case n == nil || n == g:
		return g
	case g == nil:
		return n
	}
	return s.with(now, k, g)
}

// rejected notes an error about a member that came from an address, and reports
// whether the member's limit may be one that it shares.
func (s *groups) rejected(now Time, m member, from netip.Addr, t tried) (shared bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all == nil {
		s.all = map[groupKey]*group{}
	}
	g := s.with(now, prefixOf(m.ip), nil)
	if from = from.WithZone(""); from.IsValid() && from != m.ip.WithZone("") {
		g = s.with(now, groupKey{prefix: netip.PrefixFrom(from, from.BitLen())}, g)
	}
	if m.neighbor != "" {
		g = s.with(now, groupKey{neighbor: m.neighbor}, g)
	}
	g.rejected(now, m.ip, t)
	s.some.Store(true)
	return g.members > 0 && !g.steady.unlimited()
}

// unanswered judges an attempt at a member that stayed unanswered; joined is set
// once the member waits for its group.
func (s *groups) unanswered(now Time, m member, t tried, joined *bool) doubt {
	if !s.some.Load() {
		return doubt{}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.of(now, m)
	if g == nil {
		return doubt{}
	}
	d := g.unanswered(now, m.ip, t)
	if d.void && !*joined {
		*joined = true
		g.members++
	}
	return d
}

// leave notes that a member no longer waits for its group.
func (s *groups) leave(now Time, m member) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if g := s.of(now, m); g != nil {
		g.members = max(g.members-1, 0)
	}
}

// take reports whether an attempt made again at a member may be sent at now, or
// when to ask again.
func (s *groups) take(now Time, m member) (ok bool, next Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if g := s.of(now, m); g != nil {
		return g.take(now)
	}
	return true, 0
}
