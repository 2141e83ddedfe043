package probe

import "testing"

// TestSilenceDuringABlackout: between two probes of a blackout none is outstanding.
func TestSilenceDuringABlackout(t *testing.T) {
	for since, want := range map[Time]bool{0: false, 7: true} {
		a := &address{replied: 5, blackout: blackout{since: since}}
		if at, outstanding := a.silence(); at != 5 || outstanding != want {
			t.Errorf("blackout %v: a reply is expected %v since %d, want %v since 5", since, outstanding, at, want)
		}
	}
}
