package cli

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestHelp(t *testing.T) {
	d, err := Describe(toyTool(Settle))
	if err != nil {
		t.Fatal(err)
	}
	for _, width := range []int{helpMin, 80, helpMax} {
		text := d.help(width)
		for line := range strings.Lines(text) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > width || strings.HasSuffix(line, " \n") {
				t.Errorf("width %d: a line of %d columns: %q", width, n, line)
			}
		}
	}
	text := d.help(80)
	for _, want := range []string{
		"Usage: toy [flags] [FILE ...]\n\nCopy lines.\n\n  FILE                       What to read (standard input).\n",
		"\nFlags:\n      --seed N               Where to begin.\n",
		"  -t, --timeout DURATION     The longest wait (default: 3s).\n",
		"      --order linear|random  In which order (default: linear).\n",
		"\nWhat to copy:\n  -p, --ports SPEC           Ports: 22,80-90. Repeatable.\n",
		"\nHelp:\n  -h, --help                 Print this help and exit.\n",
		"\nExamples:\n  Copy a file.\n      toy file\n\nManual: toy(1)",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the help lacks %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, "--fail") {
		t.Error("a hidden flag is in the help")
	}
}

func TestHelpIsAsWideAsTheTerminal(t *testing.T) {
	for _, c := range []struct {
		terminal int
		columns  string
		want     int
	}{{0, "", 80}, {90, "", 90}, {300, "", helpMax}, {20, "", helpMin}, {90, "60", 60}, {0, "x", 80}} {
		with := IO{
			OutTerminal: c.terminal > 0,
			Width:       func() int { return c.terminal },
			Getenv:      func(string) string { return c.columns },
		}
		if got := helpWidth(with); got != c.want {
			t.Errorf("%+v: %d", c, got)
		}
	}
}

func TestWrap(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"a bb ccc dddd", "  a bb ccc\n  dddd\n"},
		{"x aaaa=1,bbbb=2,c=3 y", "  x aaaa=1,\n  bbbb=2,c=3\n  y\n"},
		{"", ""},
	} {
		var b strings.Builder
		wrap(&b, c.text, 2, 12)
		if b.String() != c.want {
			t.Errorf("wrap(%q) = %q, want %q", c.text, b.String(), c.want)
		}
	}
}
