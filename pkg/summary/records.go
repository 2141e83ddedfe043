package summary

import (
	"cmp"
	"iter"
	"maps"
	"slices"

	"portkit/pkg/record"
)

// Records yields the summary records in their order: by group, then IPv4
// addresses by number, IPv6 addresses by number, names without address; then
// by host, then tcp before udp. The counts of bad records come last, by group,
// if there are any. The record and what it points to hold until the next one. by is
// what results were grouped by; all Adders must be flushed and idle.
func (s *Sum) Records(by By) iter.Seq[*record.Summary] {
	items := s.items(by)
	return func(yield func(*record.Summary) bool) {
		out := record.Summary{}
		var runs []run
		for _, it := range items {
			runs = it.entry.ports.appendRuns(runs[:0])
			it.record(&out, runs)
			if !yield(&out) {
				return
			}
		}
		groups := map[string]group{}
		for text := range s.bad.n {
			groups[text], _ = newGroup(text) // By.Append wrote it: it has no errors
		}
		for _, text := range by.sorted(groups) {
			if !yield(&record.Summary{By: []byte(text), Bad: s.bad.n[text]}) {
				return
			}
		}
	}
}

// item is an entry with the shard that knows its words and the place of its
// group among all groups.
type item struct {
	*entry
	shard *shard
	place int
}

// items returns all entries in the order of Records.
func (s *Sum) items(by By) []item {
	total := 0
	for i := range s.shards {
		total += s.shards[i].n
	}
	items := make([]item, 0, total)
	places := s.places(by)
	for i := range s.shards {
		sh := &s.shards[i]
		for j := range sh.n {
			e := sh.at(j)
			items = append(items, item{e, sh, places[sh.words.text(e.by)]})
		}
	}
	slices.SortFunc(items, item.compare)
	return items
}

// Lacking returns the names of the fields of by that no record had; none if
// there are no records.
func (s *Sum) Lacking(by By) (names []string) {
	groups := s.groups()
	for _, f := range by {
		has := len(groups)+len(s.bad.n) == 0
		for _, g := range groups {
			_, of := g[f.name]
			has = has || of
		}
		for text := range s.bad.n {
			g, _ := newGroup(text)
			_, of := g[f.name]
			has = has || of
		}
		if !has {
			names = append(names, f.name)
		}
	}
	return names
}

// groups returns the groups that there are by their texts.
func (s *Sum) groups() map[string]group {
	groups := map[string]group{}
	for i := range s.shards {
		sh := &s.shards[i]
		for j := range sh.n {
			if text := sh.words.text(sh.at(j).by); groups[text] == nil {
				groups[text], _ = newGroup(text) // By.Append wrote it: it has no errors
			}
		}
	}
	return groups
}

// places numbers the groups in their order.
func (s *Sum) places(by By) map[string]int {
	groups := s.groups()
	places := make(map[string]int, len(groups))
	for i, text := range by.sorted(groups) {
		places[text] = i
	}
	return places
}

// sorted returns the texts of groups in their order.
func (b By) sorted(groups map[string]group) []string {
	return slices.SortedFunc(maps.Keys(groups), func(x, y string) int {
		return b.compare(groups[x], groups[y])
	})
}

func (it item) host() string { return it.shard.words.text(it.key.host) }
func (it item) zone() string { return it.shard.words.text(it.key.zone) }

// family is 0 for IPv4, 1 for IPv6, 2 without address.
func (it item) family() int {
	return [...]int{0: 2, 4: 0, 6: 1}[it.kind&255]
}

func (it item) compare(other item) int {
	x, y := it.key, other.key
	if c := cmp.Or(cmp.Compare(it.place, other.place), cmp.Compare(it.family(), other.family()), cmp.Compare(x.hi, y.hi), cmp.Compare(x.lo, y.lo)); c != 0 {
		return c
	}
	return cmp.Or(cmp.Compare(it.zone(), other.zone()), cmp.Compare(it.host(), other.host()), cmp.Compare(x.kind, y.kind))
}

// record writes the item into out, using out's slices again.
func (it item) record(out *record.Summary, runs []run) {
	addr := it.shard.addr(it.key)
	out.By = append(out.By[:0], it.shard.words.text(it.by)...)
	out.Addr, out.Proto = addr, it.shard.proto(it.key)
	if out.Host = append(out.Host[:0], it.host()...); it.key.host == 0 {
		out.Host = addr.AppendTo(out.Host)
	}
	out.Spans, out.Apps = out.Spans[:0], out.Apps[:0]
	for _, r := range runs {
		out.Spans = append(out.Spans, record.Span{First: r.first, Last: r.last, State: r.code.state(), Reason: r.code.reason()})
	}
	out.Stats = record.Stats{}
	if it.ports.more != nil && it.ports.more.stats != nil {
		out.Stats = *it.ports.more.stats
	}
	for port, app := range it.ports.apps() {
		out.Apps = append(out.Apps, record.App{Port: port, Name: it.shard.words.text(app)})
	}
	slices.SortFunc(out.Apps, func(a, b record.App) int { return cmp.Compare(a.Port, b.Port) })
}
