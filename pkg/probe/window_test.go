package probe

import "testing"

// TestHalfWindowTrialNeedsAFullWindow: replies that come as fast through half of the
// window prove a limit of the host only if the window held probes back.
func TestHalfWindowTrialNeedsAFullWindow(t *testing.T) {
	for _, full := range []bool{false, true} {
		w := newWindow(100)
		w.peak = 40
		w.beginTrial(1000, 2*congestedLoss)
		if w.trial != halfWindow || w.size != 20 {
			t.Fatalf("trial %d with a window of %v, want half of the peak", w.trial, w.size)
		}
		if full {
			w.inFlight = 20
			w.full()
		}
		if stays := w.endTrial(1000); stays != full || (w.pace.rate != 0) != full {
			t.Errorf("window full %v: limit found %v, rate %v", full, stays, w.pace.rate)
		}
	}
}

// TestTimeoutsOpenTheWindow lets filtered ports not slow down their host, unless much
// is lost.
func TestTimeoutsOpenTheWindow(t *testing.T) {
	for loss, want := range map[float64]float64{0: 228, 2 * congestedLoss: startWindow} {
		w := newWindow(1000)
		for range 200 {
			w.noteTimeout(loss)
		}
		if w.size != want {
			t.Errorf("loss %v: window %v after 200 timeouts, want %v", loss, w.size, want)
		}
	}
}
