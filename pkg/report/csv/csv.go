// Package csv writes reports for spreadsheets and data tools (RFC 4180).
package csv

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"portkit/pkg/endpoint"
	"portkit/pkg/record"
	"portkit/pkg/report"
)

// Write writes a row for each summary record.
func Write(w io.Writer, r *report.Report) error {
	t := newTable(w, r)
	columns := t.head(summaryColumns(r))
	for s := range r.Records {
		if s.Bad > 0 {
			by := t.values.Of(s)
			t.text(by...)
			t.text(make([]string, columns-1-len(by))...)
			t.number(int64(s.Bad))
		} else {
			t.summary(s)
		}
		t.end()
	}
	return t.w.Flush()
}

// WritePorts writes a row for each endpoint. Cells for what only results contain, such
// as the HTTP status, are empty where the input was a summary.
func WritePorts(w io.Writer, r *report.Report) error {
	t := newTable(w, r)
	t.head([]string{
		"host", "ip", "port", "proto", "state", "reason", "service", "app",
		"product", "version", "tls_version", "tls_not_after", "tls_names", "http_status", "http_title", "accepts_all",
		"evidence", "tls_verify",
	})
	for s := range r.Records {
		t.ports(s)
	}
	return t.w.Flush()
}

func summaryColumns(r *report.Report) []string {
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
	return append(names, "bad_records")
}

// table writes rows. w keeps the error of a failed write until Flush.
type table struct {
	w       *bufio.Writer
	report  *report.Report // without the fields that are columns of their own
	values  *report.Values
	started bool // the row has a cell
	lineEnd string
}

func newTable(w io.Writer, r *report.Report) *table {
	r = r.ByOthers("host", "ip", "proto")
	t := &table{w: bufio.NewWriterSize(w, 64<<10), report: r, values: r.Values(), lineEnd: "\r\n"}
	if r.Terminal { // a terminal would show the carriage return as an escape
		t.lineEnd = "\n"
	}
	return t
}

// head writes the names of the columns: the fields to group by, with by_ before
// a name that another column has, and own. It returns their number.
func (t *table) head(own []string) int {
	var by []string
	for _, name := range t.report.By {
		for slices.Contains(own, name) || slices.Contains(by, name) {
			name = "by_" + name
		}
		by = append(by, name)
	}
	t.text(by...)
	t.text(own...)
	t.end()
	return len(by) + len(own)
}

// key writes the cells that identify a record.
func (t *table) key(s *record.Summary) {
	t.text(t.values.Of(s)...)
	t.text(t.report.Printable(string(s.Host)), t.report.Address(s.Addr))
}

func (t *table) summary(s *record.Summary) {
	t.key(s)
	t.text(s.Proto.String())
	var n report.Tally
	n.Add(s.Spans)
	for state := endpoint.Open; state <= endpoint.Error; state++ {
		t.number(int64(n.States[state]))
	}
	for state := endpoint.Open; state <= endpoint.Error; state++ {
		t.text(report.ProtoRanges(s, state))
	}
	var reasons, apps []string
	for reason, n := range n.Reasons {
		reasons = append(reasons, fmt.Sprintf("%s %d", reason, n))
	}
	for i := range s.Found {
		if f := &s.Found[i]; f.App != "" {
			apps = append(apps, fmt.Sprintf("%d %s", f.Port, t.report.Printable(f.App)))
		}
	}
	t.text(strings.Join(reasons, "; "), strings.Join(apps, "; "))
	if t.report.Stats {
		t.stats(&s.Stats)
	}
	t.text("")
}

func (t *table) stats(s *record.Stats) {
	if s.Last > 0 {
		t.text(timestamp(s.First), timestamp(s.Last))
	} else {
		t.text("", "")
	}
	h := &s.RTT
	if len(h.Bins) == 0 {
		t.text("", "", "", "", "", "")
		return
	}
	t.number(h.Count())
	for _, us := range []float64{float64(h.Min), h.Mean(), h.Quantile(0.5), h.Quantile(0.99), float64(h.Max)} {
		t.cell(strconv.FormatFloat(us/1000, 'f', 3, 64))
	}
}

// timestamp returns milliseconds since 1970 as result records contain them.
func timestamp(ms int64) string { return time.UnixMilli(ms).UTC().Format("2006-01-02T15:04:05.000Z") }

func (t *table) ports(s *record.Summary) {
	found := s.Found
	for _, span := range s.Spans {
		for port := int(span.First); port <= int(span.Last); port++ {
			f := record.Found{}
			if len(found) > 0 && int(found[0].Port) == port {
				f, found = found[0], found[1:]
			}
			t.key(s)
			t.number(int64(port))
			t.text(s.Proto.String(), span.State.String(), span.Reason.String(), t.report.Services.Name(s.Proto, uint16(port)))
			t.service(&f, s.AcceptsAllAt(uint16(port)), s.UnidentifiedAt(uint16(port)))
			t.end()
		}
	}
}

// service writes the cells about the service on a port.
func (t *table) service(f *record.Found, acceptsAll bool, why endpoint.Unidentified) {
	acceptsText, evidence := "", why.String()
	if acceptsAll {
		acceptsText, evidence = "true", endpoint.EvidenceAcceptsAll
	}
	if f.App == "" && f.Product == "" && f.Cert == "" && f.Detail == "" {
		t.text("", "", "", "", "", "", "", "", acceptsText, evidence, "") // as for most ports
		return
	}
	s := f.Service()
	if f.App != "" {
		evidence = s.Evidence
	}
	notAfter, names := "", ""
	if s.Cert != nil {
		names = strings.Join(s.Cert.Names, "; ")
		notAfter = date(s.Cert.NotAfter)
	}
	for _, text := range []string{f.App, s.Product, s.Version, s.TLSVersion, notAfter, names, s.HTTPStatus, s.HTTPTitle, acceptsText, evidence, s.TLSVerify} {
		t.text(t.report.Printable(text))
	}
}

// date returns a time; "" if it is unknown.
func date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}

func (t *table) end() {
	t.w.WriteString(t.lineEnd)
	t.started = false
}

// cell writes a cell without quotes.
func (t *table) cell(s string) {
	if t.started {
		t.w.WriteByte(',')
	}
	t.started = true
	t.w.WriteString(s)
}

func (t *table) number(n int64) { t.cell(strconv.FormatInt(n, 10)) }

// text writes cells, quoted unless all their characters are safe. encoding/csv
// quotes less: spreadsheets guess the separator from how often they find it
// outside quotes.
func (t *table) text(cells ...string) {
	for _, s := range cells {
		if s = escapeFormula(s); strings.IndexFunc(s, needsQuotes) >= 0 {
			s = `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
		}
		t.cell(s)
	}
}

// needsQuotes reports whether r may be a separator to some reader.
func needsQuotes(r rune) bool {
	return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '.' || r == '_')
}

// escapeFormula prefixes text that a spreadsheet would evaluate with an
// apostrophe: text that begins, possibly after blanks, with = + - @ or their wide
// forms, also after a character that may be a separator. Numbers are unchanged.
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
