package compare

import (
	"hash/maphash"
	"testing"

	"portkit/pkg/endpoint"
	"portkit/pkg/record"
)

// TestExpectationChange checks the changes from expected services, and that facts with
// equal digests have equal changes, because verdicts are kept by digest.
func TestExpectationChange(t *testing.T) {
	http := []byte("http")
	const met = endpoint.Change(0)
	names := []string{"http", "https", "ssh"}
	seed := maphash.MakeSeed()
	seen := map[digest]int{}
	all := []struct {
		facts record.Facts
		want  [3]endpoint.Change // for each name
	}{
		{record.Facts{}, [3]endpoint.Change{endpoint.ChangeUnknown, endpoint.ChangeUnknown, endpoint.ChangeUnknown}},
		{record.Facts{Evidence: []byte("not-asked")}, [3]endpoint.Change{endpoint.ChangeUnknown, endpoint.ChangeUnknown, endpoint.ChangeUnknown}},
		{record.Facts{Evidence: []byte("interrupted")}, [3]endpoint.Change{endpoint.ChangeUnknown, endpoint.ChangeUnknown, endpoint.ChangeUnknown}},
		{record.Facts{Evidence: []byte("deadline")}, [3]endpoint.Change{endpoint.ChangeUnknown, endpoint.ChangeUnknown, endpoint.ChangeUnknown}},
		{record.Facts{Evidence: []byte("silent")}, [3]endpoint.Change{endpoint.ChangeChanged, endpoint.ChangeChanged, endpoint.ChangeChanged}},
		{record.Facts{App: http}, [3]endpoint.Change{met, endpoint.ChangeChanged, endpoint.ChangeChanged}},
		{record.Facts{App: http, Limited: true}, [3]endpoint.Change{met, endpoint.ChangeChanged, endpoint.ChangeChanged}},
		{record.Facts{App: http, TLS: true}, [3]endpoint.Change{met, met, endpoint.ChangeChanged}},
		{record.Facts{App: http, TLS: true, StartTLS: true}, [3]endpoint.Change{met, endpoint.ChangeChanged, endpoint.ChangeChanged}},
		{record.Facts{App: http, Partial: true}, [3]endpoint.Change{met, endpoint.ChangeUnknown, endpoint.ChangeChanged}},
		{record.Facts{App: []byte("ssh")}, [3]endpoint.Change{endpoint.ChangeChanged, endpoint.ChangeChanged, met}},
	}
	for i, c := range all {
		d := appDigest(seed, &c.facts)
		for j, name := range names {
			if got := expectationChange(name, &c.facts, d); got != c.want[j] {
				t.Errorf("%s, found %+v: %q, want %q", name, c.facts, got, c.want[j])
			}
		}
		if other, ok := seen[d]; ok && all[other].want != c.want {
			t.Errorf("%+v and %+v have one digest", all[other].facts, c.facts)
		}
		seen[d] = i
	}
}
