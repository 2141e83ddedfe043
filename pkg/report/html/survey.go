package html

import (
	"cmp"
	"net/netip"
	"slices"

	"portkit/pkg/endpoint"
	"portkit/pkg/portspec"
	"portkit/pkg/record"
	"portkit/pkg/report"
	"portkit/pkg/summary"
)

const (
	maxColumns  = 24  // ports on the map
	maxExamples = 4   // hosts named for a reason
	maxAppNames = 100 // protocols counted for a port
)

// survey is the part of the page about all hosts together.
type survey struct {
	Report    *report.Report
	Totals    *report.Counts
	Groups    *report.Groups // nil: there are none
	Rows      int            // of the table of hosts, which lists a host once per group and no silent ones
	Apps      map[report.Port]map[string]int
	found     found
	folded    folded
	reasons   [endpoint.UnidentifiedCount]int // ports that were not identified
	lastTitle string                          // of the last host
	probed    report.PortHosts                // a host counts once in each of its groups
	open      report.PortHosts                // a host counts once, unless it accepts every connection
	unknown   [endpoint.Reasons]unknown

	unidentified report.PortHosts // as open
}

// folded is the open ports that hosts are listed with together.
type folded struct {
	report.HostCount
	Ports int
}

// unknown is the ports whose state is unknown for the same reason.
type unknown struct {
	report.HostCount
	Reason   endpoint.Reason
	Ports    uint64
	Examples []string // hosts
}

func newSurvey(r *report.Report) *survey {
	s := &survey{Report: r, Totals: r.Totals(), Apps: map[report.Port]map[string]int{}}
	if g := r.Groups(); len(r.By) > 0 && len(g.All) > 0 {
		s.Groups = g
	}
	type key struct {
		name string
		addr netip.Addr
	}
	grouped := map[key]*[2]summary.Ports{} // open ports of each host, some of them in several groups
	for h := range r.Hosts() {
		if t := h.Tally(); !t.IsSilent() {
			s.Rows++
		}
		s.lastTitle = r.Title(h.Name, h.Addr)
		k := key{string(h.Name), h.Addr}
		if len(r.By) > 0 && grouped[k] == nil {
			grouped[k] = &[2]summary.Ports{}
		}
		s.addServices(h)
		for i := range h.Records {
			sum := &h.Records[i]
			s.add(sum)
			rest, folded := report.SplitFolded(sum)
			open := report.OpenSpans(rest)
			s.addUnidentified(sum, folded)
			if len(r.By) > 0 {
				grouped[k][sum.Proto&1].Merge(open)
			} else {
				s.open.Add(sum.Proto, open...)
			}
		}
	}
	for _, protos := range grouped {
		for proto := range protos {
			s.open.Add(endpoint.Proto(proto), protos[proto].AppendSpans(nil)...)
		}
	}
	s.probed.Sum()
	s.open.Sum()
	s.unidentified.Sum()
	return s
}

func (s *survey) add(sum *record.Summary) {
	s.probed.Add(sum.Proto, sum.Spans...)
	for _, span := range sum.Spans {
		if span.State == endpoint.Error || span.Reason == endpoint.RateLimited || span.Reason == endpoint.HostLost {
			s.unknown[span.Reason].add(s.Report, sum, uint64(span.Last-span.First)+1)
		}
	}
	for _, app := range sum.Found {
		if app.App == "" {
			continue
		}
		key := report.Port{Number: app.Port, Proto: sum.Proto}
		if s.Apps[key] == nil {
			s.Apps[key] = map[string]int{}
		}
		if _, known := s.Apps[key][app.App]; known || len(s.Apps[key]) < maxAppNames {
			s.Apps[key][app.App]++
		}
	}
}

// addUnidentified counts the ports of a record that were not identified. folded are those
// that are written together.
func (s *survey) addUnidentified(sum *record.Summary, folded []record.Span) {
	if len(folded) > 0 {
		s.folded.Add(sum)
	}
	for _, span := range folded {
		s.folded.Ports += int(span.Last-span.First) + 1
	}
	if len(sum.Unidentified) == 0 {
		return
	}
	for _, p := range report.AppendOpenPorts(nil, sum) {
		if p.Unidentified() != "" {
			s.reasons[p.Why]++
			s.unidentified.Add(sum.Proto, record.Span{First: p.Number, Last: p.Number})
		}
	}
}

func (u *unknown) add(r *report.Report, sum *record.Summary, ports uint64) {
	u.Ports += ports
	if next := u.HostCount.Add(sum); next && len(u.Examples) < maxExamples {
		u.Examples = append(u.Examples, r.Title(sum.Host, sum.Addr))
	}
}

// columns returns the ports of the map, ascending: those that are open on most
// hosts, then those that were probed on most hosts, then common ones.
func (s *survey) columns() []report.Port {
	var rank [2][1 << 16]int
	for proto := range rank {
		common := portspec.Common(endpoint.Proto(proto))
		for i, port := range common {
			rank[proto][port] = i - len(common)
		}
	}
	ports := s.probed.Ports()
	slices.SortFunc(ports, func(a, b report.Port) int {
		return cmp.Or(cmp.Compare(s.open.Of(b), s.open.Of(a)), cmp.Compare(s.probed.Of(b), s.probed.Of(a)),
			cmp.Compare(rank[a.Proto][a.Number], rank[b.Proto][b.Number]), a.Compare(b))
	})
	ports = ports[:min(len(ports), maxColumns)]
	slices.SortFunc(ports, report.Port.Compare)
	return ports
}
