package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
)

// TestOutputFileIsNotRead checks that a tool refuses to read the file that it
// writes: it would never end.
func TestOutputFileIsNotRead(t *testing.T) {
	name := filepath.Join(t.TempDir(), "both")
	if err := os.WriteFile(name, []byte("old\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	link := name + ".link"
	if err := os.Symlink(name, link); err != nil {
		t.Skip("needs symbolic links: ", err)
	}
	for _, c := range []struct {
		args  []string
		stdin string // a file
		want  outcome
	}{
		{[]string{name}, os.DevNull, outcome{3, "old\n", "toy: " + name + ": also the output file\n"}},
		{[]string{link, "-"}, os.DevNull, outcome{3, "old\n", "toy: " + link + ": also the output file\n"}},
		{nil, name, outcome{3, "old\n", "toy: standard input: also the output file\n"}},
		{nil, os.DevNull, outcome{0, "old\n", ""}},
	} {
		in, err := os.Open(c.stdin)
		if err != nil {
			t.Fatal(err)
		}
		defer in.Close()
		out, err := os.OpenFile(name, os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer out.Close()
		info, err := out.Stat()
		if err != nil {
			t.Fatal(err)
		}
		var talk bytes.Buffer
		status := Run(toyTool(Settle), IO{Args: c.args, In: in, Out: out, Err: &talk, OutFile: info})
		text, err := os.ReadFile(name)
		if got := (outcome{status, string(text), talk.String()}); err != nil || got != c.want {
			t.Errorf("toy %q < %s\n got %+v (%v)\nwant %+v", c.args, c.stdin, got, err, c.want)
		}
	}
}

func TestUTF16IsAnError(t *testing.T) {
	const said = "toy: standard input: UTF-16 text; convert it with: iconv -f UTF-16 -t UTF-8\n"
	for _, c := range []struct {
		in   string
		want outcome
	}{
		{"\xff\xfea\x00\n\x00", outcome{3, "", said}},
		{"\xfe\xff\x00a\x00\n", outcome{3, "", said}},
		{"a\n\xff\xfe\n", outcome{0, "a\n\xff\xfe\n", ""}},
		{"\xff", outcome{0, "\xff\n", ""}},
	} {
		if got := runToy(c.in); got != c.want {
			t.Errorf("%q: got %+v, want %+v", c.in, got, c.want)
		}
	}
	var out, err bytes.Buffer
	in := iotest.HalfReader(strings.NewReader("a\n\xff\xfe\n"))
	if status := Run(toyTool(Settle), IO{In: in, Out: &out, Err: &err}); status != 0 || out.String() != "a\n\xff\xfe\n" {
		t.Errorf("in pieces: %d, %q, %q", status, out.String(), err.String())
	}
}
