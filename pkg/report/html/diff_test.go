package html

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"portkit/pkg/endpoint"
	"portkit/pkg/internal/lab"
	"portkit/pkg/internal/reporttest"
	"portkit/pkg/report/text"
)

func TestMain(m *testing.M) { lab.Main(m) }

// The page has the hosts and rows of the text, no unexpected element, and loads
// nothing.
func TestDiffPageHasTheTextOnly(t *testing.T) {
	for name, c := range reporttest.Diffs() {
		hostile := `<script src="https://evil.example/">alert('x')</script>` + "\x1b"
		c.Changes[0].Host, c.Diff.Old = []byte(hostile), hostile
		c.Changes[0].Facts.App, c.Changes[0].New = []byte(hostile), endpoint.Open
		var lines, page bytes.Buffer
		if err := errors.Join(text.WriteDiff(&lines, reporttest.NewDiff(c)), WriteDiff(&page, reporttest.NewDiff(c))); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		doc, err := html.Parse(&page)
		if err != nil {
			t.Fatal(err)
		}
		var cells []string
		for n := range doc.Descendants() {
			if n.Type == html.ElementNode && !slices.Contains(strings.Fields("html head body meta title style h1 h2 p section table thead tbody tr th td span"), n.Data) {
				t.Errorf("%s: the page has an element %s", name, n.Data)
			}
			for _, a := range n.Attr {
				if !slices.Contains(strings.Fields("lang charset name content http-equiv class scope"), a.Key) {
					t.Errorf("%s: an element has %s=%q", name, a.Key, a.Val)
				}
			}
			if n.Type == html.TextNode && slices.Contains([]string{"td", "span", "h2"}, n.Parent.Data) {
				cells = append(cells, n.Data)
			}
		}
		for _, cell := range cells {
			if !strings.Contains(lines.String(), cell) {
				t.Errorf("%s: %q is not in the text\n%s", name, cell, lines.String())
			}
		}
		if n := strings.Count(lines.String(), "\n  "); len(cells) < 3*n {
			t.Errorf("%s: %d cells for %d rows", name, len(cells), n)
		}
	}
}

func TestWriteDiffReturnsAFailedWrite(t *testing.T) {
	d := reporttest.NewDiff(reporttest.Diffs()["very many ranges"])
	if err := WriteDiff(reporttest.Full{}, d); !errors.Is(err, reporttest.ErrFull) {
		t.Errorf("error %v, want %v", err, reporttest.ErrFull)
	}
}
