package portgen

import (
	"slices"

	"portkit/pkg/endpoint"
	"portkit/pkg/portspec"
)

// passes is the sequence of the records of all entries in interleaved order: one pass
// over the targets per port. Its size in memory depends on the number of entries and
// ports.
type passes struct {
	entries []entry
	groups  []*group
	byPorts map[*portspec.Set]*group
	size    number
	merged  merged
}

// group has the entries with the same ports.
type group struct {
	ports     *portspec.Set // nil: error records
	entries   []uint32      // their indices, ascending
	addresses number
}

func (s *passes) add(e *entry) error {
	size, err := e.addTo(s.size)
	if err != nil || size == s.size {
		return err
	}
	s.size = size
	g := s.byPorts[e.ports]
	if g == nil {
		if s.byPorts == nil {
			s.byPorts = map[*portspec.Set]*group{}
		}
		g = &group{ports: e.ports}
		s.groups, s.byPorts[e.ports] = append(s.groups, g), g
	}
	g.entries = append(g.entries, uint32(len(s.entries)))
	g.addresses = g.addresses.Add(e.addresses())
	s.entries = append(s.entries, *e)
	return nil
}

// pass is the part of the records with one port.
type pass struct {
	port    uint16
	proto   endpoint.Proto
	targets *members
}

// members are the groups that have a port. Ports with the same groups share them.
type members struct {
	group  *group   // nil: none
	before *members // the others
	after  *members // the latest members made by adding a group to these
	size   number   // of the pass
}

// with returns the members with g added.
func (m *members) with(g *group) *members {
	if m.after == nil || m.after.group != g {
		m.after = &members{group: g, before: m, size: m.size.Add(g.addresses)}
	}
	return m.after
}

// list returns the passes, in the order of the ports of the first target, then those that
// other targets add. Error records, which have no port, are in the first pass.
func (s *passes) list() (list []pass) {
	none := &members{}
	number := make([]uint32, 2<<16) // of the pass of a port, from 1
	for _, g := range s.groups {
		if g.ports == nil {
			continue
		}
		list = slices.Grow(list, max(0, g.ports.Len()-len(list)))
		for port, proto := range g.ports.Given() {
			n := &number[int(port)<<1|int(proto&1)]
			if *n == 0 {
				list = append(list, pass{port, proto, none})
				*n = uint32(len(list))
			}
			p := &list[*n-1]
			p.targets = p.targets.with(g)
		}
	}
	if bad := s.byPorts[nil]; bad != nil {
		if list == nil {
			list = []pass{{targets: none}}
		}
		list[0].targets = list[0].targets.with(bad)
	}
	return list
}

// merged has the entries of several groups.
type merged struct {
	of      *members
	entries []uint32
}

// entriesOf returns the indices of the entries of m, ascending.
func (s *passes) entriesOf(m *members) []uint32 {
	switch {
	case m.before.group == nil:
		return m.group.entries
	case s.merged.of == m:
		return s.merged.entries
	}
	s.merged.of, s.merged.entries = m, s.merged.entries[:0]
	for ; m.group != nil; m = m.before {
		s.merged.entries = append(s.merged.entries, m.group.entries...)
	}
	slices.Sort(s.merged.entries)
	return s.merged.entries
}

// interleave writes the selected records.
func (e *emitter) interleave(s *passes, w *window) bool {
	for _, p := range s.list() {
		if off, n := w.pick(p.targets.size); !n.IsZero() && !e.pass(s, p, window{next: off, step: w.step, left: n}) {
			return false
		}
		if w.done() {
			break
		}
	}
	return true
}

// pass writes the selected records of a pass.
func (e *emitter) pass(s *passes, p pass, w window) bool {
	port := portspec.Of(p.port, p.proto)
	for _, i := range s.entriesOf(p.targets) {
		ent := &s.entries[i]
		if off, n := w.pick(ent.addresses()); !n.IsZero() && !e.emit(ent, &port, off, n, w.step) {
			return false
		}
		if w.done() {
			break
		}
	}
	return true
}
