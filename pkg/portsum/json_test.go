package portsum

import (
	"flag"
	"io"
	"testing"

	"portkit/pkg/internal/reporttest"
	"portkit/pkg/record"
	"portkit/pkg/report"
)

var update = flag.Bool("update", false, "write the files in testdata")

// The other formats of the same records have files in their packages.
func TestSummaryRecordsMatchFile(t *testing.T) {
	write := func(w io.Writer, r *report.Report) error {
		var e record.Encoder
		for s := range r.Records {
			if _, err := w.Write(e.Summary(nil, s)); err != nil {
				return err
			}
		}
		return nil
	}
	reporttest.Golden(t, *update, "services.ndjson", write, reporttest.Named("services"))
}
