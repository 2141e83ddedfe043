package portgen

import (
	"slices"

	"portkit/pkg/endpoint"
	"portkit/pkg/portspec"
)

// passes is the sequence of the records of all entries in interleaved order: one pass
// over the targets per port. Its size in memory depends on the number of entries and
// the ports of each group.
type passes struct {
	entries []entry
	groups  []*group
	byPorts map[*portspec.Set]*group
	size    number

	list     []pass
	members  []uint32 // the groups of each pass, ascending
	merged   []uint32 // the entries of several groups
	mergedOf []uint32 // these groups
}

// group has the entries with the same ports.
type group struct {
	ports   *portspec.Set // nil: error records
	entries []uint32      // their indices, ascending
	size    number        // of a pass
}

func newPasses() *passes { return &passes{byPorts: map[*portspec.Set]*group{}} }

func (s *passes) add(e *entry) error {
	size, err := e.addTo(s.size)
	if err != nil || size == s.size {
		return err
	}
	s.size = size
	g := s.byPorts[e.ports]
	if g == nil {
		g = &group{ports: e.ports}
		s.groups, s.byPorts[e.ports] = append(s.groups, g), g
	}
	g.entries = append(g.entries, uint32(len(s.entries)))
	g.size = g.size.Add(e.addresses())
	s.entries = append(s.entries, *e)
	return nil
}

// pass is the part of the records with one port.
type pass struct {
	port  uint16
	proto endpoint.Proto
	end   uint32 // of its groups in passes.members; until distribute, their number
}

// index determines the passes: the ports of the first target as given, then those that
// other targets add.
func (s *passes) index() {
	if bad := s.byPorts[nil]; bad != nil {
		port := s.firstPort()
		bad.ports = &port
	}
	number := make([]uint32, 2<<16) // of the pass of a port, from 1
	for _, g := range s.groups {
		s.list = slices.Grow(s.list, max(0, g.ports.Len()-len(s.list)))
		for port, proto := range g.ports.Given() {
			n := &number[key(port, proto)]
			if *n == 0 {
				s.list = append(s.list, pass{port: port, proto: proto})
				*n = uint32(len(s.list))
			}
			s.list[*n-1].end++
		}
	}
	s.distribute(number)
}

func key(port uint16, p endpoint.Proto) int { return int(port)<<1 | int(p&1) }

// firstPort returns the port of error records, which have none: they are written in the
// first pass.
func (s *passes) firstPort() portspec.Set {
	for _, g := range s.groups {
		if g.ports == nil {
			continue
		}
		for port, proto := range g.ports.Given() {
			return portspec.Of(port, proto)
		}
	}
	return portspec.Of(0, endpoint.TCP)
}

// distribute fills in the groups of each pass.
func (s *passes) distribute(number []uint32) {
	start := uint32(0)
	for i := range s.list {
		s.list[i].end, start = start, start+s.list[i].end
	}
	s.members = make([]uint32, start)
	for i, g := range s.groups {
		for port, proto := range g.ports.Given() {
			p := &s.list[number[key(port, proto)]-1]
			s.members[p.end] = uint32(i)
			p.end++
		}
	}
}

// sizeOf returns the number of records of a pass over groups.
func (s *passes) sizeOf(groups []uint32) (size number) {
	for _, g := range groups {
		size = size.Add(s.groups[g].size)
	}
	return size
}

// entriesOf returns the indices of the entries of groups, ascending.
func (s *passes) entriesOf(groups []uint32) []uint32 {
	switch {
	case len(groups) == 1:
		return s.groups[groups[0]].entries
	case slices.Equal(groups, s.mergedOf):
		return s.merged
	}
	s.merged, s.mergedOf = s.merged[:0], groups
	for _, g := range groups {
		s.merged = append(s.merged, s.groups[g].entries...)
	}
	slices.Sort(s.merged)
	return s.merged
}

// interleave writes the selected records.
func (e *emitter) interleave(s *passes, w *window) bool {
	s.index()
	start := uint32(0)
	for _, p := range s.list {
		groups := s.members[start:p.end]
		start = p.end
		off, n := w.pick(s.sizeOf(groups))
		if !n.IsZero() && !e.pass(s, p, groups, window{next: off, step: w.step, left: n}) {
			return false
		}
		if w.done() {
			break
		}
	}
	return true
}

// pass writes the selected records of a pass.
func (e *emitter) pass(s *passes, p pass, groups []uint32, w window) bool {
	port := portspec.Of(p.port, p.proto)
	for _, i := range s.entriesOf(groups) {
		ent := &s.entries[i]
		off, n := w.pick(ent.addresses())
		if !n.IsZero() && !e.emit(ent, &port, off, n, w.step) {
			return false
		}
		if w.done() {
			break
		}
	}
	return true
}
