// Package prometheus writes reports as metrics.
package prometheus

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"

	"portkit/pkg/endpoint"
	"portkit/pkg/histogram"
	"portkit/pkg/record"
	"portkit/pkg/report"
)

// Write writes totals in the text format of Prometheus, for the textfile
// collector of its node exporter. There is one series for each group, protocol
// and state. Hosts and ports have none unless r is grouped by them.
func Write(w io.Writer, r *report.Report) error {
	m := &metrics{w: bufio.NewWriterSize(w, 64<<10), labels: map[string]string{}}
	for i, label := range labelNames(r.By, "proto", "state", "reason", "le", "app") {
		m.labels[r.By[i]] = label
	}
	m.endpoint = r.ByOthers("host", "ip", "proto")
	m.collect(r.ByOthers("proto")) // which is a label of its own
	m.write(r.Stats)
	return m.w.Flush()
}

// metrics writes metrics. w keeps the error of a failed write until Flush.
type metrics struct {
	w      *bufio.Writer
	labels map[string]string // names of the labels by field
	all    []*series
	bad    uint64

	endpoint *report.Report // grouped as the metrics of an endpoint are
}

// series is the metrics of a group.
type series struct {
	*report.Group
	labels string // `owner="ops",`
	protos [2]report.Tally
	apps   [2]map[string]int // open ports by protocol recognized
	rtts   [2]histogram.Histogram
}

// labelNames returns names of labels for fields: letters, digits and underscores,
// all different and none of them a label of ours.
func labelNames(fields []string, ours ...string) []string {
	taken := map[string]bool{}
	for _, name := range ours {
		taken[name] = true
	}
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

func (m *metrics) collect(r *report.Report) {
	groups := r.Groups()
	known := map[*report.Group]*series{}
	find := func(s *record.Summary) *series {
		g := groups.Of(s)
		if known[g] == nil {
			known[g] = &series{Group: g}
			for i, value := range g.Values {
				known[g].labels += label(m.labels[r.By[i]], value)
			}
			m.all = append(m.all, known[g])
		}
		return known[g]
	}
	if len(r.By) == 0 {
		find(&record.Summary{}) // zeros are more useful than no metric
	}
	for s := range r.Records {
		if s.Bad > 0 {
			m.bad += s.Bad
			continue
		}
		g := find(s)
		g.protos[s.Proto&1].Add(s.Spans)
		g.rtts[s.Proto&1].Merge(&s.Stats.RTT)
		g.services(r, s)
	}
}

var labelEscaper = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

func (m *metrics) write(times bool) {
	m.head("portkit_hosts", "gauge", "Hosts with results.")
	m.each("portkit_hosts", func(g *series) float64 { return float64(g.Hosts) })
	m.head("portkit_hosts_open", "gauge", "Hosts with an open port.")
	m.each("portkit_hosts_open", func(g *series) float64 { return float64(g.Open) })
	m.head("portkit_ports", "gauge", "Ports by protocol and state.")
	m.states()
	m.head("portkit_reasons", "gauge", "Ports by protocol and reason.")
	m.reasons()
	m.apps()
	m.certificates()
	m.head("portkit_bad_records", "gauge", "Unreadable records and lines.")
	m.value("portkit_bad_records", "", float64(m.bad))
	if times {
		m.times()
	}
}

func (m *metrics) times() {
	m.timestamp("portkit_first_result_timestamp_seconds", "Time of the first result.", func(g *series) int64 { return g.Times.First })
	m.timestamp("portkit_last_result_timestamp_seconds", "Time of the last result.", func(g *series) int64 { return g.Times.Last })
	m.head("portkit_rtt_seconds", "histogram", "Round-trip times of the replies.")
	m.eachProto(func(g *series, proto endpoint.Proto, labels string) { m.histogram(labels, &g.rtts[proto]) })
}

// timestamp omits unknown times: a rule would read 0 as 1970.
func (m *metrics) timestamp(name, help string, ms func(*series) int64) {
	m.head(name, "gauge", help)
	for _, g := range m.all {
		if ms(g) > 0 {
			m.value(name, g.labels, float64(ms(g))/1000)
		}
	}
}

// states writes a series for each state, also for those without ports: a rule
// needs a value to compare.
func (m *metrics) states() {
	m.eachProto(func(g *series, proto endpoint.Proto, labels string) {
		for state := endpoint.Open; state <= endpoint.Error; state++ {
			m.value("portkit_ports", labels+`state="`+state.String()+`",`, float64(g.protos[proto].States[state]))
		}
	})
}

func (m *metrics) reasons() {
	m.eachProto(func(g *series, proto endpoint.Proto, labels string) {
		for r, n := range g.protos[proto].Reasons {
			m.value("portkit_reasons", labels+`reason="`+r.String()+`",`, float64(n))
		}
	})
}

// The bounds of the buckets are fixed, so that histograms can be compared: 2^6
// to 2^24 µs, 64 µs to 17 s.
const firstPower, lastPower = 6, 24

func (m *metrics) histogram(labels string, h *histogram.Histogram) {
	n, i := int64(0), 0
	for power := firstPower; power <= lastPower; power++ {
		for ; i < len(h.Bins) && histogram.Upper(h.Bins[i].Bucket) <= 1<<power; i++ {
			n += h.Bins[i].Count
		}
		le := strconv.FormatFloat(float64(int64(1)<<power)/1e6, 'g', -1, 64)
		m.value("portkit_rtt_seconds_bucket", labels+`le="`+le+`",`, float64(n))
	}
	m.value("portkit_rtt_seconds_bucket", labels+`le="+Inf",`, float64(h.Count()))
	m.value("portkit_rtt_seconds_sum", labels, float64(h.Sum)/1e6)
	m.value("portkit_rtt_seconds_count", labels, float64(h.Count()))
}

func (m *metrics) head(name, kind, help string) {
	fmt.Fprintf(m.w, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
}

func (m *metrics) each(name string, value func(*series) float64) {
	for _, g := range m.all {
		m.value(name, g.labels, value(g))
	}
}

// eachProto calls do for the protocols that each group has ports of, TCP if it
// has none.
func (m *metrics) eachProto(do func(g *series, proto endpoint.Proto, labels string)) {
	for _, g := range m.all {
		for _, proto := range []endpoint.Proto{endpoint.TCP, endpoint.UDP} {
			if g.protos[proto].Total() > 0 || proto == endpoint.TCP && g.protos[endpoint.UDP].Total() == 0 {
				do(g, proto, g.labels+`proto="`+proto.String()+`",`)
			}
		}
	}
}

// value writes a sample. Each label ends with a comma.
func (m *metrics) value(name, labels string, v float64) {
	m.w.WriteString(name)
	if labels != "" {
		m.w.WriteString("{" + strings.TrimSuffix(labels, ",") + "}")
	}
	m.w.WriteString(" " + strconv.FormatFloat(v, 'f', -1, 64) + "\n")
}
