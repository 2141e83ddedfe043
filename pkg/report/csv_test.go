package report

import (
	"bytes"
	stdcsv "encoding/csv"
	"encoding/json"
	"encoding/xml"
	"io"
	"math"
	"os"
	"os/exec"
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
	"portkit/pkg/ndjson"
	"portkit/pkg/record"
)

type format = func(io.Writer, *Report) error

// drawn is a report in a format, as a string.
func drawn(t testing.TB, draw format, r *Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := draw(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// rows reads CSV as RFC 4180 has it: the same number of cells in each row,
// and CRLF behind each.
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

var spreadsheet = []record.Summary{
	func() record.Summary {
		s := withTimes(host("192.0.2.1", "192.0.2.1", endpoint.TCP,
			span(1, 12, endpoint.Closed, endpoint.ConnRefused), span(22, 23, endpoint.Open, endpoint.SynAck),
			span(80, 80, endpoint.Filtered, endpoint.NoResponse), span(81, 82, endpoint.Filtered, endpoint.HostUnreach)), 1767323045678, 400, 1500)
		s.By = []byte(`"owner":"ops, \"the\" team","n":-5`)
		s.Apps = []record.App{{Port: 22, Name: "ssh"}, {Port: 80, Name: "x;y"}}
		return s
	}(),
	func() record.Summary {
		s := host("=cmd|' /C calc'!A0", "2001:db8::1", endpoint.UDP, span(53, 53, endpoint.OpenFiltered, endpoint.NoResponse))
		s.By = []byte(`"owner":" \t@SUM(1)"`)
		return s
	}(),
	host("nowhere.example", "", endpoint.TCP, span(22, 22, endpoint.Error, endpoint.ResolveFailed)),
	{Bad: 2},
}

func TestCSV(t *testing.T) {
	r := reportOf(spreadsheet, "owner", "ip", "n")
	r.Stats, r.Escape = true, cli.Printable[string]
	want := [][]string{
		{
			"owner", "n", "host", "ip", "proto", "open_count", "closed_count", "filtered_count", "open_filtered_count", "error_count",
			"open", "closed", "filtered", "open_filtered", "error", "reasons", "apps",
			"first", "last", "rtt_count", "rtt_min_ms", "rtt_mean_ms", "rtt_median_ms", "rtt_p99_ms", "rtt_max_ms", "bad_records",
		},
		{
			`ops, "the" team`, "-5", "192.0.2.1", "192.0.2.1", "tcp", "2", "12", "3", "0", "0",
			"tcp:22-23", "tcp:1-12", "tcp:80-82", "", "", "conn-refused 12; host-unreach 2; no-response 1; syn-ack 2", "22 ssh; 80 x;y",
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
	if diff := cmp.Diff(want, rows(t, drawn(t, CSV, r))); diff != "" {
		t.Errorf("csv (- want, + got):\n%s", diff)
	}
	want = [][]string{{"owner", "n", "host", "ip", "port", "proto", "state", "reason", "service", "app"}}
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
		[]string{` \u0009@SUM(1)`, "", "'=cmd|' /C calc'!A0", "2001:db8::1", "53", "udp", "open|filtered", "no-response", "domain", ""},
		[]string{"", "", "nowhere.example", "", "22", "tcp", "error", "resolve-failed", "ssh", ""})
	if diff := cmp.Diff(want, rows(t, drawn(t, CSVPorts, r))); diff != "" {
		t.Errorf("csv-ports (- want, + got):\n%s", diff)
	}
}

func TestInert(t *testing.T) {
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

// anyText draws texts that mean something to some reader of CSV.
func anyText(t *rapid.T, name string) string {
	pieces := []string{"=", "+", "-", "@", "\t", "\r", "\n", ",", ";", `"`, "'", " ", "1", "a", "ü", "\x1b", "\u202e", "＝", "|"}
	return strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 1, 8).Draw(t, name), "")
}

// TestNoCellIsAFormula: whatever a text is, it stays in its cell, says the
// same, and no spreadsheet would compute it, wherever it parts lines.
func TestNoCellIsAFormula(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := host(anyText(rt, "host"), "", endpoint.TCP, span(80, 80, endpoint.Open, endpoint.SynAck))
		owner := anyText(rt, "owner")
		s.By = ndjson.AppendString([]byte(`"owner":`), owner)
		s.Apps = []record.App{{Port: 80, Name: anyText(rt, "app")}}
		r := reportOf([]record.Summary{s}, "owner")
		r.Escape = cli.Printable[string]
		cells := rows(t, drawn(t, CSVPorts, r))[1]
		for i, want := range map[int]string{0: owner, 1: string(s.Host), 8: s.Apps[0].Name} {
			want = r.printable(want)
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

func TestCSVOnATerminal(t *testing.T) {
	r := reportOf(nil)
	r.Terminal = true
	if got := drawn(t, CSVPorts, r); got != "host,ip,port,proto,state,reason,service,app\n" {
		t.Errorf("%q", got)
	}
	if got := drawn(t, CSV, reportOf(nil)); strings.Count(got, "\r\n") != 1 {
		t.Errorf("nothing at all gives %q", got)
	}
}

// run runs another program on a text and returns what it says.
func run(t *testing.T, input, name string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		lab.Skip(t, name+" is not installed")
	}
	cmd := exec.Command(name, args...)
	var out, talk strings.Builder
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(input), &out, &talk
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v\n%s%s\n%s", name, err, &out, &talk, input)
	}
	return out.String() + talk.String()
}

// TestCSVByMiller reads both tables with Miller and compares what it makes of
// them with what was written.
func TestCSVByMiller(t *testing.T) {
	r := reportOf(spreadsheet, "owner", "n")
	r.Stats, r.Escape = true, cli.Printable[string]
	for _, draw := range []format{CSV, CSVPorts} {
		text := drawn(t, draw, r)
		var got []map[string]string
		if err := json.Unmarshal([]byte(run(t, text, "mlr", "--icsv", "--ojson", "--infer-none", "cat")), &got); err != nil {
			t.Fatal(err)
		}
		all := rows(t, text)
		for i, cells := range all[1:] {
			for j, cell := range cells {
				if got[i][all[0][j]] != cell {
					t.Errorf("%s of row %d is %q to Miller, %q was written", all[0][j], i, got[i][all[0][j]], cell)
				}
			}
		}
	}
}

// TestCSVByASpreadsheet has Gnumeric read the tables and write them again: no
// formula, no date, no list of ports taken for a number.
func TestCSVByASpreadsheet(t *testing.T) {
	r := reportOf(spreadsheet, "owner", "n")
	r.Stats, r.Escape = true, cli.Printable[string]
	for _, draw := range []format{CSV, CSVPorts} {
		in, out := filepath.Join(t.TempDir(), "in.csv"), filepath.Join(t.TempDir(), "out.xml")
		text := drawn(t, draw, r)
		write(t, in, text)
		run(t, "", "ssconvert", "--import-type=Gnumeric_stf:stf_csvtab", "--export-type=Gnumeric_XmlIO:sax:0", in, out)
		cells := gnumeric(t, out)
		for i, row := range rows(t, text) {
			for j, want := range row {
				got := cells[[2]int{i, j}]
				if n, ok := number64(want); ok {
					if is, ok := number64(got.text); !ok || math.Abs(is-n) > 1e-8 {
						t.Errorf("row %d, column %d: %s was written, a spreadsheet has %s", i, j, want, got.text)
					}
				} else if got.text != want && want != "'"+got.text {
					t.Errorf("row %d, column %d: %q was written, a spreadsheet has %q", i, j, want, got.text)
				}
				if got.formula || strings.HasPrefix(want, "tcp:") && !got.isText {
					t.Errorf("row %d, column %d: %q is no text to a spreadsheet", i, j, want)
				}
			}
		}
	}
}

// number64 is the number that a spreadsheet is to see: of a time, the days
// since the end of 1899.
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

// gnumeric reads the cells of a file that Gnumeric wrote, by row and column.
// The value type of a text is 60; a formula has none.
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

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
