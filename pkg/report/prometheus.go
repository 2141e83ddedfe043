package report

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"

	"portkit/pkg/endpoint"
	"portkit/pkg/histogram"
)

// Prometheus writes totals in the text format of Prometheus, as the textfile
// collector of its node exporter reads it. There is a series for each group of
// Report.By, protocol and state, none for a host or a port unless they are
// what is grouped by.
func Prometheus(w io.Writer, r *Report) error {
	p := &prometheus{w: bufio.NewWriterSize(w, 64<<10), report: r, byLabels: map[string]*series{}}
	p.labels = labelNames(r.By)
	p.collect()
	p.write()
	return p.w.Flush()
}

// prometheus is metrics that are being gathered, then written. A failed write
// is kept by w.
type prometheus struct {
	w        *bufio.Writer
	report   *Report
	labels   []string // of the groups
	all      []*series
	byLabels map[string]*series
	bad      uint64
}

// series is what is known of a group.
type series struct {
	labels string // `owner="ops",`
	group
	protos [2]tally
	rtts   [2]histogram.Histogram
}

// labelNames makes label names of the names of fields: letters, digits and
// underscores, none twice and none that is ours.
func labelNames(fields []string) []string {
	taken := map[string]bool{"proto": true, "state": true, "reason": true, "le": true}
	var labels []string
	for _, field := range fields {
		name := strings.Map(func(r rune) rune {
			if r < 128 && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9') {
				return r
			}
			return '_'
		}, field)
		if name = strings.TrimLeft(name, "_"); name == "" || name[0] >= '0' && name[0] <= '9' || taken[name] {
			name = "by_" + name
		}
		for whole, n := name, 2; taken[name]; n++ {
			name = fmt.Sprintf("%s_%d", whole, n)
		}
		taken[name] = true
		labels = append(labels, name)
	}
	return labels
}

func (p *prometheus) collect() {
	values := groups{report: p.report}
	if len(p.report.By) == 0 {
		p.series(nil) // zeros say more than nothing
	}
	for s := range p.report.Records {
		if s.Bad > 0 {
			p.bad += s.Bad
			continue
		}
		g := p.series(values.of(s))
		g.protos[s.Proto&1].addSpans(s.Spans)
		g.rtts[s.Proto&1].Merge(&s.Stats.RTT)
		g.count(s)
	}
}

// series returns the series of a group's values, a new one if there is none.
func (p *prometheus) series(values []string) *series {
	var b strings.Builder
	for i, value := range values {
		if p.report.By[i] != "proto" { // a label of its own
			b.WriteString(p.labels[i] + `="` + labelEscaper.Replace(value) + `",`)
		}
	}
	labels := b.String()
	g := p.byLabels[labels]
	if g == nil {
		g = &series{labels: labels}
		p.byLabels[labels], p.all = g, append(p.all, g)
	}
	return g
}

var labelEscaper = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

func (p *prometheus) write() {
	p.head("portkit_hosts", "gauge", "Hosts with results.")
	p.each("portkit_hosts", func(g *series) float64 { return float64(g.hosts) })
	p.head("portkit_hosts_open", "gauge", "Hosts with an open port.")
	p.each("portkit_hosts_open", func(g *series) float64 { return float64(g.alive) })
	p.head("portkit_ports", "gauge", "Ports by protocol and state.")
	p.states()
	p.head("portkit_reasons", "gauge", "Ports by protocol and reason.")
	p.reasons()
	p.head("portkit_bad_records", "gauge", "Unreadable records and lines.")
	p.value("portkit_bad_records", "", float64(p.bad))
	if p.report.Stats {
		p.times()
	}
}

func (p *prometheus) times() {
	p.timestamp("portkit_first_result_timestamp_seconds", "Time of the first result.", func(g *series) int64 { return g.stats.First })
	p.timestamp("portkit_last_result_timestamp_seconds", "Time of the last result.", func(g *series) int64 { return g.stats.Last })
	p.head("portkit_rtt_seconds", "histogram", "Round-trip times of the replies.")
	p.eachProto(func(g *series, proto endpoint.Proto, labels string) { p.histogram(labels, &g.rtts[proto]) })
}

// timestamp leaves out what is not known: a rule would take 0 for 1970.
func (p *prometheus) timestamp(name, help string, ms func(*series) int64) {
	p.head(name, "gauge", help)
	for _, g := range p.all {
		if ms(g) > 0 {
			p.value(name, g.labels, float64(ms(g))/1000)
		}
	}
}

// states writes a series for each state, those with no port too, so that a
// rule on one of them has something to look at.
func (p *prometheus) states() {
	p.eachProto(func(g *series, proto endpoint.Proto, labels string) {
		for state := endpoint.Open; state <= endpoint.Error; state++ {
			p.value("portkit_ports", labels+`state="`+state.String()+`",`, float64(g.protos[proto].states[state]))
		}
	})
}

func (p *prometheus) reasons() {
	p.eachProto(func(g *series, proto endpoint.Proto, labels string) {
		for r := endpoint.Reason(1); int(r) < endpoint.Reasons; r++ {
			n := uint64(0)
			for state := range g.protos[proto].reasons {
				n += g.protos[proto].reasons[state][r]
			}
			if n > 0 {
				p.value("portkit_reasons", labels+`reason="`+r.String()+`",`, float64(n))
			}
		}
	})
}

// The ends of the histogram's buckets are 2^6 to 2^24 microseconds: 64 µs to
// 17 s, always the same ones.
const firstPower, lastPower = 6, 24

func (p *prometheus) histogram(labels string, h *histogram.Histogram) {
	n, i := int64(0), 0
	for power := firstPower; power <= lastPower; power++ {
		for ; i < len(h.Bins) && histogram.Most(h.Bins[i].Bucket) <= 1<<power; i++ {
			n += h.Bins[i].Count
		}
		le := strconv.FormatFloat(float64(int64(1)<<power)/1e6, 'g', -1, 64)
		p.value("portkit_rtt_seconds_bucket", labels+`le="`+le+`",`, float64(n))
	}
	p.value("portkit_rtt_seconds_bucket", labels+`le="+Inf",`, float64(h.Count()))
	p.value("portkit_rtt_seconds_sum", labels, float64(h.Sum)/1e6)
	p.value("portkit_rtt_seconds_count", labels, float64(h.Count()))
}

func (p *prometheus) head(name, kind, help string) {
	fmt.Fprintf(p.w, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
}

func (p *prometheus) each(name string, value func(*series) float64) {
	for _, g := range p.all {
		p.value(name, g.labels, value(g))
	}
}

// eachProto goes through the protocols that each group has ports of; tcp
// where it has none.
func (p *prometheus) eachProto(do func(g *series, proto endpoint.Proto, labels string)) {
	for _, g := range p.all {
		for _, proto := range []endpoint.Proto{endpoint.TCP, endpoint.UDP} {
			if g.protos[proto].all() > 0 || proto == endpoint.TCP && g.protos[endpoint.UDP].all() == 0 {
				do(g, proto, g.labels+`proto="`+proto.String()+`",`)
			}
		}
	}
}

// value writes a sample. The labels have a comma behind each.
func (p *prometheus) value(name, labels string, v float64) {
	p.w.WriteString(name)
	if labels != "" {
		p.w.WriteString("{" + strings.TrimSuffix(labels, ",") + "}")
	}
	p.w.WriteString(" " + strconv.FormatFloat(v, 'f', -1, 64) + "\n")
}
