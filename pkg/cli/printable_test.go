package cli

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"
)

var printableTable = []struct{ in, want string }{
	{"plain ünïcode 日本 🙂", "plain ünïcode 日本 🙂"},
	{"\x1b[31mred\x1b]0;t\x07", `\u001b[31mred\u001b]0;t\u0007`},
	{"a\nb\tc\rd\x00", `a\u000ab\u0009c\u000dd\u0000`},
	{"\x7f\u0080\u009b\u00a0", `\u007f\u0080\u009b` + "\u00a0"},
	{"\u061c\u200a\u200b\u200f\u2010", `\u061c` + "\u200a" + `\u200b\u200f` + "\u2010"},
	{"\u2027\u2028\u2029\u202a\u202e\u202f", "\u2027" + `\u2028\u2029\u202a\u202e` + "\u202f"},
	{"\u205f\u2060\u2065\u2066\u206f\u2070", "\u205f" + `\u2060\u2065\u2066\u206f` + "\u2070"},
	{"so\u00adft \ufeff \u3164 \u2764\ufe0f", `so\u00adft \ufeff \u3164 ` + "\u2764" + `\ufe0f`},
	{"\U000e0041\U000e01ef", `\udb40\udc41\udb40\uddef`},
	{"\u0600\u06dd\u0301", "\u0600\u06dd\u0301"},
	{"\x9b\xff\xe2\x80", "\ufffd\ufffd\ufffd\ufffd"},
	{"", ""},
}

func TestPrintable(t *testing.T) {
	for _, c := range printableTable {
		if got := string(Printable([]byte(">"), c.in)); got != ">"+c.want {
			t.Errorf("Printable(%q) = %q, want %q", c.in, got[1:], c.want)
		}
		if got := string(Printable(nil, []byte(c.in))); got != c.want {
			t.Errorf("Printable([]byte(%q)) = %q, want %q", c.in, got, c.want)
		}
	}
}

func FuzzPrintable(f *testing.F) {
	for _, c := range printableTable {
		f.Add(c.in, 2)
	}
	f.Fuzz(func(t *testing.T, s string, cut int) {
		got := string(Printable(nil, s))
		if !utf8.ValidString(got) || strings.ContainsFunc(got, hides) {
			t.Errorf("Printable(%q) = %q", s, got)
		}
		// The writer of a terminal gets the text in pieces cut anywhere.
		if cut < 0 || cut > len(s) || !utf8.ValidString(s) {
			return
		}
		var b bytes.Buffer
		w := &terminalWriter{w: &b, log: NewLog("x", &b, nil)}
		for _, piece := range []string{s[:cut], s[cut:]} {
			if _, err := w.Write([]byte(piece)); err != nil {
				t.Fatal(err)
			}
		}
		if want := string(printable(nil, s, true)); b.String() != want {
			t.Errorf("%q cut at %d came out as %q, want %q", s, cut, b.String(), want)
		}
	})
}

func TestPrintableDoesNotAllocate(t *testing.T) {
	buf, text := make([]byte, 0, 100), "10.0.0.1 é \x1b"
	if n := testing.AllocsPerRun(100, func() { buf = Printable(buf[:0], text) }); n > 0 {
		t.Errorf("%v allocations a call", n)
	}
}
