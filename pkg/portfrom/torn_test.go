package portfrom

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"portkit/pkg/endpoint"
	"portkit/pkg/ndjson"
	"portkit/pkg/record"
	"portkit/pkg/scanfile"
	"portkit/pkg/service"
)

// readAs reads a file in a format. It is much faster than the tool, which loads the registered
// services. bad is the number of lines that could not be read.
func readAs(format, text string, port uint16, services *service.Table) (written string, bad int, err error) {
	var out bytes.Buffer
	var report counter
	all := Formats()
	f := &all[slices.IndexFunc(all, func(f scanfile.Format) bool { return f.Name == format })]
	err = f.Read(&scanfile.Input{Reader: strings.NewReader(text), Port: port}, scanfile.NewOutput(&out, services, &report))
	return out.String(), int(report), err
}

type counter int

func (c *counter) Bad(int64, string) { *c++ }
func (c *counter) Note(string)       {}

// TestTornFilesGiveWholeRecords cuts each file at many bytes.
func TestTornFilesGiveWholeRecords(t *testing.T) {
	const step = 61 // a prime, so that the cuts differ from line to line
	services := service.Load()
	for _, s := range scans {
		b, err := os.ReadFile(filepath.Join("testdata", "scans", s.name))
		if err != nil {
			t.Fatal(err)
		}
		text := string(b)
		whole, _, _ := readAs(s.format, text, 161, services)
		for n := step; n < len(text); n += step {
			out, bad, err := readAs(s.format, text[:n], 161, services)
			if !strings.HasPrefix(whole, out) || bad > 0 {
				t.Errorf("%s: %d bad lines after %d bytes, %v, wrote\n%s", s.name, bad, n, err, out)
			}
			if end := text[n-1]; err == nil && !strings.ContainsRune("\n}]", rune(end)) {
				t.Errorf("%s: no error although it ends after %d bytes with %q", s.name, n, text[max(0, n-20):n])
			}
		}
	}
}

// TestWholeRecordsAreWritten splits each file between two results, and puts its head before the
// second part: both parts together must have the records of the whole. So the first part, which
// is torn, has all that are whole in it.
func TestWholeRecordsAreWritten(t *testing.T) {
	services := service.Load()
	for _, s := range scans {
		b, err := os.ReadFile(filepath.Join("testdata", "scans", s.name))
		if err != nil {
			t.Fatal(err)
		}
		head, units := split(s.format, string(b))
		whole, _, _ := readAs(s.format, string(b), 161, services)
		for n := range units {
			first, _, _ := readAs(s.format, head+strings.Join(units[:n], ""), 161, services)
			second, _, _ := readAs(s.format, head+strings.Join(units[n:], ""), 161, services)
			// A repeated reply is left out unless the two are in different parts.
			if len(first+second) < len(whole) || s.format != "zmap-json" && first+second != whole {
				t.Errorf("%s: of %d results the first %d give %d bytes, the others %d, all %d", s.name, len(units), n, len(first), len(second), len(whole))
			}
		}
	}
}

// split returns what is before the first result of a file, and the parts of the file with one
// result or host each.
func split(format, text string) (head string, units []string) {
	end := "\n"
	if format == "nmap-xml" {
		end = "</host>"
	}
	units = strings.SplitAfter(text, end)
	if format == "nmap-xml" {
		i := strings.Index(units[0], "<host")
		return units[0][:i], append([]string{units[0][i:]}, units[1:]...)
	}
	for strings.HasPrefix(units[0], "#") || units[0] == "[\n" || strings.HasPrefix(units[0], "saddr,") {
		head, units = head+units[0], units[1:]
	}
	return head, units
}

// FuzzFormats reads any text in every format. What is written must be result records, with
// reasons from which their states follow, or endpoint records.
func FuzzFormats(f *testing.F) {
	for _, s := range scans {
		text, err := os.ReadFile(filepath.Join("testdata", "scans", s.name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text[:min(len(text), 2000)]), s.format)
	}
	names := strings.Split(formatNames(), ",")[1:]
	services := service.Load()
	f.Fuzz(func(t *testing.T, text, format string) {
		if !slices.Contains(names, format) {
			format = names[len(format)%len(names)]
		}
		out, _, err := readAs(format, text, 53, services)
		var broken *scanfile.Broken
		if err != nil && !errors.As(err, &broken) {
			t.Errorf("%s: %v", format, err)
		}
		var d record.Decoder
		for line := range strings.Lines(out) {
			checkRecord(t, &d, ndjson.Line{No: 1, Text: []byte(strings.TrimSuffix(line, "\n"))})
		}
	})
}

// checkRecord checks a record that was written.
func checkRecord(t *testing.T, d *record.Decoder, l ndjson.Line) {
	t.Helper()
	var r record.Result
	var in record.Input
	if err := d.Input(l, &in); err != nil {
		t.Fatalf("%s: %v", l.Text, err)
	}
	if !strings.Contains(string(l.Text), `"state":`) {
		return
	}
	switch err := d.Result(l, &r); {
	case err != nil || r.Unusable != nil:
		t.Errorf("%s: %v, %v", l.Text, err, r.Unusable)
	case r.Reason.State(in.Proto) != r.State && r.Reason != endpoint.NoResponse && r.Reason != endpoint.PortUnreach:
		t.Errorf("%s: the state does not follow from the reason", l.Text)
	}
}

// TestRunningScansShowTheirFormat holds the tool to the lines of a scan that is running up to
// its first result or header. With --format it does not wait for these.
func TestRunningScansShowTheirFormat(t *testing.T) {
	for _, s := range scans {
		b, err := os.ReadFile(filepath.Join("testdata", "scans", s.name))
		if err != nil {
			t.Fatal(err)
		}
		if s.format == "nmap-xml" {
			continue
		}
		var begun []byte
		for line := range bytes.Lines(b) {
			begun = append(begun, line...)
			if line[0] != '#' && string(line) != "[\n" {
				break
			}
		}
		for _, c := range []struct {
			format string
			text   []byte
		}{{"auto", begun}, {"auto", append([]byte("\xef\xbb\xbf\n"), begun...)}, {s.format, begun[:1]}} {
			run := Command{Format: c.format}
			in := io.MultiReader(bytes.NewReader(c.text), waits{t, s.name})
			if head, _ := run.peek(bufio.NewReader(in)); find(c.format, head) == nil || find(c.format, head).Name != s.format {
				t.Errorf("%s: %.100q is not recognized", s.name, c.text)
			}
		}
	}
}

// waits is the rest of a scan that is running.
type waits struct {
	t    *testing.T
	name string
}

func (w waits) Read([]byte) (int, error) {
	w.t.Errorf("%s: waits for more than the first result", w.name)
	return 0, io.EOF
}
