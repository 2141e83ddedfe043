package cli

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// opener is a command with the given Run.
type opener struct {
	run func(*Context) error
}

func (c *opener) Run(ctx *Context) error { return c.run(ctx) }

func runOpener(in io.Reader, run func(*Context) error) outcome {
	var out, err bytes.Buffer
	t := Tool{Name: "opener", Command: &opener{run}, Trouble: StatusUsage}
	status := Run(t, IO{In: in, Out: &out, Err: &err})
	return outcome{status, out.String(), err.String()}
}

// TestOpenAt checks that a file can be read at any place, and standard input too
// if it is a file, from its current offset.
func TestOpenAt(t *testing.T) {
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, []byte("0123456789"), 0o600); err != nil {
		t.Fatal(err)
	}
	part, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer part.Close()
	if _, err := part.Seek(4, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	w.WriteString("piped")
	w.Close()
	for _, c := range []struct {
		name    string
		in      io.Reader
		at3     string // "" where that cannot be read
		reading string
	}{
		{name, nil, "345", "0123456789"},
		{"-", part, "789", "456789"},
		{"-", r, "", "piped"},
		{"-", strings.NewReader("text"), "", "text"},
	} {
		got := runOpener(c.in, func(ctx *Context) error {
			f, at, err := ctx.OpenAt(c.name)
			if err != nil {
				return err
			}
			defer f.Close()
			if at != nil {
				b := make([]byte, 3)
				if n, err := at.ReadAt(b, 3); n != 3 || err != nil || string(b) != c.at3 {
					t.Errorf("%s: read %q, %v at 3, want %q", c.name, b[:n], err, c.at3)
				}
				if n, err := at.ReadAt(b, 10); n != 0 || err != io.EOF {
					t.Errorf("%s: %d bytes, %v behind the end", c.name, n, err)
				}
			} else if c.at3 != "" {
				t.Errorf("%s cannot be read at any place", c.name)
			}
			b, err := io.ReadAll(f)
			if string(b) != c.reading {
				t.Errorf("%s: read %q", c.name, b)
			}
			return err
		})
		if want := (outcome{}); got != want {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}

// TestTrouble checks a tool with its own exit status for streams that fail.
func TestTrouble(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct {
		name string
		run  func(*Context) error
		want outcome
	}{
		{"missing", func(ctx *Context) error {
			_, _, err := ctx.OpenAt(filepath.Join(dir, "none"))
			return err
		}, outcome{2, "", "opener: " + filepath.Join(dir, "none") + ": no such file or directory\n"}},
		{"UTF-16", func(ctx *Context) error {
			name := filepath.Join(dir, "utf16")
			if err := os.WriteFile(name, []byte("\xff\xfea\x00"), 0o600); err != nil {
				return err
			}
			f, at, err := ctx.OpenAt(name)
			if err == nil {
				defer f.Close()
				_, err = at.ReadAt(make([]byte, 10), 0)
			}
			return err
		}, outcome{2, "", "opener: " + filepath.Join(dir, "utf16") + ": UTF-16 text; convert it with: iconv -f UTF-16 -t UTF-8\n"}},
		{"plain", func(*Context) error { return errors.New("no room") }, outcome{2, "", "opener: no room\n"}},
		{"different", func(*Context) error { return ErrDifferent }, outcome{1, "", ""}},
		{"said", func(*Context) error { return ErrTrouble }, outcome{2, "", ""}},
		{"said, and an input failed", func(ctx *Context) error {
			for in := range ctx.Inputs([]string{dir}) {
				_, _ = io.ReadAll(in)
			}
			return ErrDifferent
		}, outcome{2, "", "opener: " + dir + ": is a directory\n"}},
	} {
		if got := runOpener(strings.NewReader(""), c.run); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

func TestUsage(t *testing.T) {
	tool := toyTool(Settle)
	tool.Usage = []string{"[flags] OLD NEW", "[flags] --expect FILE [RESULTS]"}
	d, err := Describe(tool)
	if err != nil {
		t.Fatal(err)
	}
	want := "Usage: toy [flags] OLD NEW\n       toy [flags] --expect FILE [RESULTS]\n\nCopy lines.\n"
	if got := d.help(80); !strings.HasPrefix(got, want) {
		t.Errorf("the help begins with %q", got[:100])
	}
}
