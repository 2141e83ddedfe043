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

// TestTimeoutsInTheDarkAreNotLoss has a host that loses nothing be unreachable.
func TestTimeoutsInTheDarkAreNotLoss(t *testing.T) {
	a := newTestAddress(endpoint.TCP)
	now := Time(time.Hour)
	for range 1000 {
		a.noteReply(now, &outcome{n: 1, sent: now, oldest: now, rtt: time.Millisecond, shows: kindClosed, endpoint: known{port: 1}})
	}
	for i := range Time(1000) {
		a.noteTimeout(now+1+i, outcome{n: 1, sent: now + 1 + i})
	}
	if !a.witness.suspicious() {
		t.Fatal("a thousand timeouts are not suspicious")
	}
	for i := range Time(3) {
		a.canaryFailed(now+2000+i, now+900+i, now+1000+i)
	}
	a.noteReply(now+3000, &outcome{n: 1, sent: now + 3000, oldest: now + 3000, rtt: time.Millisecond, shows: kindClosed})
	if l := a.recent.first(); l.sent != l.replied {
		t.Errorf("%v first probes, %v replies after the dark", l.sent, l.replied)
	}
}

// TestICMPLimitIsNotLoss has a host reject ports on the third probe only, first taken
// for loss, then for a limit.
func TestICMPLimitIsNotLoss(t *testing.T) {
	a := newTestAddress(endpoint.UDP)
	now := Time(time.Hour)
	for _, want := range []float64{1 - 1.0/3, 0} {
		a.noteReply(now, &outcome{n: 3, lost: 2, sent: now, rtt: -1, kind: replyRejected, from: a.ip, discounted: 2})
		if got := a.loss.ratio(); got < want-1e-6 || got > want+1e-6 {
			t.Errorf("loss %v, want %v (limited: %v)", got, want, a.icmpLimiter.limited())
		}
		now = now.Add(time.Second)
	}
}
