package portprobe

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"portkit/pkg/cli"
)

func TestEmptyInputIsExplained(t *testing.T) {
	const message = "portprobe: no endpoints: the input is empty\n"
	for _, c := range []struct {
		in, args, want string
		status         int
	}{
		{"", "", message, 0},
		{"# nothing\n\n", "", message, 0},
		{"", "-q", "", 0},
		{"", "/nosuch/file", "portprobe: /nosuch/file: no such file or directory\n", 3},
		{"10.0.0.1:1\n", "", "", 0},
	} {
		r := tool(t, c.in, append(strings.Fields(c.args), "--simulate", "")...)
		if r.err != c.want || r.status != c.status {
			t.Errorf("portprobe %s < %q: %+v, want %q", c.args, c.in, r, c.want)
		}
	}
}

func TestResumeNamesItsFileInAPipe(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	pipe, err := w.Stat()
	if err != nil {
		t.Fatal(err)
	}
	for _, out := range []fs.FileInfo{pipe, nil} {
		name := filepath.Join(t.TempDir(), "scan.ndjson")
		with := cli.IO{In: strings.NewReader("10.0.0.1:1\n"), Args: []string{"--simulate", "", "--resume", name}, OutFile: out}
		want := ""
		if out != nil {
			want = "portprobe: results are in " + name + ", not on standard output\n"
		}
		if got := toolWith(t, with); got.err != want || got.status != 0 {
			t.Errorf("%+v, want %q", got, want)
		}
	}
}

func TestTargetsInPlaceOfFiles(t *testing.T) {
	for _, c := range []struct{ arg, want string }{
		{"127.0.0.1", "portprobe: 127.0.0.1: no such file; targets belong to portgen; use: portgen 127.0.0.1 --top 1000 | portprobe --simulate ''\n"},
		{"127.0.0.1:22", "portprobe: 127.0.0.1:22: no such file; targets belong to portgen; use: portgen 127.0.0.1:22 | portprobe --simulate ''\n"},
		{"host.example:22", "portprobe: host.example:22: no such file; targets belong to portgen; use: portgen host.example:22 | portprobe --simulate ''\n"},
		{"10.0.0.0/24", "portprobe: 10.0.0.0/24: no such file; targets belong to portgen; use: portgen 10.0.0.0/24 --top 1000 | portprobe --simulate ''\n"},
	} {
		if r := tool(t, "", c.arg, "--simulate", ""); r.status != 2 || r.err != c.want {
			t.Errorf("portprobe %s: %+v, want %q", c.arg, r, c.want)
		}
	}
	if r := tool(t, "", "results.ndjson", "--simulate", ""); r.status != 3 {
		t.Errorf("a file that is missing: %+v", r)
	}
}
