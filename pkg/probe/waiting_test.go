package probe

import "testing"

// TestWaitingForALostAddress: between two canaries to an address no probe is outstanding.
func TestWaitingForALostAddress(t *testing.T) {
	for state, want := range map[liveness]bool{alive: false, suspect: true, lost: true, gone: false} {
		a := &address{replied: 5, witness: &witness{state: state}}
		if at, outstanding, stopped := a.silence(); at != 5 || outstanding != want || stopped != want {
			t.Errorf("state %v: a reply is expected %v since %d, want %v since 5", state, outstanding, at, want)
		}
	}
}
