package docscheck

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// Explained fails a test of a package in pkg if portprobe(1) does not list an error of
// this machine.
func Explained(t testing.TB, text string) {
	t.Helper()
	page, err := os.ReadFile("../internal/manual/pages/reference/portprobe.1.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(page), "\n## Errors of this machine\n")
	section, _, _ = strings.Cut(section, "\n## ")
	for item := range strings.SplitSeq(section, "\n- `") {
		title := regexp.MustCompile("(?s)^.*?`( \\([^()]*\\))?: ").FindString(item)
		title = strings.NewReplacer("`", "", "\n  ", " ").Replace(strings.TrimSuffix(title, ": "))
		if title == "" {
			continue // before the list
		}
		title = regexp.QuoteMeta(title)
		title = regexp.MustCompile(`\b[A-Z]{6,}\b`).ReplaceAllString(title, `\S+`) // such as ADDRESS
		title = regexp.MustCompile(`(\S+) \\\(or (.*)\\\)`).ReplaceAllStringFunc(title, func(words string) string {
			return "(" + strings.NewReplacer(` \(or `, "|", ", ", "|", `\)`, "").Replace(words) + ")"
		})
		if regexp.MustCompile("^" + title).MatchString(text) {
			return
		}
	}
	t.Errorf("the manual does not explain %q", text)
}
