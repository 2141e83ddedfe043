package report

import (
	"cmp"
	"fmt"
	"html/template"
	"math"
	"slices"
	"strings"

	"portkit/pkg/endpoint"
	"portkit/pkg/histogram"
	"portkit/pkg/record"
)

type (
	missingRow struct{ Reason, Meaning, Ports, Hosts, Which string }
	groupRow   struct {
		Values, Numbers []string
		Hosts, Alive    int
	}
	serviceRow struct {
		Port, Service, Apps, Hosts string
		Share                      float64
	}
	hostRow struct {
		Name, Addr string
		Values     []labeled
		Open       uint64
		Ports      string
		Map        template.HTML
		Numbers    []number
	}
	labeled struct{ Name, Text string }
	number   struct{ Class, Text string }
)

// meanings explains the reasons why the state of a port is unknown.
func meanings() map[endpoint.Reason]string {
	return map[endpoint.Reason]string{
		endpoint.ResolveFailed: "The name could not be resolved.",
		endpoint.NotUnicast:    "Broadcast and multicast addresses are not probed.",
		endpoint.OutOfScope:    "The address or port is out of scope; nothing was sent.",
		endpoint.Deadline:      "A time limit ended the probing before the state was determined.",
		endpoint.Interrupted:   "The scan was interrupted before the state was determined.",
		endpoint.LocalError:    "A failure of the scanning host: its network, limits or firewall.",
		endpoint.RateLimited:   "The host limits the rate of its ICMP errors: the port may be open, closed or filtered.",
		endpoint.BadRecord:     "The record could not be read.",
		0:                      "The records contain no reason.",
	}
}

func (s *survey) missing() (rows []missingRow) {
	for reason, m := range s.reasons {
		if m.ports == 0 {
			continue
		}
		which := strings.Join(m.which, ", ")
		if more := m.hosts - uint64(len(m.which)); more > 0 {
			which += " and " + thousands(more) + " more"
		}
		r := endpoint.Reason(reason)
		rows = append(rows, missingRow{reasonText(r), meanings()[r], thousands(m.ports), thousands(m.hosts), which})
	}
	if s.bad > 0 {
		rows = append(rows, missingRow{endpoint.BadRecord.String(), meanings()[endpoint.BadRecord], thousands(s.bad), "", "records without a host and port"})
	}
	return rows
}

func (s *survey) groupRows() (title string, names []string, rows []groupRow) {
	for _, name := range s.report.By {
		names = append(names, s.report.printable(name))
	}
	listed, others := loud(s.groups)
	for _, g := range append(listed, others...) {
		row := groupRow{Hosts: g.hosts, Alive: g.alive}
		for _, value := range g.values {
			row.Values = append(row.Values, named(value))
		}
		for state := endpoint.Open; state <= endpoint.Error; state++ {
			row.Numbers = append(row.Numbers, thousands(g.states[state]))
		}
		if s.badGroups {
			row.Numbers = append(row.Numbers, thousands(g.bad))
		}
		rows = append(rows, row)
	}
	return strings.Join(names, ", "), names, rows
}

// services lists the open ports, those of most hosts first.
func (s *survey) services() (rows []serviceRow, more string) {
	keys := keysOf(&s.open)
	slices.SortFunc(keys, func(a, b portKey) int {
		return cmp.Or(cmp.Compare(count(&s.open, b), count(&s.open, a)), a.compare(b))
	})
	if n := len(keys) - servicesMost; n > 0 {
		keys = keys[:servicesMost]
		more = thousands(uint64(n)) + " more " + counted(n, "port is", "ports are") + " open, each on at most as many hosts."
	}
	for _, k := range keys {
		n := count(&s.open, k)
		rows = append(rows, serviceRow{
			k.String(), s.report.Services.Name(k.proto, k.port), s.appText(k), thousands(uint64(n)), 100 * float64(n) / float64(s.hosts),
		})
	}
	return rows, more
}

// hostsOf sets what the table of hosts shows.
func (p *page) hostsOf(s *survey) {
	r := s.report
	keys := s.columns()
	for _, k := range keys {
		p.Columns = append(p.Columns, k.String())
	}
	own := *r
	own.By = r.ownFields()
	for _, name := range own.By {
		p.ByNames = append(p.ByNames, r.printable(name))
	}
	openOnly := s.rows > hostsMost
	if openOnly {
		p.LeftOut = thousands(uint64(s.hosts-s.alive)) + " hosts without open ports are not listed."
	}
	p.Hosts = func(yield func(hostRow) bool) {
		values := groups{report: &own}
		for h := range hostsOf(r) {
			if openOnly && !h.open() {
				continue
			}
			row := newHostRow(r, h, keys)
			for i, value := range values.of(&h.protos[0]) {
				row.Values = append(row.Values, labeled{p.ByNames[i], value})
			}
			if p.Timed {
				row.Numbers = append(row.Numbers, median(h))
			}
			if !yield(row) {
				return
			}
		}
	}
}

func newHostRow(r *Report, h *hostRecords, keys []portKey) hostRow {
	row := hostRow{Name: r.printable(string(h.host))}
	if addr := addrText(h.addr); addr != string(h.host) {
		row.Addr = r.printable(addr)
	}
	var t tally
	for _, p := range h.protos {
		t.addSpans(p.Spans)
	}
	row.Open = t.states[endpoint.Open]
	row.Ports = r.openText(h, row.Open)
	row.Map = h.mapOf(keys)
	for state := endpoint.Closed; state <= endpoint.Error; state++ {
		n := number{Class: "n" + looks()[state].class}
		if t.states[state] > 0 {
			n.Text = fmt.Sprint(t.states[state])
		}
		row.Numbers = append(row.Numbers, n)
	}
	return row
}

// namedMost is how many open ports of a host are written with their names;
// more are written as ranges.
const namedMost = 48

func (r *Report) openText(h *hostRecords, n uint64) string {
	var parts []string
	if n > namedMost {
		for _, p := range h.protos {
			if list := portList(p.Proto, p.Spans, endpoint.Open); list != "" {
				parts = append(parts, strings.ReplaceAll(list, ",", ", "))
			}
		}
		return strings.Join(parts, "; ")
	}
	var open []openPort
	for i := range h.protos {
		open = openPorts(open, &h.protos[i])
	}
	slices.SortFunc(open, func(a, b openPort) int {
		return cmp.Or(cmp.Compare(a.port, b.port), cmp.Compare(a.proto, b.proto))
	})
	for _, p := range open {
		parts = append(parts, strings.TrimSpace(fmt.Sprintf("%d/%s\u00a0%s", p.port, p.proto, r.names(p))))
	}
	return strings.Join(parts, "; ")
}

// mapOf writes a letter for each of the keys, those of the same state that
// follow each other in one element. Nothing of it comes from outside.
func (h *hostRecords) mapOf(keys []portKey) template.HTML {
	var b strings.Builder
	class := ""
	for _, k := range keys {
		l := look{class: "u", letter: "·"}
		if state := h.state(k); state != 0 {
			l = looks()[state]
		}
		if l.class != class {
			if class != "" {
				b.WriteString("</i>")
			}
			b.WriteString("<i class=" + l.class + ">")
			class = l.class
		}
		b.WriteString(l.letter)
	}
	if class != "" {
		b.WriteString("</i>")
	}
	return template.HTML(b.String())
}

// state is a port's, 0 if it was not in the scan.
func (h *hostRecords) state(k portKey) endpoint.State {
	for _, p := range h.protos {
		if p.Proto == k.proto {
			i, _ := slices.BinarySearchFunc(p.Spans, k.port, func(s record.Span, port uint16) int { return cmp.Compare(s.Last, port) })
			if i < len(p.Spans) && p.Spans[i].First <= k.port {
				return p.Spans[i].State
			}
		}
	}
	return 0
}

// median is the middle one of a host's round trips.
func median(h *hostRecords) number {
	var all histogram.Histogram
	for i := range h.protos {
		all.Merge(&h.protos[i].Stats.RTT)
	}
	if len(all.Bins) == 0 {
		return number{Class: "nr"}
	}
	return number{"nr", strings.TrimSuffix(millis(all.Quantile(0.5)), " ms")}
}

// trips is the histogram of round-trip times.
type trips struct {
	Text, Label string
	Width       int
	Bars        []tripBar
}

type tripBar struct {
	X, Y, Height, Middle, Above int
	Number, Most                string
}

func newTrips(h *histogram.Histogram) *trips {
	if len(h.Bins) == 0 {
		return nil
	}
	bars := bars(h)
	t := &trips{
		Text: fmt.Sprintf("%s %s: minimum %s, median %s, 99th percentile %s, maximum %s.",
			thousands(uint64(h.Count())), counted(int(h.Count()), "reply", "replies"),
			millis(float64(h.Min)), millis(h.Quantile(0.5)), millis(h.Quantile(0.99)), millis(float64(h.Max))),
		Label: fmt.Sprintf("Histogram of round-trip times with %d bars", len(bars)),
		Width: max(8, len(bars)) * 44,
	}
	most := int64(1)
	for _, b := range bars {
		most = max(most, b.Count)
	}
	for i, b := range bars {
		height := int(math.Ceil(110 * float64(b.Count) / float64(most)))
		bar := tripBar{X: i*44 + 4, Y: 130 - height, Height: height, Middle: i*44 + 22, Above: 126 - height}
		bar.Number, bar.Most = thousands(uint64(b.Count)), strings.TrimSuffix(millis(float64(b.most)), " ms")
		t.Bars = append(t.Bars, bar)
	}
	return t
}
