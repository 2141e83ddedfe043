package report

import (
	"bufio"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"portkit/pkg/endpoint"
	"portkit/pkg/record"
)

// CSV writes a row for each summary record (RFC 4180).
func CSV(w io.Writer, r *Report) error {
	c := newCSV(w, r)
	for s := range r.Records {
		if c.header(summaryColumns(r)); s.Bad > 0 {
			c.bad(s)
			continue
		}
		c.summary(s)
	}
	c.header(summaryColumns(r))
	return c.w.Flush()
}

// CSVPorts writes a row for each endpoint (RFC 4180).
func CSVPorts(w io.Writer, r *Report) error {
	c := newCSV(w, r)
	c.header(columns(r, "host", "ip", "port", "proto", "state", "reason", "service", "app"))
	for s := range r.Records {
		if s.Bad == 0 {
			c.ports(s)
		}
	}
	return c.w.Flush()
}

// ownFields are the fields of By that are not columns anyway.
func (r *Report) ownFields() (names []string) {
	for _, name := range r.By {
		if name != "host" && name != "ip" && name != "proto" {
			names = append(names, name)
		}
	}
	return names
}

// columns are the fields of By, and others. A field that is called as another
// column gets by_ before its name.
func columns(r *Report, others ...string) (names []string) {
	for _, name := range r.ownFields() {
		for slices.Contains(others, name) || slices.Contains(names, name) {
			name = "by_" + name
		}
		names = append(names, name)
	}
	return append(names, others...)
}

// csv is rows that are being written. A failed write is kept by w.
type csv struct {
	w       *bufio.Writer
	report  *Report
	groups  groups
	named   bool // the header is written
	started bool // the row has a cell
	lineEnd string
}

func newCSV(w io.Writer, r *Report) *csv {
	own := *r
	own.By = r.ownFields()
	c := &csv{w: bufio.NewWriterSize(w, 64<<10), report: r, groups: groups{report: &own}, lineEnd: "\r\n"}
	if r.Terminal { // which shows the carriage return as an escape
		c.lineEnd = "\n"
	}
	return c
}

func summaryColumns(r *Report) []string {
	names := []string{"host", "ip", "proto"}
	var lists []string
	for state := endpoint.Open; state <= endpoint.Error; state++ {
		name := strings.ReplaceAll(state.String(), "|", "_")
		names, lists = append(names, name+"_count"), append(lists, name)
	}
	names = append(append(names, lists...), "reasons", "apps")
	if r.Stats {
		names = append(names, "first", "last", "rtt_count", "rtt_min_ms", "rtt_mean_ms", "rtt_median_ms", "rtt_p99_ms", "rtt_max_ms")
	}
	return columns(r, append(names, "bad_records")...)
}

// header writes the names of the columns, once.
func (c *csv) header(names []string) {
	if c.named {
		return
	}
	c.named = true
	c.texts(names...)
	c.end()
}

func (c *csv) summary(s *record.Summary) {
	c.key(s)
	c.texts(s.Proto.String())
	var t tally
	t.addSpans(s.Spans)
	for state := endpoint.Open; state <= endpoint.Error; state++ {
		c.number(int64(t.states[state]))
	}
	for state := endpoint.Open; state <= endpoint.Error; state++ {
		c.texts(portList(s.Proto, s.Spans, state))
	}
	c.texts(reasonCounts(&t), c.apps(s.Apps))
	if c.report.Stats {
		c.stats(&s.Stats)
	}
	c.texts("")
	c.end()
}

// bad writes the row of a count of bad records.
func (c *csv) bad(s *record.Summary) {
	by := c.groups.of(s)
	c.texts(by...)
	c.texts(make([]string, len(summaryColumns(c.report))-1-len(by))...)
	c.number(int64(s.Bad))
	c.end()
}

// key writes what a record is about.
func (c *csv) key(s *record.Summary) {
	for _, value := range c.groups.of(s) {
		c.texts(value)
	}
	c.texts(c.report.printable(string(s.Host)), c.report.printable(addrText(s.Addr)))
}

func (c *csv) stats(s *record.Stats) {
	if s.Last > 0 {
		c.texts(stamp(s.First), stamp(s.Last))
	} else {
		c.texts("", "")
	}
	h := &s.RTT
	if len(h.Bins) == 0 {
		c.texts("", "", "", "", "", "")
		return
	}
	c.number(h.Count())
	for _, us := range []float64{float64(h.Min), h.Mean(), h.Quantile(0.5), h.Quantile(0.99), float64(h.Max)} {
		c.raw(strconv.FormatFloat(us/1000, 'f', 3, 64))
	}
}

func (c *csv) ports(s *record.Summary) {
	apps := s.Apps
	for _, span := range s.Spans {
		for port := int(span.First); port <= int(span.Last); port++ {
			app := ""
			if len(apps) > 0 && int(apps[0].Port) == port {
				app, apps = c.report.printable(apps[0].Name), apps[1:]
			}
			c.key(s)
			c.number(int64(port))
			c.texts(s.Proto.String(), span.State.String(), span.Reason.String(), c.report.Services.Name(s.Proto, uint16(port)), app)
			c.end()
		}
	}
}

func (c *csv) end() {
	c.w.WriteString(c.lineEnd)
	c.started = false
}

// raw writes a cell that needs neither quotes nor care.
func (c *csv) raw(s string) {
	if c.started {
		c.w.WriteByte(',')
	}
	c.started = true
	c.w.WriteString(s)
}

func (c *csv) number(n int64) { c.raw(strconv.FormatInt(n, 10)) }

// texts writes cells, quoted unless they are plain.
func (c *csv) texts(cells ...string) {
	for _, s := range cells {
		if s = escapeFormula(s); strings.IndexFunc(s, needsQuotes) >= 0 {
			s = `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
		}
		c.raw(s)
	}
}

// needsQuotes tells which characters some reader takes for something: a
// separator above all, which spreadsheets guess from how often they meet it.
func needsQuotes(r rune) bool {
	return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '.' || r == '_')
}

// escapeFormula puts an apostrophe before what a spreadsheet would take for a formula:
// a text that begins, behind blanks, with = + - @ or the wide forms of them,
// or goes on so behind what is a separator to some. Numbers stay numbers.
func escapeFormula(s string) string {
	if !strings.ContainsAny(s, formula) || isNumber(s) {
		return s
	}
	var b strings.Builder
	begins := true
	for _, r := range s {
		switch {
		case begins && strings.ContainsRune(formula, r):
			b.WriteByte('\'')
			begins = false
		case r == ',' || r == ';':
			begins = true
		case !unicode.IsSpace(r) && r != '\'' && r != '"':
			begins = false
		}
		b.WriteRune(r)
	}
	return b.String()
}

const formula = "=+-@＝＋－＠﹢﹣"

func isNumber(s string) bool {
	_, err := strconv.ParseFloat(s, 64)
	return err == nil && s[0] != '+' && strings.Trim(s, "0123456789.eE+-") == ""
}

// portList writes the ports of a state as portgen reads them, the protocol
// in front: without that, spreadsheets make 22,80 a number and 1-12 a date.
func portList(proto endpoint.Proto, spans []record.Span, state endpoint.State) string {
	var b []byte
	for i := 0; i < len(spans); i++ {
		if spans[i].State != state {
			continue
		}
		first, last := spans[i].First, spans[i].Last
		for i+1 < len(spans) && spans[i+1].State == state && spans[i+1].First == last+1 {
			i++
			last = spans[i].Last
		}
		if len(b) == 0 {
			b = append(append(b, proto.String()...), ':')
		} else {
			b = append(b, ',')
		}
		b = strconv.AppendUint(b, uint64(first), 10)
		if last > first {
			b = strconv.AppendUint(append(b, '-'), uint64(last), 10)
		}
	}
	return string(b)
}

// reasonCounts lists reasons with how often each was given.
func reasonCounts(t *tally) string {
	var parts []string
	for r := endpoint.Reason(1); int(r) < endpoint.Reasons; r++ {
		n := uint64(0)
		for state := range t.reasons {
			n += t.reasons[state][r]
		}
		if n > 0 {
			parts = append(parts, r.String()+" "+strconv.FormatUint(n, 10))
		}
	}
	return strings.Join(parts, "; ")
}

func (c *csv) apps(apps []record.App) string {
	var parts []string
	for _, a := range apps {
		parts = append(parts, strconv.Itoa(int(a.Port))+" "+c.report.printable(a.Name))
	}
	return strings.Join(parts, "; ")
}
