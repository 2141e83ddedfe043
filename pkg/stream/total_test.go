package stream

import (
	"strings"
	"testing"
)

// The total counts records as the reader does: of JSON over several lines, only the
// first line.
func TestTotalCountsRecordsAsTheReaderDoes(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]int64{
		"":                               0,
		"a:1\n\n# b:1\nb:2":              2,
		"a:1\n[\n{\"a\":1},\n{}\n]\nb:1": 3,
	} {
		if n, ok := recordsIn(strings.NewReader(in), nil); n != want || !ok {
			t.Errorf("%q: %d, %v, want %d", in, n, ok, want)
		}
	}
}
