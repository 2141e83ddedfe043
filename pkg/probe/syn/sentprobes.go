package syn

import "portkit/pkg/probe"

const (
	// laneSize is the number of source ports of a lane. Consecutive attempts at an
	// endpoint use them in turn, so that the port of a reply identifies the attempt among
	// the latest 16.
	laneSize = 16
	// maxLanes is how many probes of one endpoint may be in flight at once, each in a
	// lane of its own.
	maxLanes = 8
)

// sentProbe is the endpoint and the latest attempt of an engine's slot.
type sentProbe struct {
	hash    uint64 // of the endpoint and the lane
	gen     uint32
	n       uint8 // the latest attempt
	lane    uint8
	indexed bool
	ended   bool // nothing waits for the latest attempt
}

// sentProbes finds the slot of an endpoint. An ended probe stays until its slot or
// lane is used again, so that a late reply is recognized. A probe and its part of the
// index occupy about 32 bytes.
type sentProbes struct {
	all   []sentProbe // by slot
	index []uint32    // slots plus one; a hash table with linear probing
	count int         // probes in index
	lanes int
}

func newSentProbes(lanes int) sentProbes { return sentProbes{index: make([]uint32, 64), lanes: lanes} }

// laneHash returns the hash of an endpoint and a lane.
func laneHash(c cookie, lane int) uint64 { return uint64(c) + uint64(lane)*0x9e3779b97f4a7c15 }

// begin records an attempt at an endpoint and returns its lane; ok is false if all
// lanes of the endpoint are in use.
func (s *sentProbes) begin(id probe.ID, n uint8, c cookie) (lane int, ok bool) {
	for int(id.Slot) >= len(s.all) {
		s.all = append(s.all, sentProbe{})
	}
	p := &s.all[id.Slot]
	if p.indexed && p.gen == id.Gen {
		p.n, p.ended = n, false
		return int(p.lane), true
	}
	s.remove(id.Slot)
	for lane := range s.lanes {
		h := laneHash(c, lane)
		if other, found := s.find(h); found {
			if !s.all[other].ended {
				continue
			}
			s.remove(other)
		}
		*p = sentProbe{hash: h, gen: id.Gen, n: n, lane: uint8(lane)}
		s.add(id.Slot)
		return lane, true
	}
	return 0, false
}

// end records that nothing waits for an attempt any longer.
func (s *sentProbes) end(id probe.ID, n uint8) {
	if s.isLatest(id, n) {
		s.all[id.Slot].ended = true
	}
}

// isLatest reports whether n is the latest attempt of a job.
func (s *sentProbes) isLatest(id probe.ID, n uint8) bool {
	if int(id.Slot) >= len(s.all) {
		return false
	}
	p := &s.all[id.Slot]
	return p.gen == id.Gen && p.n == n
}

// attempt returns the attempt that a reply to the i-th port of a lane belongs to; ok
// is false if there is none.
func (s *sentProbes) attempt(c cookie, lane, i int) (id probe.ID, n uint8, ok bool) {
	slot, found := s.find(laneHash(c, lane))
	if !found {
		return id, 0, false
	}
	p := &s.all[slot]
	back := (int(p.n) - i) & (laneSize - 1)
	if back >= int(p.n) {
		return id, 0, false // no attempt has used that port
	}
	return probe.ID{Slot: slot, Gen: p.gen}, p.n - uint8(back), true
}

// find returns the slot of a hash.
func (s *sentProbes) find(hash uint64) (slot uint32, ok bool) {
	mask := uint64(len(s.index) - 1)
	for i := hash >> 32 & mask; ; i = (i + 1) & mask {
		slot := s.index[i]
		if slot == 0 {
			return 0, false
		}
		if s.all[slot-1].hash == hash {
			return slot - 1, true
		}
	}
}

// add adds the probe of a slot to the index.
func (s *sentProbes) add(slot uint32) {
	if s.count*2 >= len(s.index) {
		s.grow()
	}
	s.insert(slot)
	s.count++
	s.all[slot].indexed = true
}

func (s *sentProbes) insert(slot uint32) {
	mask := uint64(len(s.index) - 1)
	i := s.all[slot].hash >> 32 & mask
	for s.index[i] != 0 {
		i = (i + 1) & mask
	}
	s.index[i] = slot + 1
}

func (s *sentProbes) grow() {
	old := s.index
	s.index = make([]uint32, 2*len(old))
	for _, slot := range old {
		if slot != 0 {
			s.insert(slot - 1)
		}
	}
}

// remove removes the probe of a slot from the index. It closes the gap, so that
// linear probing finds the entries behind it (Knuth, The Art of Computer Programming,
// 6.4, algorithm R).
func (s *sentProbes) remove(slot uint32) {
	p := &s.all[slot]
	if !p.indexed {
		return
	}
	p.indexed = false
	s.count--
	mask := uint64(len(s.index) - 1)
	i := p.hash >> 32 & mask
	for s.index[i] != slot+1 {
		i = (i + 1) & mask
	}
	for j := i; ; {
		s.index[i] = 0
		for {
			if j = (j + 1) & mask; s.index[j] == 0 {
				return
			}
			home := s.all[s.index[j]-1].hash >> 32 & mask
			if (j-home)&mask >= (j-i)&mask {
				break // the entry may move to i
			}
		}
		s.index[i] = s.index[j]
		i = j
	}
}
