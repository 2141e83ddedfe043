package endpoint

import "testing"

// TestChangeOf has the whole table: rows are the old state, columns the new.
func TestChangeOf(t *testing.T) {
	const none = ""
	states := []State{0, Open, Closed, Filtered, OpenFiltered, Error}
	want := [][]string{
		{none, "added", "added", "added", "added", "added"},
		{"removed", none, "closed", "closed", "changed", "unknown"},
		{"removed", "opened", none, "changed", "changed", "unknown"},
		{"removed", "opened", "changed", none, "changed", "unknown"},
		{"removed", "opened", "changed", "changed", none, "unknown"},
		{"removed", "unknown", "unknown", "unknown", "unknown", none},
	}
	for i, before := range states {
		for j, after := range states {
			if got := ChangeOf(before, after).String(); got != want[i][j] {
				t.Errorf("%q, then %q is %q, want %q", before, after, got, want[i][j])
			}
		}
	}
}

func TestParseChangeReversesString(t *testing.T) {
	for c := Change(1); int(c) < Changes; c++ {
		if got, ok := ParseChange(c.String()); !ok || got != c {
			t.Errorf("ParseChange(%q) = %v, %v", c, got, ok)
		}
	}
	for _, s := range []string{"", "open", "Opened"} {
		if _, ok := ParseChange(s); ok {
			t.Errorf("ParseChange(%q) accepts it", s)
		}
	}
}
