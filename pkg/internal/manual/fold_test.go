package manual

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestFold(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{foldCommand("a | b", 9), "a | b"},
		{foldCommand("a 12 | b 34 | c", 14), "a 12 | b 34 |\n    c"},
		{foldCommand("a 12 | b 34 | c", 10), "a 12 |\n    b 34 |\n    c"},
		{foldCommand("jq '1 | 2' | b", 12), "jq '1 | 2' |\n    b"},
		{foldCommand("jq '1 | 2 | 3' b", 12), "jq \\\n    '1 | 2 | 3' b"},
		{foldCommand("portsum 12345 >new &&\n    mv", 17), "portsum 12345 \\\n    >new &&\n    mv"},
		{foldRow("1.2.3.4   an address", 30), "1.2.3.4   an address"},
		{foldRow("1.2.3.4   an address or so", 20), "1.2.3.4   an address\n          or so"},
		{foldRow("    no row, but long", 10), "    no row, but long"},
		{strings.Join(breakWord("a=1,b=2,c=3", 9), " "), "a=1,b=2, c=3"},
		{strings.Join(breakWord("nothing-to-break-at", 9), " "), "nothing-to-break-at"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

// TestPagesFitTerminal checks that no line of a page is wider than 80 columns.
func TestPagesFitTerminal(t *testing.T) {
	need(t, "mandoc")
	pages, err := filepath.Glob("../../../man/*")
	if err != nil || len(pages) < 6 {
		t.Fatal(pages, err)
	}
	overstrike := regexp.MustCompile(`.\x08`)
	for _, page := range pages {
		out, err := exec.Command("mandoc", "-T", "utf8", "-O", "width=78", page).Output()
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(overstrike.ReplaceAllString(string(out), "")) {
			if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > 80 {
				t.Errorf("%s: %d columns: %s", filepath.Base(page), n, line)
			}
		}
	}
}
