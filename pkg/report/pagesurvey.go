package report

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"portkit/pkg/endpoint"
	"portkit/pkg/portspec"
	"portkit/pkg/record"
)

const (
	columnsMost  = 24     // ports on the map
	servicesMost = 60     // rows of open services
	examples     = 4      // hosts named beside a reason
	hostsMost    = 20_000 // with more of them, those without open ports are omitted
	appsMost     = 4      // protocols named beside a port
)

// survey is what a first pass over the records finds.
type survey struct {
	report  *Report
	rows    int // hosts, each once for every group that it is in
	hosts   int // hosts
	alive   int // those of them with something open
	replied int // those of them that replied
	only    string
	known   map[hostKey]*openBefore // hosts in groups
	bad     uint64
	total   tally
	stats   record.Stats
	// asked and open count hosts by protocol and port: what is counted from a
	// port on, less what ends before it.
	asked, open [2][1<<16 + 1]int
	apps        map[portKey]map[string]int
	reasons     [endpoint.Reasons]missing
	groups      []*group
	badGroups   bool // records of some could not be read
}

type portKey struct {
	proto endpoint.Proto
	port  uint16
}

// missing is the ports that share a reason why nothing is known of them.
type missing struct {
	ports, hosts uint64
	which        []string
	last         hostKey
}

func newSurvey(r *Report) *survey {
	s := &survey{report: r, known: map[hostKey]*openBefore{}, apps: map[portKey]map[string]int{}}
	byKey := map[string]*group{}
	values := groups{report: r}
	for h := range hostsOf(r) {
		s.rows++
		before := s.count(h)
		s.only = r.printable(title(h.host, h.addr))
		for i := range h.protos {
			s.add(&h.protos[i], before)
			s.addGroup(byKey, values.of(&h.protos[i]), &h.protos[i])
		}
	}
	s.replied, _ = countHosts(r)
	for sum := range r.Records {
		s.bad += sum.Bad
		if sum.Bad > 0 && len(sum.By) > 0 {
			s.addGroup(byKey, values.of(sum), sum)
			s.badGroups = true
		}
	}
	for proto := range s.asked {
		for port := range 1 << 16 {
			s.asked[proto][port+1] += s.asked[proto][port]
			s.open[proto][port+1] += s.open[proto][port]
		}
	}
	return s
}

// count counts a host once, in however many groups it is. It returns what was
// open there in groups so far; nil where there are no groups.
func (s *survey) count(h *hostRecords) (before *openBefore) {
	known, open := false, false
	if len(s.report.By) > 0 {
		key := hostKey{string(h.host), h.addr}
		if before, known = s.known[key]; !known {
			before = &openBefore{}
			s.known[key] = before
		}
		open = len(before[0])+len(before[1]) > 0
	}
	if !known {
		s.hosts++
	}
	if h.open() && !open {
		s.alive++
	}
	return before
}

func (s *survey) add(sum *record.Summary, before *openBefore) {
	s.total.addSpans(sum.Spans)
	s.stats.Merge(&sum.Stats)
	for _, span := range sum.Spans {
		from(&s.asked, sum.Proto, span)
		switch {
		case span.State == endpoint.Open && before == nil:
			from(&s.open, sum.Proto, span)
		case span.State == endpoint.Open:
			for _, part := range before.fresh(sum.Proto, span) {
				from(&s.open, sum.Proto, part)
			}
		case span.State == endpoint.Error || span.Reason == endpoint.RateLimited:
			s.reasons[span.Reason].add(s.report, sum, uint64(span.Last-span.First)+1)
		}
	}
	for _, app := range sum.Apps {
		key := portKey{sum.Proto, app.Port}
		if s.apps[key] == nil {
			s.apps[key] = map[string]int{}
		}
		if _, known := s.apps[key][app.Name]; known || len(s.apps[key]) < 100 {
			s.apps[key][app.Name]++
		}
	}
}

// from counts a host for a span of ports.
func from(hosts *[2][1<<16 + 1]int, proto endpoint.Proto, span record.Span) {
	hosts[proto&1][span.First]++
	hosts[proto&1][int(span.Last)+1]--
}

func (m *missing) add(r *Report, sum *record.Summary, n uint64) {
	m.ports += n
	if m.hosts > 0 && m.last.addr == sum.Addr && m.last.host == string(sum.Host) {
		return
	}
	m.hosts++
	m.last = hostKey{string(sum.Host), sum.Addr}
	if len(m.which) < examples {
		m.which = append(m.which, r.printable(title(sum.Host, sum.Addr)))
	}
}

func (s *survey) addGroup(byKey map[string]*group, values []string, sum *record.Summary) {
	if len(values) == 0 {
		return
	}
	key := fmt.Sprintf("%q", values)
	g := byKey[key]
	if g == nil {
		g = &group{values: slices.Clone(values)}
		byKey[key], s.groups = g, append(s.groups, g)
	}
	if g.bad += sum.Bad; sum.Bad == 0 {
		g.count(sum)
	}
}

// hostRecords is what the records of a host, its address and its group say.
type hostRecords struct {
	by, host []byte
	addr     netip.Addr
	protos   []record.Summary
}

// hostsOf puts the records of a host together. What it yields holds until the
// next one.
func hostsOf(r *Report) func(func(*hostRecords) bool) {
	return func(yield func(*hostRecords) bool) {
		h := &hostRecords{}
		for sum := range r.Records {
			if sum.Bad > 0 {
				continue
			}
			if len(h.protos) > 0 && (h.addr != sum.Addr || string(h.host) != string(sum.Host) || string(h.by) != string(sum.By)) {
				if !yield(h) {
					return
				}
				h.protos = h.protos[:0]
			}
			h.by, h.host, h.addr = append(h.by[:0], sum.By...), append(h.host[:0], sum.Host...), sum.Addr
			one := *sum // the record is used again
			one.Host, one.By, one.Spans, one.Apps = h.host, h.by, slices.Clone(sum.Spans), slices.Clone(sum.Apps)
			h.protos = append(h.protos, one)
		}
		if len(h.protos) > 0 {
			yield(h)
		}
	}
}

func (h *hostRecords) open() bool {
	return slices.ContainsFunc(h.protos, func(s record.Summary) bool {
		return slices.ContainsFunc(s.Spans, func(s record.Span) bool { return s.State == endpoint.Open })
	})
}

// columns chooses the ports for the map: those that are open at most hosts,
// then those that most hosts were asked, then those commonly used. They come
// in the order of their numbers.
func (s *survey) columns() []portKey {
	var rank [2][1 << 16]int
	for proto := range rank {
		common := portspec.Common(endpoint.Proto(proto))
		for i, port := range common {
			rank[proto][port] = i - len(common)
		}
	}
	keys := keysOf(&s.asked)
	slices.SortFunc(keys, func(a, b portKey) int {
		return cmp.Or(cmp.Compare(count(&s.open, b), count(&s.open, a)), cmp.Compare(count(&s.asked, b), count(&s.asked, a)),
			cmp.Compare(rank[a.proto][a.port], rank[b.proto][b.port]), a.compare(b))
	})
	keys = keys[:min(len(keys), columnsMost)]
	slices.SortFunc(keys, portKey.compare)
	return keys
}

// keysOf lists the ports that hosts were counted for.
func keysOf(hosts *[2][1<<16 + 1]int) (keys []portKey) {
	for proto := range hosts {
		for port := 1; port < 1<<16; port++ {
			if hosts[proto][port] > 0 {
				keys = append(keys, portKey{endpoint.Proto(proto), uint16(port)})
			}
		}
	}
	return keys
}

func count(hosts *[2][1<<16 + 1]int, k portKey) int { return hosts[k.proto&1][k.port] }

func (k portKey) compare(l portKey) int {
	return cmp.Or(cmp.Compare(k.port, l.port), cmp.Compare(k.proto, l.proto))
}

func (k portKey) String() string { return fmt.Sprintf("%d/%s", k.port, k.proto) }

// appText lists the protocols recognized at a port, the most frequent
// first.
func (s *survey) appText(k portKey) string {
	counts := s.apps[k]
	var names []string
	for name := range counts {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b)) })
	more := ""
	if len(names) > appsMost {
		names, more = names[:appsMost], " …"
	}
	for i, name := range names {
		names[i] = s.report.printable(name)
	}
	return strings.Join(names, ", ") + more
}
