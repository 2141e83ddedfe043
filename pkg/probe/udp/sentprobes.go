package udp

import (
	"net/netip"

	"portkit/pkg/payload"
	"portkit/pkg/probe"
)

// hostKey is an address as seen by a socket.
type hostKey struct {
	ip    [16]byte
	scope uint32 // index of the link of a link-local address
	sock  uint32
}

// endpointKey is a port of a host.
type endpointKey struct {
	hostKey
	port uint16
}

func hostKeyOf(a netip.Addr, scope, sock uint32) hostKey {
	return hostKey{ip: a.As16(), scope: scope, sock: sock}
}

// maxExpired is the maximum number of attempts that are remembered after they ended without
// a reply, so that a late reply does not look like one from another port.
const maxExpired = 16_384

// sentProbe is an attempt that may still get a reply.
type sentProbe struct {
	endpointKey
	gen         uint32 // generation of the entry, so that an old Handle does not match
	outstanding bool
	replied     bool
	n           uint8
	id          probe.ID
	to          netip.AddrPort
	request     *payload.Request
}

// sentProbes finds the attempt of a reply by its sender and socket. A socket has at most one
// attempt per endpoint.
type sentProbes struct {
	all       []sentProbe
	vacant    []uint32 // unused indexes in all
	endpoints map[endpointKey]uint32
	hosts     map[hostKey]outstandingAt
	expired   []expired // a ring buffer
	next      int       // position in expired
}

// expired is an entry of all that has ended, if its generation is still the same.
type expired struct{ index, gen uint32 }

// outstandingAt describes the outstanding attempts at a host.
type outstandingAt struct {
	count int32
	addr  netip.Addr // with its zone
	last  uint32     // index of the latest
}

func newSentProbes() sentProbes {
	return sentProbes{endpoints: map[endpointKey]uint32{}, hosts: map[hostKey]outstandingAt{}}
}

// isOutstanding reports whether an attempt at an endpoint is outstanding.
func (s *sentProbes) isOutstanding(k endpointKey) bool {
	i, ok := s.endpoints[k]
	return ok && s.all[i].outstanding
}

// add records an attempt and returns its handle, which is not 0.
func (s *sentProbes) add(k endpointKey, a *probe.Attempt, r *payload.Request) uint64 {
	i, ok := s.endpoints[k] // of an earlier attempt
	if n := len(s.vacant); !ok && n > 0 {
		i = s.vacant[n-1]
		s.vacant = s.vacant[:n-1]
	} else if !ok {
		i = uint32(len(s.all))
		s.all = append(s.all, sentProbe{})
	}
	gen := s.all[i].gen + 1
	s.all[i] = sentProbe{endpointKey: k, gen: gen, outstanding: true, n: a.N, id: a.ID, to: a.To, request: r}
	s.endpoints[k] = i
	s.hosts[k.hostKey] = outstandingAt{s.hosts[k.hostKey].count + 1, a.To.Addr(), i}
	return uint64(gen)<<32 | uint64(i+1)
}

// find returns the attempt that a reply belongs to, which may have ended; nil if there is
// none.
func (s *sentProbes) find(k endpointKey) *sentProbe {
	if i, ok := s.endpoints[k]; ok {
		return &s.all[i]
	}
	return nil
}

// outstandingTo returns the address of a host with its zone; ok is false if no attempt at it
// is outstanding.
func (s *sentProbes) outstandingTo(h hostKey) (a netip.Addr, ok bool) {
	o, ok := s.hosts[h]
	return o.addr, ok
}

// onlyOne returns the outstanding attempt at a host if there is exactly one, else nil.
func (s *sentProbes) onlyOne(h hostKey) *sentProbe {
	o, ok := s.hosts[h]
	if !ok || o.count > 1 {
		return nil
	}
	return &s.all[o.last]
}

// end ends the attempt of a handle and returns its socket; ok is false if it had ended
// already. A late reply is still recognized.
func (s *sentProbes) end(handle uint64) (sock uint32, ok bool) {
	i := uint32(handle) - 1
	if handle == 0 || int(i) >= len(s.all) || !s.all[i].outstanding || s.all[i].gen != uint32(handle>>32) {
		return 0, false
	}
	p := &s.all[i]
	p.outstanding = false
	if o := s.hosts[p.hostKey]; o.count > 1 {
		s.hosts[p.hostKey] = outstandingAt{o.count - 1, o.addr, o.last}
	} else {
		delete(s.hosts, p.hostKey)
	}
	if p.replied {
		s.remove(i)
	} else {
		s.expire(i)
	}
	return p.sock, true
}

// expire keeps an attempt that has ended without a reply, in place of the oldest one.
func (s *sentProbes) expire(i uint32) {
	latest := expired{i, s.all[i].gen}
	if len(s.expired) < maxExpired {
		s.expired = append(s.expired, latest)
		return
	}
	oldest := s.expired[s.next]
	s.expired[s.next] = latest
	s.next = (s.next + 1) % maxExpired
	if p := &s.all[oldest.index]; p.gen == oldest.gen && !p.outstanding {
		s.remove(oldest.index)
	}
}

// remove removes an attempt that has ended.
func (s *sentProbes) remove(i uint32) {
	p := &s.all[i]
	delete(s.endpoints, p.endpointKey)
	p.gen++
	s.vacant = append(s.vacant, i)
}

// removeEnded removes the attempt at an endpoint if it has ended.
func (s *sentProbes) removeEnded(k endpointKey) {
	if i, ok := s.endpoints[k]; ok && !s.all[i].outstanding {
		s.remove(i)
	}
}
