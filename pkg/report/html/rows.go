package html

import (
	"cmp"
	"fmt"
	"html/template"
	"iter"
	"maps"
	"math"
	"slices"
	"strings"

	"portkit/pkg/endpoint"
	"portkit/pkg/record"
	"portkit/pkg/report"
)

const (
	maxServices = 60     // rows of open services
	maxApps     = 4      // protocols named for a port
	maxRows     = 20_000 // of the table of hosts; above it, hosts without open ports are omitted
	maxNamed    = 48     // open ports of a host listed with names; more are listed as ranges
)

// meanings explains the reasons for an unknown state.
func meanings() map[endpoint.Reason]string {
	return map[endpoint.Reason]string{
		endpoint.ResolveFailed: "The name could not be resolved.",
		endpoint.NotUnicast:    "Broadcast and multicast addresses are not probed.",
		endpoint.OutOfScope:    "The address or port is out of scope; nothing was sent.",
		endpoint.Deadline:      "A time limit ended the probing before the state was determined.",
		endpoint.Interrupted:   "The scan was interrupted before the state was determined.",
		endpoint.LocalError:    "A failure of the scanning host: its network, limits or firewall.",
		endpoint.HostLost:      "The host replied before, then to nothing any more: it may be down, or may block the scanning host.",
		endpoint.RateLimited:   "The host limits the rate of its ICMP errors: the port may be open, closed or filtered.",
		0:                      "The records contain no reason.",
	}
}

// Meaning explains the reason.
func (u *unknown) Meaning() string { return meanings()[u.Reason] }

// More returns the number of hosts that are not among the examples.
func (u *unknown) More() int { return u.Hosts - len(u.Examples) }

// Unknown returns why the state of ports is unknown.
func (p *page) Unknown() (rows []*unknown) {
	for reason := range p.unknown {
		if u := &p.unknown[reason]; u.Ports > 0 {
			u.Reason = endpoint.Reason(reason)
			rows = append(rows, u)
		}
	}
	return rows
}

// Numbers returns the numbers of ports of a group by state, and of its bad records
// if a group has some.
func (p *page) Numbers(g *report.Group) []uint64 {
	numbers := slices.Clone(g.States[endpoint.Open:])
	if p.Groups.HasBad {
		numbers = append(numbers, g.Bad)
	}
	return numbers
}

type serviceRow struct {
	Port       report.Port
	Name, Apps string
	Hosts      int
	Share      float64 // of all hosts, in percent
}

// Services returns the open ports, those of most hosts first.
func (p *page) Services() (rows []serviceRow) {
	ports := p.open.Ports()
	for _, port := range ports[:min(len(ports), maxServices)] {
		n := p.open.Of(port)
		name := p.Report.Services.Name(port.Proto, port.Number)
		rows = append(rows, serviceRow{port, name, p.appText(port), n, 100 * float64(n) / float64(p.Totals.Hosts)})
	}
	return rows
}

// MoreServices returns the number of open ports that are not listed.
func (p *page) MoreServices() int { return max(0, len(p.open.Ports())-maxServices) }

// appText lists the protocols recognized at a port, the most frequent first.
func (p *page) appText(port report.Port) string {
	counts := p.Apps[port]
	names := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
	more := ""
	if len(names) > maxApps {
		names, more = names[:maxApps], " …"
	}
	for i, name := range names {
		names[i] = p.Report.Printable(name)
	}
	if n := p.unidentified.Of(port); n > 0 && n < p.open.Of(port) {
		names = append(names, thousands(n)+" not identified")
	} else if n > 0 {
		names = append(names, "not identified")
	}
	return strings.Join(names, ", ") + more
}

// Recognized reports whether a tool tried to recognize services.
func (p *page) Recognized() bool { return len(p.Apps) > 0 || p.Unidentified() != "" }

// LeftOut returns how many hosts the table omits; "" if none.
func (p *page) LeftOut() string {
	if p.Rows <= maxRows {
		return ""
	}
	return thousands(p.Totals.Hosts-p.Totals.Silent-p.Totals.Open) + " hosts without open ports are not listed."
}

type (
	hostRow struct {
		Name, Addr string
		Values     []labeled
		Open, Lost uint64
		Ports      string
		Map        template.HTML
		Numbers    []number
	}
	labeled struct{ Name, Text string }
	number  struct{ Class, Text string }
)

// Hosts returns the rows of the table of hosts.
func (p *page) Hosts() iter.Seq[hostRow] {
	r := p.byFields()
	values := r.Values()
	return func(yield func(hostRow) bool) {
		for h := range r.Hosts() {
			t := h.Tally()
			if t.IsSilent() || p.Rows > maxRows && t.States[endpoint.Open] == 0 {
				continue
			}
			row := p.hostRow(h, &t)
			row.Values = p.labeled(values.Of(&h.Records[0]))
			if !yield(row) {
				return
			}
		}
	}
}

func (p *page) labeled(values []string) (all []labeled) {
	for i, value := range values {
		all = append(all, labeled{p.ByNames[i], value})
	}
	return all
}

// silentTable is the table of silent hosts.
type silentTable struct {
	Rows []silentRow
	More int // hosts that are not listed
}

type silentRow struct {
	*report.SilentHosts
	Values []labeled
}

// Silent returns the table of silent hosts, nil if there are none.
func (p *page) Silent() (t *silentTable) {
	r := p.byFields()
	values := r.Values()
	for h := range r.Silent() {
		switch {
		case t == nil:
			t = &silentTable{}
			fallthrough
		case len(t.Rows) < maxRows:
			t.Rows = append(t.Rows, silentRow{h, p.labeled(values.Of(&record.Summary{By: h.By}))})
		default:
			t.More += h.Hosts
		}
	}
	return t
}

// byFields returns the report without the groups that the table of hosts has
// anyway.
func (p *page) byFields() *report.Report { return p.Report.ByOthers("host", "ip", "proto") }

func (p *page) hostRow(h *report.Host, t *report.Tally) hostRow {
	row := hostRow{
		Name: p.Report.Printable(string(h.Name)), Open: t.States[endpoint.Open], Lost: t.OfReason(endpoint.HostLost),
		Ports: p.openText(h, t.States[endpoint.Open]), Map: mapOf(h.Records, p.Columns),
	}
	if h.Addr.String() != string(h.Name) {
		row.Addr = p.Report.Address(h.Addr)
	}
	for state := endpoint.Closed; state <= endpoint.Error; state++ {
		n := number{Class: "n" + looks()[state].Class}
		if t.States[state] > 0 {
			n.Text = fmt.Sprint(t.States[state])
		}
		row.Numbers = append(row.Numbers, n)
	}
	if p.Timed {
		median := number{Class: "nr"}
		if times := h.Stats(); len(times.RTT.Bins) > 0 {
			median.Text = bareMillis(times.RTT.Quantile(0.5))
		}
		row.Numbers = append(row.Numbers, median)
	}
	return row
}

// bareMillis returns microseconds as milliseconds without the unit.
func bareMillis(us float64) string { return strings.TrimSuffix(report.Millis(us), " ms") }

// openText lists the n open ports of a host.
func (p *page) openText(h *report.Host, n uint64) string {
	var parts []string
	folded := h.Folded()
	for _, f := range folded {
		n -= uint64(f.Ports)
	}
	if n > maxNamed {
		for i := range h.Records {
			rest, _ := report.SplitFolded(&h.Records[i])
			if list := report.Ranges(rest, endpoint.Open); list != "" {
				parts = append(parts, h.Records[i].Proto.String()+":"+strings.ReplaceAll(list, ",", ", "))
			}
		}
	} else {
		for _, port := range h.OpenPorts() {
			text := port.String() + "\u00a0" + p.serviceText(port)
			parts = append(parts, strings.TrimSpace(text))
		}
	}
	for _, f := range folded {
		parts = append(parts, f.String())
	}
	return strings.Join(parts, "; ")
}

// serviceText returns the service on a port, or why it is unknown: "ssh OpenSSH 9.2p1
// (registered: https-alt)", "ssh: not identified (silent)".
func (p *page) serviceText(port report.OpenPort) string {
	text := p.nameText(port)
	if why := port.Unidentified(); why != "" {
		return strings.TrimPrefix(text+": "+why, ": ")
	}
	return text
}

func (p *page) nameText(port report.OpenPort) string {
	name, product := p.Report.PortName(port), p.Report.Product(port)
	if product == "" {
		return name
	}
	if found, registered, ok := strings.Cut(name, ", "); ok {
		return found + " " + product + " (" + registered + ")"
	}
	return name + " " + product
}

// mapOf returns a letter for each of ports, consecutive ones of the same state in
// one element. It contains no text from outside.
func mapOf(records []record.Summary, ports []report.Port) template.HTML {
	var b strings.Builder
	class := ""
	for _, port := range ports {
		l := looks()[stateOf(records, port)]
		if l.Class != class {
			if class != "" {
				b.WriteString("</i>")
			}
			b.WriteString("<i class=" + l.Class + ">")
			class = l.Class
		}
		b.WriteString(l.Letter)
	}
	if class != "" {
		b.WriteString("</i>")
	}
	return template.HTML(b.String())
}

// stateOf returns the state of a port, 0 if it was not in the scan.
func stateOf(records []record.Summary, port report.Port) endpoint.State {
	for _, r := range records {
		if state := r.State(port.Number); r.Proto == port.Proto && state != 0 {
			return state
		}
	}
	return 0
}

// trips is the histogram of round-trip times.
type trips struct {
	Text, Label string
	Width       int
	Bars        []tripBar
}

type tripBar struct {
	X, Y, Height, Middle, Above int
	Number, Max                 string
}

// Trips returns the histogram of round-trip times, nil if there are none.
func (p *page) Trips() *trips {
	h := &p.Totals.Times.RTT
	if len(h.Bins) == 0 {
		return nil
	}
	bars := report.Bars(h)
	t := &trips{
		Text: fmt.Sprintf("%s %s: minimum %s, median %s, 99th percentile %s, maximum %s.",
			thousands(h.Count()), report.Noun(h.Count(), "reply", "replies"),
			report.Millis(float64(h.Min)), report.Millis(h.Quantile(0.5)), report.Millis(h.Quantile(0.99)), report.Millis(float64(h.Max))),
		Label: fmt.Sprintf("Histogram of round-trip times with %d bars", len(bars)),
		Width: max(8, len(bars)) * 44,
	}
	for i, b := range bars {
		height := int(math.Ceil(110 * float64(b.Count) / float64(report.Highest(bars))))
		t.Bars = append(t.Bars, tripBar{
			X: i*44 + 4, Y: 130 - height, Height: height, Middle: i*44 + 22, Above: 126 - height,
			Number: thousands(b.Count), Max: bareMillis(float64(b.Max)),
		})
	}
	return t
}
