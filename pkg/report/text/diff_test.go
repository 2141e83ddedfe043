package text

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"portkit/pkg/endpoint"
	"portkit/pkg/internal/reporttest"
	"portkit/pkg/record"
	"portkit/pkg/report"
)

func diffText(t *testing.T, d *report.Diff) string {
	t.Helper()
	var out bytes.Buffer
	if err := WriteDiff(&out, d); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestWriteDiffMatchesCases(t *testing.T) {
	for name, c := range reporttest.Diffs() {
		text := diffText(t, reporttest.NewDiff(c))
		end := strings.LastIndex(text, "\n\n") + 2
		if diff := cmp.Diff(c.Want, text[:end]); diff != "" {
			t.Errorf("%s (- want, + got):\n%s", name, diff)
		}
		if last := text[end:]; !strings.Contains(last, "host") {
			t.Errorf("%s: the last line is %q", name, last)
		}
	}
}

func TestWriteDiffCountsEachHostOfARange(t *testing.T) {
	d := reporttest.NewDiff(reporttest.Diffs()["neighbors to which the same happened"])
	d.Old, d.New, d.NoEndpoint = "a\x1b", "b", [2]uint64{3, 0}
	d.Changes[endpoint.ChangeOpened], d.Changes[endpoint.ChangeRemoved] = 7, 1
	want := "\n\n7 hosts: 7 opened, 1 removed\nRecords without an endpoint, not compared: 3 in aESC.\n"
	if got := diffText(t, d); !strings.HasSuffix(got, want) {
		t.Errorf("%s\ndoes not end with %q", got, want)
	}
}

func TestWriteDiffReturnsAFailedWrite(t *testing.T) {
	d := reporttest.NewDiff(reporttest.Diffs()["very many ranges"])
	if err := WriteDiff(reporttest.Full{}, d); !errors.Is(err, reporttest.ErrFull) {
		t.Errorf("error %v, want %v", err, reporttest.ErrFull)
	}
}

// With a time that grows with the square of the names, this test does not end.
func TestWriteDiffOfVeryManyNames(t *testing.T) {
	var changes []record.Change
	for i := range 65535 {
		changes = append(changes, reporttest.Change(fmt.Sprintf("h%d", i), "10.0.0.1", 1+i, "closed", "open"))
	}
	text := diffText(t, reporttest.NewDiff(reporttest.DiffCase{Diff: report.Diff{ByIP: true}, Changes: changes}))
	if n := strings.Count(text, "\n"); n != 65535+3 {
		t.Errorf("%d lines", n)
	}
}
