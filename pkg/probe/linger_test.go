package probe

import (
	"testing"
	"time"
)

func TestFewSlowPortsAmongSilentOnesAreNotCommon(t *testing.T) {
	for _, c := range []struct {
		timeouts, late int
		want           bool
	}{
		{7, 7, false}, {8, 8, true}, {15, 8, true}, {16, 8, false}, {1000, 100, false},
	} {
		var l lateness
		for range c.timeouts {
			l.timeout()
		}
		for range c.late {
			l.reply(1, time.Second)
		}
		if got := l.common(); c.timeouts <= latenessMemory && got != c.want {
			t.Errorf("%d late replies after %d timeouts: common %v", c.late, c.timeouts, got)
		}
	}
}

// TestRepeatedSYNACKIsNotALateReply has a host that loses packets repeat a SYN-ACK
// after a second, as TCP does.
func TestRepeatedSYNACKIsNotALateReply(t *testing.T) {
	for _, lost := range []bool{false, true} {
		a := &address{}
		a.rtt.add(time.Millisecond)
		a.loss.noteReply(1)
		if lost {
			a.loss.noteReply(2)
		}
		a.measure(outcome{n: 1, rtt: time.Second + time.Millisecond, late: true})
		if learned := a.late.longest != 0; learned == lost {
			t.Errorf("loss seen %v: an RTT of 1.001s is learned %v", lost, learned)
		}
	}
}

// TestFewEndpointsOfASilentHostListenLong: each of them holds a socket for the whole
// timeout.
func TestFewEndpointsOfASilentHostListenLong(t *testing.T) {
	for open, want := range map[int]int{50: maxLongListens, 51: sureLongListens} {
		a := &address{}
		w := worker{descriptors: 100, open: open}
		n := 0
		for i := range 100 {
			if v := a.look(Time(time.Hour)); w.mayListenLong(&v) {
				a.listenLong(Time(i))
				n++
			}
		}
		if n != want || a.hearing != Time(want-1) {
			t.Errorf("%d of 100 sockets open: %d endpoints listen until %v, want %d until %v", open, n, a.hearing, want, want-1)
		}
	}
}
