package probe

import (
	"net/netip"
	"testing"
	"time"

	"portkit/pkg/endpoint"
)

func newTestAddress(p endpoint.Proto) *address {
	tab := newTable(tableOptions{size: 10, workers: [2]int{1, 1}, start: newWindow(100)})
	return tab.get(netip.MustParseAddr("10.0.0.1"), p)
}

// TestTimeoutsOfABlackoutAreNotLoss has a host that loses nothing be unreachable.
func TestTimeoutsOfABlackoutAreNotLoss(t *testing.T) {
	a := newTestAddress(endpoint.TCP)
	now := Time(time.Hour)
	for range 1000 {
		a.noteReply(now, outcome{n: 1, sent: now, rtt: time.Millisecond})
	}
	for range 1000 {
		a.noteTimeout(now+1, outcome{n: 1, sent: now + 1})
	}
	if a.blackout.since == 0 {
		t.Fatal("a thousand timeouts are no blackout")
	}
	a.noteReply(now+2, outcome{n: 1, sent: now + 2, rtt: time.Millisecond})
	if l := a.recent.first(); l.sent != l.replied {
		t.Errorf("%v first probes, %v replies after the blackout", l.sent, l.replied)
	}
}

// TestICMPLimitIsNotLoss has a host reject ports on the third probe only, first taken
// for loss, then for a limit.
func TestICMPLimitIsNotLoss(t *testing.T) {
	a := newTestAddress(endpoint.UDP)
	now := Time(time.Hour)
	for _, want := range []float64{1 - 1.0/3, 0} {
		a.noteReply(now, outcome{n: 3, sent: now, rtt: -1, kind: replyRejected, from: a.ip, discounted: 2})
		if got := a.loss.ratio(); got < want-1e-6 || got > want+1e-6 {
			t.Errorf("loss %v, want %v (limited: %v)", got, want, a.icmpLimiter.limited())
		}
		now = now.Add(time.Second)
	}
}
