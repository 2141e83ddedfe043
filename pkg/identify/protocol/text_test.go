package protocol

import (
	"strings"
	"testing"
)

func TestCleanedText(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{" a\x1b[31mb\x00\u0085 ", "a[31mb"},
		{"caf\xe9", "caf\ufffd"},
		{strings.Repeat("é", 200), strings.Repeat("é", 128)},
		{"x" + strings.Repeat("é", 200), "x" + strings.Repeat("é", 127)},
		{strings.Repeat("a", 1<<20), strings.Repeat("a", 256)},
	} {
		if got := clean(c.in); got != c.want {
			t.Errorf("%.40q: %q, want %q", c.in, got, c.want)
		}
	}
}
