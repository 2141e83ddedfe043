package summary

import (
	"cmp"
	"iter"
	"maps"
	"slices"

	"portkit/pkg/record"
)

// Records yields the summary records: by group, then by address (IPv4, IPv6,
// names without an address), then by host name, then TCP before UDP. The counts
// of bad records come last. by is what the results were grouped by. A record is
// valid until the next one. All Adders must be flushed and idle.
func (s *Sum) Records(by By) iter.Seq[*record.Summary] {
	groups := s.groups()
	order := slices.SortedFunc(maps.Keys(groups), func(x, y string) int { return by.compare(groups[x], groups[y]) })
	items := s.items(order)
	return func(yield func(*record.Summary) bool) {
		out := record.Summary{}
		for _, it := range items {
			it.record(&out)
			if !yield(&out) {
				return
			}
		}
		for _, text := range order {
			if n := s.bad.n[text]; n > 0 && !yield(&record.Summary{By: []byte(text), Bad: n}) {
				return
			}
		}
	}
}

// groups returns the parsed groups by their texts, those of bad records included.
func (s *Sum) groups() map[string]group {
	groups := map[string]group{}
	add := func(text string) {
		if groups[text] == nil {
			groups[text] = newGroup(text)
		}
	}
	for i := range s.shards {
		sh := &s.shards[i]
		for j := range sh.n {
			add(sh.words.text(sh.at(j).by))
		}
	}
	for text := range s.bad.n {
		add(text)
	}
	return groups
}

// Lacking returns the names of the fields of by that no record had; none if
// there are no records.
func (s *Sum) Lacking(by By) (names []string) {
	groups := s.groups()
	for _, f := range by {
		has := len(groups) == 0
		for _, g := range groups {
			_, of := g[f.name]
			has = has || of
		}
		if !has {
			names = append(names, f.name)
		}
	}
	return names
}

// item is an entry with the shard that has its words, and the rank of its group.
type item struct {
	*entry
	shard *shard
	group int
}

// items returns all entries in the order of Records; groups is the order of the
// groups.
func (s *Sum) items(groups []string) []item {
	total := 0
	for i := range s.shards {
		total += s.shards[i].n
	}
	items := make([]item, 0, total)
	rank := make(map[string]int, len(groups))
	for i, text := range groups {
		rank[text] = i
	}
	for i := range s.shards {
		sh := &s.shards[i]
		for j := range sh.n {
			e := sh.at(j)
			items = append(items, item{e, sh, rank[sh.words.text(e.by)]})
		}
	}
	slices.SortFunc(items, item.compare)
	return items
}

func (it item) host() string { return it.shard.words.text(it.key.host) }
func (it item) zone() string { return it.shard.words.text(it.key.zone) }

// family is 0 for IPv4, 1 for IPv6, 2 without address.
func (it item) family() int {
	return [...]int{0: 2, 4: 0, 6: 1}[it.kind&255]
}

func (it item) compare(other item) int {
	x, y := it.key, other.key
	if c := cmp.Or(cmp.Compare(it.group, other.group), cmp.Compare(it.family(), other.family()), cmp.Compare(x.hi, y.hi), cmp.Compare(x.lo, y.lo)); c != 0 {
		return c
	}
	return cmp.Or(cmp.Compare(it.zone(), other.zone()), cmp.Compare(it.host(), other.host()), cmp.Compare(x.kind, y.kind))
}

// record writes the item into out, whose slices it reuses.
func (it item) record(out *record.Summary) {
	addr := it.shard.addr(it.key)
	out.By = append(out.By[:0], it.shard.words.text(it.by)...)
	out.Addr, out.Proto = addr, it.shard.proto(it.key)
	if out.Host = append(out.Host[:0], it.host()...); it.key.host == 0 {
		out.Host = addr.AppendTo(out.Host)
	}
	out.Spans = it.ports.AppendSpans(out.Spans[:0])
	out.Stats = record.Stats{}
	if it.ports.more != nil && it.ports.more.stats != nil {
		out.Stats = *it.ports.more.stats
	}
	it.services(out)
}
