package probe

import (
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// maxGroups is the maximum number of prefixes, senders and neighbors with a group.
	maxGroups = 16_384
	// groupFor is the lifetime of a group after its latest error.
	groupFor = time.Minute
	// evictOf is the number of groups from which the oldest is evicted.
	evictOf = 16
)

// groups holds the groups of addresses that may share a limit on ICMP errors. An
// address belongs to the group of its /24 (IPv6: /64), to that of the sender of
// errors about this prefix, if that is another address, and to that of its on-link
// neighbor, if known. An error about an address merges its groups.
//
// A group is created by its first error and expires groupFor after the latest. There
// are at most maxGroups.
type groups struct {
	any atomic.Bool // there was an error
	mu  sync.Mutex  // never held across a system call, nor with another one taken after it
	all map[groupKey]*group
}

// groupKey identifies a group: a prefix, the full address of a sender, or the
// link-layer address of a neighbor.
type groupKey struct {
	prefix   netip.Prefix
	neighbor string
}

// member is an address with what its groups depend on.
type member struct {
	ip       netip.Addr
	neighbor string // link-layer address, or ""
}

// prefixOf returns the network in which a router is assumed to limit rejections.
func prefixOf(ip netip.Addr) groupKey {
	bits := 64
	if ip.Is4() {
		bits = 24
	}
	p, _ := ip.Prefix(bits)
	return groupKey{prefix: p, neighbor: ip.Zone()}
}

// find returns the group of a key; nil if there is none.
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

// with returns the group of a key, created if missing and merged with other unless
// that is nil.
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

// evict removes a group if the maximum is reached.
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

// rejected records an error about a member sent by from, and reports whether the
// member's limit may be shared.
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
	s.any.Store(true)
	return g.members > 0 && !g.steady.unlimited()
}

// noteTimeout judges an attempt at a member without a reply. It sets joined once the
// member waits for its group.
func (s *groups) noteTimeout(now Time, m member, t tried, joined *bool) judgment {
	if !s.any.Load() {
		return judgment{}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.of(now, m)
	if g == nil {
		return judgment{}
	}
	d := g.noteTimeout(now, m.ip, t)
	if d.noEvidence && !*joined {
		*joined = true
		g.members++
	}
	return d
}

// leave records that a member no longer waits for its group.
func (s *groups) leave(now Time, m member) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if g := s.of(now, m); g != nil {
		g.members = max(g.members-1, 0)
	}
}

// allow reports whether a retry at a member may be sent at now, or else when to ask
// again.
func (s *groups) allow(now Time, m member) (ok bool, next Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if g := s.of(now, m); g != nil {
		return g.allow(now)
	}
	return true, 0
}

// cancel takes back a retry of a member that was allowed and not sent.
func (s *groups) cancel(now Time, m member) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if g := s.of(now, m); g != nil {
		g.cancel()
	}
}
