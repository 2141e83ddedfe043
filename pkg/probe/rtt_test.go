package probe

import (
	"testing"
	"time"
)

// TestRTOExceedsASteadyRTT by more than its deviation, which is nearly 0.
func TestRTOExceedsASteadyRTT(t *testing.T) {
	var e estimate
	for range 100 {
		e.add(2 * time.Second)
	}
	if rto := e.timeout(); rto != 2250*time.Millisecond {
		t.Errorf("the RTO is %v, want 2.25s", rto)
	}
}
