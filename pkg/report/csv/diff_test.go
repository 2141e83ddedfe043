package csv

import (
	"bytes"
	"errors"
	"testing"

	"portkit/pkg/internal/reporttest"
	"portkit/pkg/record"
)

// TestWriteDiff reads the rows of every case back.
func TestWriteDiff(t *testing.T) {
	for name, c := range reporttest.Diffs() {
		d := reporttest.NewDiff(c)
		d.Old, d.New = "a", "b"
		var out bytes.Buffer
		if err := WriteDiff(&out, d); err != nil {
			t.Fatal(err)
		}
		if all := rows(t, out.String()); len(all) != len(c.Changes)+1 || len(all[0]) != 17 {
			t.Errorf("%s: %d rows of %d cells", name, len(all), len(all[0]))
		}
	}
	d := reporttest.NewDiff(reporttest.DiffCase{Changes: []record.Change{
		reporttest.ServiceChange("=a", "10.0.0.1", 22, `"app":null,"evidence":"silent"`, `"app":"ssh","product":"@x","tls":{"not_after":"2027-02-01T00:00:00Z"}`),
	}})
	d.Terminal = true
	var out bytes.Buffer
	if err := WriteDiff(&out, d); err != nil {
		t.Fatal(err)
	}
	want := "'=a,10.0.0.1,22,tcp,changed,open,open,ssh,ssh,'@x,,2027-02-01T00:00:00Z,,,,,'@x (ssh in TLS), was not identified (silent)"
	lines := bytes.Split(bytes.ReplaceAll(out.Bytes(), []byte(`"`), nil), []byte("\n"))
	if len(lines) != 3 || string(lines[1]) != want {
		t.Errorf("%s\nwant\n%s", out.String(), want)
	}
	if err := WriteDiff(reporttest.Full{}, reporttest.NewDiff(reporttest.Diffs()["very many ranges"])); !errors.Is(err, reporttest.ErrFull) {
		t.Errorf("error %v, want %v", err, reporttest.ErrFull)
	}
}
