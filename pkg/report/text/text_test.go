package text

import (
	"flag"
	"testing"

	"portkit/pkg/internal/reporttest"
)

var update = flag.Bool("update", false, "write the files in testdata")

func TestWriteMatchesFiles(t *testing.T) {
	for name := range reporttest.Reports() {
		reporttest.Golden(t, *update, name+".txt", Write, reporttest.Named(name))
	}
}
