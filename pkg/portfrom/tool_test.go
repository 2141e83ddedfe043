package portfrom

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"portkit/pkg/cli"
	"portkit/pkg/internal/schematest"
	"portkit/pkg/record"
)

const scan = "../scanfile/nmap/testdata/sS.xml"

// packed returns a file compressed by gzip and by zstd.
func packed(t *testing.T, name string) (gz, zst string) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var a, b bytes.Buffer
	g := gzip.NewWriter(&a)
	g.Write(text)
	g.Close()
	z, err := zstd.NewWriter(&b)
	if err != nil {
		t.Fatal(err)
	}
	z.Write(text)
	z.Close()
	return a.String(), b.String()
}

func TestCompressedFiles(t *testing.T) {
	_, want, _ := runTool("", scan)
	gz, zst := packed(t, scan)
	for name, in := range map[string]string{"gzip": gz, "zstd": zst} {
		if status, out, said := runTool(in); status != 0 || out != want || said != "" {
			t.Errorf("%s: status %d, %d bytes, said %s", name, status, len(out), said)
		}
		if status, _, said := runTool(in[:len(in)/2]); status != 1 || !strings.Contains(said, "ends ") {
			t.Errorf("half of %s: status %d, said %s", name, status, said)
		}
		corrupt := in[:len(in)/2] + strings.Repeat("\xff", 100) + in[len(in)/2:]
		if status, _, said := runTool(corrupt); status != 3 && status != 1 || !strings.Contains(said, "portfrom: standard input: ") {
			t.Errorf("corrupt %s: status %d, said %s", name, status, said)
		}
	}
}

// TestEndsOfCompressedFiles reads files of several parts, and what follows them.
func TestEndsOfCompressedFiles(t *testing.T) {
	_, want, _ := runTool("", scan)
	gz, zst := packed(t, scan)
	text, err := os.ReadFile(scan)
	if err != nil {
		t.Fatal(err)
	}
	var long bytes.Buffer
	z, err := zstd.NewWriter(&long, zstd.WithWindowSize(64<<20))
	if err != nil {
		t.Fatal(err)
	}
	z.Write(text)
	z.Flush() // so that the size of the content is not known
	z.Write(text)
	z.Close()
	for name, c := range map[string]struct {
		in     string
		out    string
		status int
		said   string
	}{
		"gzip twice":      {gz + gz, want + want, 0, ""},
		"zstd twice":      {zst + zst, want + want, 0, ""},
		"zeros":           {gz + strings.Repeat("\x00", 700), want, 0, ""},
		"text after gzip": {gz + "text", want, 1, "other data follows the compressed file, and was left out"},
		"text after zstd": {zst + "text", want, 1, "other data follows the compressed file, and was left out"},
		"large window":    {long.String(), "", 3, "zstd -dc --long=31 FILE"},
	} {
		status, out, said := runTool(c.in)
		if status != c.status || out != c.out || !strings.Contains(said, c.said) || (said == "") != (c.said == "") {
			t.Errorf("%s: status %d, %d bytes, said %s", name, status, len(out), said)
		}
	}
}

func TestEmptyFilesAreNoError(t *testing.T) {
	gz, _ := packed(t, os.DevNull)
	for _, in := range []string{"", "\n \n", "\xef\xbb\xbf", gz} {
		if status, out, said := runTool(in); status != 0 || out != "" || said != "" {
			t.Errorf("%q: status %d, wrote %q, said %s", in, status, out, said)
		}
	}
}

// TestOneEndIsEnough reads from what goes on behind its end, as a terminal does.
func TestOneEndIsEnough(t *testing.T) {
	for _, text := range []string{"", "a", "192.0.2.7:80\n"} {
		in := &terminal{lines: []string{text, "192.0.2.8:80\n"}}
		var out bytes.Buffer
		cli.Run(Tool(), cli.IO{In: in, Out: &out, Err: io.Discard})
		if len(in.lines) != 1 {
			t.Errorf("%q: %d ends left, wrote %s", text, len(in.lines), &out)
		}
	}
}

// terminal ends after each line.
type terminal struct{ lines []string }

func (r *terminal) Read(p []byte) (int, error) {
	if len(r.lines) == 0 {
		return 0, io.ErrUnexpectedEOF
	}
	n := copy(p, r.lines[0])
	if r.lines[0] = r.lines[0][n:]; n > 0 {
		return n, nil
	}
	r.lines = r.lines[1:]
	return 0, io.EOF
}

// TestOtherFilesGoOn reads good files beside bad ones. The worst of them determines the
// status.
func TestOtherFilesGoOn(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	_, want, _ := runTool("", scan)
	torn, other, none := write("torn.xml", "<nmaprun>"), write("other", "other"), filepath.Join(dir, "none")
	noPort := filepath.Join("testdata", "scans", "zmap-closed.json")
	for _, c := range []struct {
		files  []string
		status int
	}{
		{[]string{scan, torn, scan}, 1},
		{[]string{scan, other, torn, scan}, 3},
		{[]string{none, scan, scan, torn}, 3},
		{[]string{scan, dir, scan}, 3},
		{[]string{scan, noPort, torn, scan}, 2},
		{[]string{noPort, other, scan, scan}, 3},
		{[]string{noPort, dir, scan, scan}, 3},
	} {
		if status, out, said := runTool("", c.files...); status != c.status || out != want+want || said == "" {
			t.Errorf("%q: status %d, %d bytes, said %s", c.files, status, len(out), said)
		}
	}
}

func TestPortFlag(t *testing.T) {
	for text, want := range map[string]string{
		"0": "not a port", "65536": "not a port", "http": "not a port", "53/sctp": "not a protocol", "1-2": "not a port",
	} {
		if status, _, said := runTool("", "--port", text); status != 2 || !strings.Contains(said, want) {
			t.Errorf("--port %s: status %d, said %s", text, status, said)
		}
	}
}

// TestRunningScan holds the tool to writing what it reads of a scan that is running.
func TestRunningScan(t *testing.T) {
	text, err := os.ReadFile(scan)
	if err != nil {
		t.Fatal(err)
	}
	first := bytes.Index(text, []byte("<runstats>"))
	in, scanner := io.Pipe()
	reader, out := io.Pipe()
	go func() {
		cli.Run(Tool(), cli.IO{In: in, Out: out, Err: io.Discard})
		out.Close()
	}()
	scanner.Write(text[:700])
	scanner.Write(text[700:first])
	lines := make(chan int)
	go func() {
		buf := make([]byte, 1<<20)
		n := 0
		for n < 118 {
			k, err := reader.Read(buf)
			n += bytes.Count(buf[:k], []byte("\n"))
			if err != nil {
				break
			}
		}
		lines <- n
		io.Copy(io.Discard, reader)
	}()
	select {
	case n := <-lines:
		if n != 118 {
			t.Errorf("%d lines", n)
		}
	case <-time.After(20 * time.Second):
		t.Error("no lines before the end of the scan")
	}
	scanner.Write(text[first:])
	scanner.Close()
}

// TestOutputMatchesItsSchema holds all results of the test data to the schema, and to what
// the tools read.
func TestOutputMatchesItsSchema(t *testing.T) {
	schema := schematest.Compile(t, record.Schema(record.KindImported))
	files := []string{scan, "../scanfile/nmap/testdata/sc.xml", "../scanfile/nmap/testdata/sU.xml", "../scanfile/nmap/testdata/sA.xml"}
	for _, s := range scans {
		files = append(files, filepath.Join("testdata", "scans", s.name))
	}
	n := 0
	for _, f := range files {
		_, out, _ := runTool("", "--port", "443", f)
		for line := range strings.Lines(out) {
			n++
			if err := schema.Validate([]byte(line)); err != nil {
				t.Errorf("%s: %s%v", f, line, err)
			}
			var r map[string]any
			if err := json.Unmarshal([]byte(line), &r); err != nil || r["source"] == nil {
				t.Errorf("%s: %v", line, err)
			}
		}
	}
	if n < 500 {
		t.Errorf("only %d records", n)
	}
}
