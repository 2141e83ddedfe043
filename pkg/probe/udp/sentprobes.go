package udp

import (
	"net/netip"

	"portkit/pkg/payload"
	"portkit/pkg/probe"
)

// hostKey is an address as a socket sees it. A link-local one is told apart by
// its link.
type hostKey struct {
	ip    [16]byte
	scope uint32
	sock  uint32
}

// endpointKey is a port there.
type endpointKey struct {
	hostKey
	port uint16
}

func hostKeyOf(a netip.Addr, scope, sock uint32) hostKey {
	return hostKey{ip: a.As16(), scope: scope, sock: sock}
}

// maxPast is how many attempts are remembered that ended unanswered. What comes
// late is theirs, and no answer from another port.
const maxPast = 16_384

// sentProbe is an attempt that may still be answered.
type sentProbe struct {
	endpointKey
	gen     uint32 // so that a Handle of a former tenant matches nothing
	live    bool   // it is under way
	heard   bool   // something came
	n       uint8
	id      probe.ID
	to      netip.AddrPort
	request *payload.Request
}

// sentProbes are a transport's attempts, found by where an answer comes from and
// which socket has it: no two of one endpoint are on one socket, so that each
// answer is one attempt's.
type sentProbes struct {
	all    []sentProbe
	vacant []uint32
	spots  map[endpointKey]uint32
	places map[hostKey]outstandingAt
	past   []expired // a ring
	next   int       // in it
}

// expired is a flight that has ended, if it is still of that generation.
type expired struct{ flight, gen uint32 }

// outstandingAt are the attempts under way at a place.
type outstandingAt struct {
	count int32
	addr  netip.Addr // with its zone
	last  uint32     // the latest
}

func newSentProbes() sentProbes {
	return sentProbes{spots: map[endpointKey]uint32{}, places: map[hostKey]outstandingAt{}}
}

// taken says that an attempt at s is under way.
func (f *sentProbes) taken(s endpointKey) bool {
	i, ok := f.spots[s]
	return ok && f.all[i].live
}

// add notes an attempt and returns its handle, which is not 0.
func (f *sentProbes) add(s endpointKey, a *probe.Attempt, r *payload.Request) uint64 {
	i, ok := f.spots[s] // of a former one
	if n := len(f.vacant); !ok && n > 0 {
		i = f.vacant[n-1]
		f.vacant = f.vacant[:n-1]
	} else if !ok {
		i = uint32(len(f.all))
		f.all = append(f.all, sentProbe{})
	}
	gen := f.all[i].gen + 1
	f.all[i] = sentProbe{endpointKey: s, gen: gen, live: true, n: a.N, id: a.ID, to: a.To, request: r}
	f.spots[s] = i
	f.places[s.hostKey] = outstandingAt{f.places[s.hostKey].count + 1, a.To.Addr(), i}
	return uint64(gen)<<32 | uint64(i+1)
}

// at returns the attempt that an answer from s is for, which may have ended; nil
// if there is none.
func (f *sentProbes) at(s endpointKey) *sentProbe {
	if i, ok := f.spots[s]; ok {
		return &f.all[i]
	}
	return nil
}

// waiting returns the address that attempts at a place are under way to; ok is
// false if there are none.
func (f *sentProbes) waiting(p hostKey) (a netip.Addr, ok bool) {
	t, ok := f.places[p]
	return t.addr, ok
}

// sole is the attempt at a place of a socket that has one attempt only.
func (f *sentProbes) sole(p hostKey) *sentProbe {
	t, ok := f.places[p]
	if !ok || t.count > 1 {
		return nil
	}
	return &f.all[t.last]
}

// remove ends the attempt of a handle and returns its socket; ok is false if it
// has ended before. Its answer may still come.
func (f *sentProbes) remove(handle uint64) (sock uint32, ok bool) {
	i := uint32(handle) - 1
	if handle == 0 || int(i) >= len(f.all) || !f.all[i].live || f.all[i].gen != uint32(handle>>32) {
		return 0, false
	}
	l := &f.all[i]
	l.live = false
	if t := f.places[l.hostKey]; t.count > 1 {
		f.places[l.hostKey] = outstandingAt{t.count - 1, t.addr, t.last}
	} else {
		delete(f.places, l.hostKey)
	}
	if l.heard {
		f.erase(i)
	} else {
		f.retire(i)
	}
	return l.sock, true
}

// retire keeps a flight that has ended for a while.
func (f *sentProbes) retire(i uint32) {
	this := expired{i, f.all[i].gen}
	if len(f.past) < maxPast {
		f.past = append(f.past, this)
		return
	}
	old := f.past[f.next]
	f.past[f.next] = this
	f.next = (f.next + 1) % maxPast
	if l := &f.all[old.flight]; l.gen == old.gen && !l.live {
		f.erase(old.flight)
	}
}

// erase forgets a flight that has ended.
func (f *sentProbes) erase(i uint32) {
	l := &f.all[i]
	delete(f.spots, l.endpointKey)
	l.gen++
	f.vacant = append(f.vacant, i)
}

// vacate forgets what was asked from a socket that is closed.
func (f *sentProbes) vacate(s endpointKey) {
	if i, ok := f.spots[s]; ok && !f.all[i].live {
		f.erase(i)
	}
}
