package report

import (
	"cmp"
	"slices"

	"portkit/pkg/endpoint"
	"portkit/pkg/record"
)

// openBefore is the ports of a host that were found open in the groups so far,
// by protocol, ascending and apart: a port of a host that is in several groups
// is open at one host.
type openBefore [2][]record.Span

// fresh returns those of the ports that were not open before, and takes note
// of them.
func (b *openBefore) fresh(proto endpoint.Proto, ports record.Span) (parts []record.Span) {
	list := b[proto&1]
	from, _ := slices.BinarySearchFunc(list, ports.First, func(s record.Span, first uint16) int { return cmp.Compare(s.Last, first) })
	to, all := from, ports
	for ; to < len(list) && list[to].First <= ports.Last; to++ {
		old := list[to]
		if ports.First < old.First {
			parts = append(parts, record.Span{First: ports.First, Last: old.First - 1})
		}
		all.First, all.Last = min(all.First, old.First), max(all.Last, old.Last)
		if old.Last >= ports.Last {
			b[proto&1] = slices.Replace(list, from, to+1, all)
			return parts
		}
		ports.First = old.Last + 1
	}
	b[proto&1] = slices.Replace(list, from, to, all)
	return append(parts, record.Span{First: ports.First, Last: ports.Last})
}
