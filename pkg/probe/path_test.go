package probe

import (
	"net/netip"
	"testing"
	"time"
)

// TestPath has canaries fail and be replied to, at one or two addresses.
func TestPath(t *testing.T) {
	one, two := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	const s = Time(time.Second)
	for _, c := range []struct {
		name    string
		failed  []netip.Addr // one after the other, from second 11 on
		replied int          // canaries after that, one after the other
		at      Time         // of the judgment
		want    evidence     // of a probe sent in second 10.5
		limited bool
	}{
		{"all are replied to", nil, 1, 12 * s, witnessed, false},
		{"one fails", []netip.Addr{one}, 0, 12 * s, awaited, false},
		{"one fails, another is replied to", []netip.Addr{one}, 1, 13 * s, witnessed, false},
		{"three fail", []netip.Addr{one, two, one}, 0, 14 * s, void, true},
		{"three fail, one is replied to", []netip.Addr{one, two, one}, 1, 15 * s, void, true},
		{"three fail, three are replied to", []netip.Addr{one, two, one}, 3, 18 * s, void, true},
		{"--lost-patience is over", []netip.Addr{one, one, one}, 0, 60 * s, witnessed, false},
		{"the same with two addresses", []netip.Addr{one, two, one}, 0, 60 * s, void, true},
	} {
		p := newPath(30*time.Second, 0)
		p.noteReply(1*s, one, true)
		p.noteReply(1*s, two, true)
		p.noteSent(2*s, 100, true)
		p.noteSuccess(10*s, 10*s)
		p.noteSent(10*s+s/2, 100, true)
		now := 11 * s
		for _, ip := range c.failed {
			p.noteFailure(now+s/2, ip, now, 0)
			now += s
		}
		for range c.replied {
			p.noteSuccess(now+s/100, now)
			now += s
		}
		p.take(c.at)
		if got := p.judge(c.at, span{10*s + s/2, 10*s + s/2}, false); got != c.want {
			t.Errorf("%s: a probe without a reply is %v, want %v", c.name, got, c.want)
		}
		if p.limited.Load() != c.limited {
			t.Errorf("%s: limited is %v, want %v", c.name, p.limited.Load(), c.limited)
		}
	}
}

// TestPathIsGivenUp has some of the canaries fail although nothing else is sent.
func TestPathIsGivenUp(t *testing.T) {
	p := newPath(time.Minute, 0)
	ip := netip.MustParseAddr("192.0.2.1")
	p.noteReply(1, ip, true)
	now := Time(time.Second)
	for i := 0; !p.limited.Load(); i++ {
		if i > minPathFails {
			t.Fatal("the path is not blocked")
		}
		p.noteFailure(now+1, ip, now, 0)
		now += Time(time.Second)
	}
	for i := 0; p.limited.Load(); i++ {
		if i > 4*futileMisses {
			t.Fatal("the path is still blocked")
		}
		if i%2 == 0 {
			p.noteSuccess(now+1, now)
		} else {
			p.noteFailure(now+1, ip, now, 0)
		}
		now += Time(time.Second)
	}
	if p.due() <= minPathFails || p.stats.Blocked != 0 {
		t.Errorf("%d failures block the path again, %d times blocked; want more than %d, and 0", p.due(), p.stats.Blocked, minPathFails)
	}
}

// TestThrottle blocks the path after a number of probes, and lets the rate grow.
func TestThrottle(t *testing.T) {
	const s = Time(time.Second)
	th := throttle{began: 0, passed: 800, blocked: 1200}
	th.set(10*s, 8*time.Second)
	if th.pace.rate != 72 {
		t.Fatalf("%v per second after 800 to 1200 probes in 10 s, want 72", th.pace.rate)
	}
	for _, c := range []struct {
		at            Time
		bound         bool
		tried, missed int
		want          float64
	}{
		{15 * s, true, 10, 0, 72},
		{19 * s, false, 20, 0, 72},
		{20 * s, true, 20, 4, 72},
		{29 * s, true, 20, 1, 75.6},
		{30 * s, true, 20, 0, 75.6},
	} {
		th.bound, th.tried, th.missed = c.bound, c.tried, c.missed
		th.allow(c.at, true)
		if th.pace.rate != c.want {
			t.Errorf("after %v: %v per second, want %v", time.Duration(c.at), th.pace.rate, c.want)
		}
	}
}
