package probe

import (
	"testing"
	"time"
)

// dark returns the blackout of a host that replied to 1000 first probes, and to none
// that were sent after start.
func dark(start Time, timeouts int) *blackout {
	var r recent
	for range 1000 {
		r.add(start, 1, true, time.Millisecond)
	}
	d := &blackout{}
	d.noteReply(start, start, &r)
	for range timeouts {
		d.noteTimeout(start+1, start+1)
	}
	return d
}

// TestBlackoutNeedsProbes: time in which nothing was sent proves nothing.
func TestBlackoutNeedsProbes(t *testing.T) {
	start := Time(time.Hour)
	d := dark(start, 1000)
	if d.since == 0 {
		t.Fatal("a thousand timeouts are no blackout")
	}
	end := start.Add(blackoutPatience + time.Second)
	for range blackoutProbes {
		if d.noteTimeout(end, start+1) {
			t.Fatalf("the blackout is given up after %d probes, want %d", d.probes, blackoutProbes)
		}
		end = end.Add(blackoutProbe)
		d.allow(end)
	}
	if !d.noteTimeout(end, start+1) {
		t.Errorf("the blackout is not given up after %d probes", d.probes)
	}
}

// TestSilentPortsAreNotABlackout has timeouts of probes that were sent before others
// that were replied to.
func TestSilentPortsAreNotABlackout(t *testing.T) {
	start := Time(time.Hour)
	d := dark(start, 0)
	for range 1000 {
		d.noteTimeout(start.Add(time.Second), start)
	}
	if d.since != 0 {
		t.Error("timeouts of earlier probes make a blackout")
	}
}

// TestRelapseLastsAsLongAsTheLongestBlackout doubts silence for twice the longest
// blackout, within bounds.
func TestRelapseLastsAsLongAsTheLongestBlackout(t *testing.T) {
	for lasted, want := range map[time.Duration]time.Duration{
		time.Second / 2: minRelapse, 3 * time.Second: 6 * time.Second, 8 * time.Second: blackoutPatience,
	} {
		start := Time(time.Hour)
		d := dark(start, 1000)
		d.recover(start.Add(lasted))
		d.noteReply(start.Add(lasted+1), start.Add(lasted+1), &recent{})
		if got := d.relapse().Sub(start.Add(lasted + 1)); got != want {
			t.Errorf("after a blackout of %v silence is doubted for %v, want %v", lasted, got, want)
		}
	}
}
