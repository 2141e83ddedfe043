package csv

import (
	stdcsv "encoding/csv"
	"encoding/json"
	"encoding/xml"
	"flag"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"portkit/pkg/cli"
	"portkit/pkg/endpoint"
	"portkit/pkg/internal/lab"
	"portkit/pkg/internal/reporttest"
	"portkit/pkg/ndjson"
	"portkit/pkg/record"
)

// rows parses CSV by RFC 4180: the same number of cells in each row, and CRLF after
// each.
func rows(t testing.TB, text string) [][]string {
	t.Helper()
	if strings.Count(text, "\r\n") != strings.Count(text, "\n") || !strings.HasSuffix(text, "\r\n") {
		t.Errorf("not every line ends with CRLF:\n%s", text)
	}
	r := stdcsv.NewReader(strings.NewReader(text))
	all, err := r.ReadAll()
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return all
}

var update = flag.Bool("update", false, "write the files in testdata")

func TestMain(m *testing.M) { lab.Main(m) }

func TestWriteMatchesFiles(t *testing.T) {
	r := reporttest.Named("services")
	reporttest.Golden(t, *update, "services.csv", Write, r)
	reporttest.Golden(t, *update, "services-ports.csv", WritePorts, r)
}

var spreadsheet = []record.Summary{
	func() record.Summary {
		s := reporttest.WithTimes(reporttest.Host("192.0.2.1", "192.0.2.1", endpoint.TCP,
			reporttest.Span(1, 12, endpoint.Closed, endpoint.ConnRefused), reporttest.Span(22, 23, endpoint.Open, endpoint.SynAck),
			reporttest.Span(80, 80, endpoint.Filtered, endpoint.NoResponse), reporttest.Span(81, 82, endpoint.Filtered, endpoint.HostUnreach),
			reporttest.Span(83, 83, endpoint.Filtered, endpoint.HostLost), reporttest.Span(84, 84, endpoint.Filtered, endpoint.HostSilent)), 1767323045678, 400, 1500)
		s.By = []byte(`"owner":"ops, \"the\" team","n":-5`)
		s.Found = []record.Found{{Port: 22, App: "ssh"}, {Port: 80, App: "x;y"}}
		return s
	}(),
	func() record.Summary {
		s := reporttest.Host("=cmd|' /C calc'!A0", "2001:db8::1", endpoint.UDP, reporttest.Span(53, 53, endpoint.OpenFiltered, endpoint.NoResponse))
		s.By = []byte(`"owner":" \t@SUM(1)"`)
		return s
	}(),
	reporttest.Host("nowhere.example", "", endpoint.TCP, reporttest.Span(22, 22, endpoint.Error, endpoint.ResolveFailed)),
	{Bad: 2},
}

func TestRowsMatch(t *testing.T) {
	r := reporttest.New(spreadsheet, "owner", "ip", "n")
	r.Stats, r.Escape = true, cli.Printable[string]
	want := [][]string{
		{
			"owner", "n", "host", "ip", "proto", "open_count", "closed_count", "filtered_count", "open_filtered_count", "error_count",
			"open", "closed", "filtered", "open_filtered", "error", "reasons", "apps",
			"first", "last", "rtt_count", "rtt_min_ms", "rtt_mean_ms", "rtt_median_ms", "rtt_p99_ms", "rtt_max_ms", "bad_records",
		},
		{
			`ops, "the" team`, "-5", "192.0.2.1", "192.0.2.1", "tcp", "2", "12", "5", "0", "0",
			"tcp:22-23", "tcp:1-12", "tcp:80-84", "", "", "conn-refused 12; host-unreach 2; no-response 1; syn-ack 2; host-silent 1; host-lost 1", "22 ssh; 80 x;y",
			"2026-01-02T03:04:05.678Z", "2026-01-02T03:04:05.678Z", "2", "0.400", "0.950", "0.448", "1.496", "1.500", "",
		},
		{
			` \u0009@SUM(1)`, "", "'=cmd|' /C calc'!A0", "2001:db8::1", "udp", "0", "0", "0", "1", "0",
			"", "", "", "udp:53", "", "no-response 1", "", "", "", "", "", "", "", "", "", "",
		},
		{
			"", "", "nowhere.example", "", "tcp", "0", "0", "0", "0", "1",
			"", "", "", "", "tcp:22", "resolve-failed 1", "", "", "", "", "", "", "", "", "", "",
		},
		append(make([]string, 25), "2"),
	}
	if diff := cmp.Diff(want, rows(t, reporttest.Text(t, Write, r))); diff != "" {
		t.Errorf("csv (- want, + got):\n%s", diff)
	}
	want = [][]string{{"owner", "n", "host", "ip", "port", "proto", "state", "reason", "service", "app", "product", "version", "tls_version", "tls_not_after", "tls_names", "http_status", "http_title", "accepts_all", "evidence", "tls_verify"}}
	for port := range 12 {
		want = append(want, []string{
			`ops, "the" team`, "-5", "192.0.2.1", "192.0.2.1", strconv.Itoa(port + 1), "tcp", "closed", "conn-refused",
			r.Services.Name(endpoint.TCP, uint16(port+1)), "",
		})
	}
	want = append(want,
		[]string{`ops, "the" team`, "-5", "192.0.2.1", "192.0.2.1", "22", "tcp", "open", "syn-ack", "ssh", "ssh"},
		[]string{`ops, "the" team`, "-5", "192.0.2.1", "192.0.2.1", "23", "tcp", "open", "syn-ack", "telnet", ""},
		[]string{`ops, "the" team`, "-5", "192.0.2.1", "192.0.2.1", "80", "tcp", "filtered", "no-response", "http", "x;y"},
		[]string{`ops, "the" team`, "-5", "192.0.2.1", "192.0.2.1", "81", "tcp", "filtered", "host-unreach", r.Services.Name(endpoint.TCP, 81), ""},
		[]string{`ops, "the" team`, "-5", "192.0.2.1", "192.0.2.1", "82", "tcp", "filtered", "host-unreach", r.Services.Name(endpoint.TCP, 82), ""},
		[]string{`ops, "the" team`, "-5", "192.0.2.1", "192.0.2.1", "83", "tcp", "filtered", "host-lost", r.Services.Name(endpoint.TCP, 83), ""},
		[]string{`ops, "the" team`, "-5", "192.0.2.1", "192.0.2.1", "84", "tcp", "filtered", "host-silent", r.Services.Name(endpoint.TCP, 84), ""},
		[]string{` \u0009@SUM(1)`, "", "'=cmd|' /C calc'!A0", "2001:db8::1", "53", "udp", "open|filtered", "no-response", "domain", ""},
		[]string{"", "", "nowhere.example", "", "22", "tcp", "error", "resolve-failed", "ssh", ""})
	for i := range want[1:] {
		want[i+1] = append(want[i+1], make([]string, 10)...)
	}
	if diff := cmp.Diff(want, rows(t, reporttest.Text(t, WritePorts, r))); diff != "" {
		t.Errorf("csv-ports (- want, + got):\n%s", diff)
	}
}

func TestEscapeFormula(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", ""},
		{"host.example", "host.example"},
		{"a-b", "a-b"},
		{"-5", "-5"},
		{"-1.5e-3", "-1.5e-3"},
		{"1e400", "1e400"},
		{"-inf", "'-inf"},
		{"-0x1p4", "'-0x1p4"},
		{"+49 30 1", "'+49 30 1"},
		{"=1+1", "'=1+1"},
		{" =1", " '=1"},
		{"\u00a0@x", "\u00a0'@x"},
		{"'=1", "''=1"},
		{`"=1`, `"'=1`},
		{"＝1", "'＝1"},
		{"a;=1", "a;'=1"},
		{"a, -x", "a, '-x"},
		{"x=1;y=2", "x=1;y=2"},
		{"-", "'-"},
	} {
		if got := escapeFormula(c.text); got != c.want {
			t.Errorf("%q becomes %q, want %q", c.text, got, c.want)
		}
	}
}

// anyText draws text with characters that are special to some reader of CSV.
func anyText(t *rapid.T, name string) string {
	pieces := []string{"=", "+", "-", "@", "\t", "\r", "\n", ",", ";", `"`, "'", " ", "1", "a", "ü", "\x1b", "\u202e", "＝", "|"}
	return strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 1, 8).Draw(t, name), "")
}

// Any text stays in its cell, reads the same, and is not a formula to a spreadsheet,
// whichever separator that uses.
func TestNoCellIsAFormula(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := reporttest.Host(anyText(rt, "host"), "", endpoint.TCP, reporttest.Span(80, 80, endpoint.Open, endpoint.SynAck))
		owner := anyText(rt, "owner")
		s.By = ndjson.AppendString([]byte(`"owner":`), owner)
		s.Found = []record.Found{{Port: 80, App: anyText(rt, "app")}}
		r := reporttest.New([]record.Summary{s}, "owner")
		r.Escape = cli.Printable[string]
		cells := rows(t, reporttest.Text(t, WritePorts, r))[1]
		for i, want := range map[int]string{0: owner, 1: string(s.Host), 8: s.Found[0].App} {
			want = r.Printable(want)
			if got := strings.ReplaceAll(cells[i], "'", ""); got != strings.ReplaceAll(want, "'", "") {
				rt.Fatalf("%q became %q", want, cells[i])
			}
			for _, piece := range strings.FieldsFunc(cells[i], func(r rune) bool { return r == ',' || r == ';' }) {
				piece = strings.TrimLeft(piece, " \"")
				if strings.IndexAny(piece, formula) == 0 && !isNumber(cells[i]) {
					rt.Fatalf("%q holds a formula: %q", cells[i], piece)
				}
			}
		}
	})
}

func TestLinesEndWithLFOnATerminal(t *testing.T) {
	r := reporttest.New(nil)
	r.Terminal = true
	if got := reporttest.Text(t, WritePorts, r); !strings.HasPrefix(got, "host,ip,") || !strings.HasSuffix(got, ",tls_verify\n") {
		t.Errorf("%q", got)
	}
	if got := reporttest.Text(t, Write, reporttest.New(nil)); strings.Count(got, "\r\n") != 1 {
		t.Errorf("without records the table is %q", got)
	}
}

func TestMillerReadsTheSameCells(t *testing.T) {
	r := reporttest.New(spreadsheet, "owner", "n")
	r.Stats, r.Escape = true, cli.Printable[string]
	for _, draw := range []reporttest.Format{Write, WritePorts} {
		text := reporttest.Text(t, draw, r)
		var got []map[string]string
		if err := json.Unmarshal([]byte(reporttest.Run(t, text, "mlr", "--icsv", "--ojson", "--infer-none", "cat")), &got); err != nil {
			t.Fatal(err)
		}
		all := rows(t, text)
		for i, cells := range all[1:] {
			for j, cell := range cells {
				if got[i][all[0][j]] != cell {
					t.Errorf("%s of row %d is %q to Miller, want %q", all[0][j], i, got[i][all[0][j]], cell)
				}
			}
		}
	}
}

// Gnumeric finds no formula, and no list of ports that is a number or a date.
func TestSpreadsheetReadsTheSameCells(t *testing.T) {
	r := reporttest.New(spreadsheet, "owner", "n")
	r.Stats, r.Escape = true, cli.Printable[string]
	for _, draw := range []reporttest.Format{Write, WritePorts} {
		in, out := filepath.Join(t.TempDir(), "in.csv"), filepath.Join(t.TempDir(), "out.xml")
		text := reporttest.Text(t, draw, r)
		if err := os.WriteFile(in, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		reporttest.Run(t, "", "ssconvert", "--import-type=Gnumeric_stf:stf_csvtab", "--export-type=Gnumeric_XmlIO:sax:0", in, out)
		cells := gnumeric(t, out)
		for i, row := range rows(t, text) {
			for j, want := range row {
				got := cells[[2]int{i, j}]
				if n, ok := number64(want); ok {
					if is, ok := number64(got.text); !ok || math.Abs(is-n) > 1e-8 {
						t.Errorf("row %d, column %d: a spreadsheet reads %s, want %s", i, j, got.text, want)
					}
				} else if got.text != want && want != "'"+got.text {
					t.Errorf("row %d, column %d: a spreadsheet reads %q, want %q", i, j, got.text, want)
				}
				if got.formula || strings.HasPrefix(want, "tcp:") && !got.isText {
					t.Errorf("row %d, column %d: %q is not text to a spreadsheet", i, j, want)
				}
			}
		}
	}
}

// number64 returns s as a spreadsheet's number: of a time, the days since the end
// of 1899.
func number64(s string) (float64, bool) {
	if at, err := time.Parse(time.RFC3339, s); err == nil {
		return at.Sub(time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)).Hours() / 24, true
	}
	n, err := strconv.ParseFloat(s, 64)
	return n, err == nil
}

type cell struct {
	text            string
	isText, formula bool
}

// gnumeric returns the cells of a file from Gnumeric by row and column. The value
// type of text is 60; a formula has none.
func gnumeric(t *testing.T, file string) map[[2]int]cell {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var book struct {
		Sheets []struct {
			Cells []struct {
				Row       int    `xml:"Row,attr"`
				Col       int    `xml:"Col,attr"`
				ValueType string `xml:"ValueType,attr"`
				Text      string `xml:",chardata"`
			} `xml:"Cells>Cell"`
		} `xml:"Sheets>Sheet"`
	}
	if err := xml.Unmarshal(text, &book); err != nil || len(book.Sheets) != 1 {
		t.Fatalf("%d sheets, %v", len(book.Sheets), err)
	}
	cells := map[[2]int]cell{}
	for _, c := range book.Sheets[0].Cells {
		cells[[2]int{c.Row, c.Col}] = cell{c.Text, c.ValueType == "60", c.ValueType == ""}
	}
	return cells
}
