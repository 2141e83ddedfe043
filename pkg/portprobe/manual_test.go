package portprobe

import (
	"regexp"
	"strings"
	"testing"

	"portkit/pkg/payload"
	"portkit/pkg/probe/connect"
)

// What the manual lists is what is sent: every protocol once, every port, every
// reason why an answer may be large.
func TestManualOfUDP(t *testing.T) {
	all := map[string]string{}
	for _, s := range udpSections() {
		all[s.Title] = s.Text
	}
	for _, r := range payload.All() {
		requests := all["UDP requests"]
		if n := strings.Count(requests, "\n\n"+r.App+" ("); n != 1 {
			t.Errorf("%s is listed %d times", r.App, n)
		}
		if !strings.Contains(requests, r.Source+".") {
			t.Errorf("%s: %q is missing", r.App, r.Source)
		}
		notes := requests
		if r.Large {
			notes = all["Large replies"]
		}
		if !strings.Contains(notes, r.Note) || r.Large && r.Note == "" {
			t.Errorf("%s: %q is missing", r.App, r.Note)
		}
	}
	for _, m := range payload.Silent() {
		if !strings.Contains(all["Services without a request"], "\n\n"+m.Name+" (") || !strings.Contains(all["Services without a request"], m.Why) {
			t.Errorf("%s is not listed", m.Name)
		}
	}
	if got := term("a", []uint16{7, 9, 7}, "B."); got != "\n\na (7, 9)\n\tB." {
		t.Errorf("a term is %q", got)
	}
}

// explained fails the test if the manual's errors of this machine lack one.
func explained(t *testing.T, text string) {
	t.Helper()
	for term := range strings.SplitSeq(aboutObstacles, "\n\n") {
		title, _, _ := strings.Cut(term, "\n\t")
		title = regexp.QuoteMeta(title)
		title = regexp.MustCompile(`\b[A-Z]{6,}\b`).ReplaceAllString(title, `\S+`) // ADDRESS
		title = regexp.MustCompile(`(\S+) \\\(or (.*)\\\)`).ReplaceAllStringFunc(title, func(words string) string {
			return "(" + strings.NewReplacer(` \(or `, "|", ", ", "|", `\)`, "").Replace(words) + ")"
		})
		if regexp.MustCompile("^" + title).MatchString(text) {
			return
		}
	}
	t.Errorf("the manual does not explain %q", text)
}

func TestManualExplainsConnections(t *testing.T) {
	for _, err := range []error{connect.ErrSelf, connect.ErrMet} {
		explained(t, err.Error())
	}
}
