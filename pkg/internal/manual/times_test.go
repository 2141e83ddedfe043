package manual

import (
	"fmt"
	"strings"
	"testing"

	"portkit/pkg/ndjson"
	"portkit/pkg/record"
)

// TestTimeFormsAreAccepted checks that all forms of a time in portkit(5) are read
// as the same time.
func TestTimeFormsAreAccepted(t *testing.T) {
	t.Parallel()
	const want = 1769860800000
	forms := 0
	_, section, _ := strings.Cut(string(source("pages/reference/portkit.5.md")), "\n## Times\n")
	_, block, _ := strings.Cut(section, "\n```\n")
	block, _, _ = strings.Cut(block, "\n```\n")
	for line := range strings.Lines(block) {
		form, _, _ := strings.Cut(strings.TrimRight(line, "\n"), "  ")
		forms++
		d := record.Decoder{Times: true}
		var r record.Result
		text := fmt.Sprintf(`{"ip":"192.0.2.1","port":1,"state":"open","time":%s}`, form)
		if err := d.Result(ndjson.Line{No: 1, Text: []byte(text)}, &r); err != nil || r.Unusable != nil || r.Time != want {
			t.Errorf("%s is %d, %v, %v", form, r.Time, err, r.Unusable)
		}
	}
	if forms < 10 {
		t.Errorf("%d forms", forms)
	}
}
