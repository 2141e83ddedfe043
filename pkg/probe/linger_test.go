package probe

import (
	"testing"
	"time"

	"portkit/pkg/endpoint"
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
			l.reply(1, time.Second, false)
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

// TestRepeatedSYNACKDoesNotHideLoss has a host lose packets, which a repeated SYN-ACK
// shows, too.
func TestRepeatedSYNACKDoesNotHideLoss(t *testing.T) {
	const rtt = 10 * time.Millisecond
	a, now := newTestAddress(endpoint.TCP), Time(time.Hour)
	for i := range 2000 {
		n := 1 + max(i%6-3, 0)
		for k := range n - 1 {
			a.noteTimeout(now, outcome{n: k + 1, sent: now})
		}
		a.noteReply(now, &outcome{n: n, lost: n - 1, sent: now, oldest: now, rtt: rtt})
	}
	loss, rto := a.recent.loss(now), a.rtt.timeout()
	a.noteReply(now, &outcome{n: 1, sent: now, oldest: now, rtt: rtt + time.Second, late: true, timedOut: 3})
	if after := a.recent.loss(now); loss < 0.3 || after < 0.9*loss || a.rtt.timeout() != rto {
		t.Errorf("after a repeated SYN-ACK the loss is %.2f and the RTO %v, want %.2f and %v", after, a.rtt.timeout(), loss, rto)
	}
}

// TestSlowHostIsNotOneThatRepeats has the RTT of a host that loses packets grow to what a
// repeated SYN-ACK would show, for all endpoints.
func TestSlowHostIsNotOneThatRepeats(t *testing.T) {
	const rtt = 1200 * time.Millisecond
	a, now := newTestAddress(endpoint.TCP), Time(time.Hour)
	for range 100 {
		a.noteReply(now, &outcome{n: 2, lost: 1, sent: now, oldest: now, rtt: 200 * time.Millisecond})
	}
	for range 100 {
		a.noteTimeout(now, outcome{n: 1, sent: now})
		a.noteReply(now, &outcome{n: 1, sent: now, oldest: now, rtt: rtt, late: true, timedOut: 1})
	}
	if rto, listen := a.rtt.timeout(), a.late.listen(); rto < rtt || listen < rtt {
		t.Errorf("at an RTT of %v the RTO is %v, and endpoints listen for %v", rtt, rto, listen)
	}
}

// TestVainListensEnd has few descriptors: endpoints that listen long are worth them while
// some of those have a reply.
func TestVainListensEnd(t *testing.T) {
	w := worker{descriptors: 100, open: 51}
	for vain, want := range map[int]bool{0: true, maxVainListens - 1: true, maxVainListens: false} {
		if w.vainListens = vain; w.mayListenLong(&view{}) != want {
			t.Errorf("after %d listens without a reply: may listen long %v", vain, !want)
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
