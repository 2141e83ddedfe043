package syn

import "portkit/pkg/probe"

const (
	// laneAttempts is how many source ports the attempts at an endpoint take in
	// turn: an answer tells its attempt by the port that it comes to, for as long
	// as no more attempts have followed.
	laneAttempts = 16
	// mostLanes is how often one endpoint can be asked at the same time, each
	// asking with source ports of its own.
	mostLanes = 8
)

// flight is what is known of an engine's slot: which endpoint it asks, and up to
// which attempt.
type flight struct {
	hash  uint64 // of the endpoint and the lane
	gen   uint32
	n     uint8 // the newest attempt
	lane  uint8
	found bool // the index has it
	idle  bool // the newest attempt was forgotten
}

// flights finds a slot by an endpoint. A flight that has ended stays until its
// slot has another tenant, so that an answer that comes late is known for what it
// is. An entry and its share of the index take about 32 bytes.
type flights struct {
	all   []flight
	index []uint32 // of slots, one more each; open addressing, linear
	count int      // in the index
	lanes int
}

func newFlights(lanes int) flights { return flights{index: make([]uint32, 64), lanes: lanes} }

// laneHash spreads an endpoint's lanes.
func laneHash(hash uint64, lane int) uint64 { return hash + uint64(lane)*0x9e3779b97f4a7c15 }

// begin notes an attempt at the endpoint of a hash and returns its lane; ok is
// false where the endpoint has none to spare.
func (f *flights) begin(id probe.ID, n uint8, hash uint64) (lane int, ok bool) {
	for int(id.Slot) >= len(f.all) {
		f.all = append(f.all, flight{})
	}
	l := &f.all[id.Slot]
	if l.found && l.gen == id.Gen {
		l.n, l.idle = n, false
		return int(l.lane), true
	}
	f.drop(id.Slot)
	for lane := range f.lanes {
		h := laneHash(hash, lane)
		if other, found := f.find(h); found {
			if !f.all[other].idle {
				continue
			}
			f.drop(other)
		}
		*l = flight{hash: h, gen: id.Gen, n: n, lane: uint8(lane)}
		f.put(id.Slot)
		return lane, true
	}
	return 0, false
}

// end notes that an attempt is not waited for any more.
func (f *flights) end(id probe.ID, n uint8) {
	if int(id.Slot) < len(f.all) {
		if l := &f.all[id.Slot]; l.gen == id.Gen && l.n == n {
			l.idle = true
		}
	}
}

// newest says that n is the latest attempt of a tenant.
func (f *flights) newest(id probe.ID, n uint8) bool {
	l := &f.all[id.Slot]
	return l.gen == id.Gen && l.n == n
}

// attempt is the tenant and the attempt that an answer to the i-th port of a lane
// is for; ok is false where there is none.
func (f *flights) attempt(hash uint64, lane, i int) (id probe.ID, n uint8, ok bool) {
	slot, found := f.find(laneHash(hash, lane))
	if !found {
		return id, 0, false
	}
	l := &f.all[slot]
	back := (int(l.n) - i) & (laneAttempts - 1)
	if back >= int(l.n) {
		return id, 0, false // no attempt had that port yet
	}
	return probe.ID{Slot: slot, Gen: l.gen}, l.n - uint8(back), true
}

// find returns the slot of a hash.
func (f *flights) find(hash uint64) (slot uint32, ok bool) {
	mask := uint64(len(f.index) - 1)
	for i := hash >> 32 & mask; ; i = (i + 1) & mask {
		s := f.index[i]
		if s == 0 {
			return 0, false
		}
		if f.all[s-1].hash == hash {
			return s - 1, true
		}
	}
}

// put adds a slot's flight to the index.
func (f *flights) put(slot uint32) {
	if f.count*2 >= len(f.index) {
		f.grow()
	}
	f.insert(slot)
	f.count++
	f.all[slot].found = true
}

func (f *flights) insert(slot uint32) {
	mask := uint64(len(f.index) - 1)
	i := f.all[slot].hash >> 32 & mask
	for f.index[i] != 0 {
		i = (i + 1) & mask
	}
	f.index[i] = slot + 1
}

func (f *flights) grow() {
	old := f.index
	f.index = make([]uint32, 2*len(old))
	for _, s := range old {
		if s != 0 {
			f.insert(s - 1)
		}
	}
}

// drop takes a slot's flight off the index and closes the gap, so that no search
// ends there too early (Knuth, The Art of Computer Programming 6.4, algorithm R).
func (f *flights) drop(slot uint32) {
	l := &f.all[slot]
	if !l.found {
		return
	}
	l.found = false
	f.count--
	mask := uint64(len(f.index) - 1)
	i := l.hash >> 32 & mask
	for f.index[i] != slot+1 {
		i = (i + 1) & mask
	}
	for j := i; ; {
		f.index[i] = 0
		for {
			if j = (j + 1) & mask; f.index[j] == 0 {
				return
			}
			home := f.all[f.index[j]-1].hash >> 32 & mask
			if (j-home)&mask >= (j-i)&mask {
				break // it may stand at i
			}
		}
		f.index[i] = f.index[j]
		i = j
	}
}
