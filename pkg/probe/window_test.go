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
	for _, c := range []struct {
		loss     float64
		replied  bool
		most     int
		timeouts int
		want     float64
	}{
		{0, true, 1000, 200, 228},
		{2 * congestedLoss, true, 1000, 200, startWindow},
		{0, true, 1000, 5000, 1000},
		{0, false, 1000, 200, 228},
		{0, false, 100, 200, 100},
		{0, false, 1000, 5000, silentWindow},
		{0, false, 8000, 5000, 1000},
	} {
		w := newWindow(c.most)
		for range c.timeouts {
			w.noteTimeout(c.loss, c.replied)
		}
		if w.size != c.want {
			t.Errorf("loss %v, replied %v: window %v of %d after %d timeouts, want %v", c.loss, c.replied, w.size, c.most, c.timeouts, c.want)
		}
	}
}
