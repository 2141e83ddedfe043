package probe

import (
	"fmt"
	"math"
	"net/netip"
	"testing"
	"time"

	"portkit/pkg/internal/lab"
)

func TestGroupJudgesSilence(t *testing.T) {
	for _, c := range []struct {
		name string
		s    silence
		want judgment
	}{
		{"no limit seen", silence{explained: true, unlimited: true, prob: unknown}, judgment{}},
		{"chances enough", silence{explained: true, concluded: true, prob: 0.5}, judgment{}},
		{"no other was rejected", silence{prob: unknown}, judgment{shared: true, weight: quietChance}},
		{"the same, where a limit was seen", silence{shown: true, prob: unknown}, judgment{shared: true, weight: limitedChance}},
		{"others may have been rejected instead", silence{explained: true, prob: 0.5}, judgment{shared: true, noEvidence: true}},
		{"in turn, chance unknown", silence{explained: true, paced: true, prob: unknown}, judgment{shared: true, noEvidence: true}},
		{"in turn", silence{explained: true, paced: true, prob: 0.5}, judgment{shared: true, noEvidence: true, weight: float32(math.Ln2)}},
		{"in turn, others never win", silence{explained: true, paced: true}, judgment{shared: true, noEvidence: true}},
	} {
		if got := c.s.judge(); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

func TestRetryPaceFollowsErrors(t *testing.T) {
	for _, c := range []struct {
		name string
		p    pacing
		want float64
	}{
		{"no retries", pacing{pace: 20, rate: 3, minPace: 8, prob: alone}, 20},
		{"two errors per second", pacing{pace: 100, rate: 2, retries: 9, rejected: 2, minPace: 8, prob: alone}, 8},
		{"a hundred per second", pacing{pace: 8, rate: 100, retries: 9, rejected: 9, minPace: 8, prob: alone}, 400},
		{"no retry was rejected", pacing{pace: 8, rate: 2, retries: 9, minPace: 8, prob: alone}, 16},
		{"no pace, and no retry was rejected", pacing{retries: 9, minPace: 8, prob: alone}, 0},
		{"a group slows down by at most half", pacing{pace: 100, rate: 2, retries: 99, rejected: 2, minPace: 8, prob: unknown}, 50},
		{"not below the surplus over its errors", pacing{pace: 10, rate: 2, retries: 9, rejected: 2, minPace: 2, prob: 0.2}, 8},
		{"most retries are rejected", pacing{pace: 100, rate: 2, retries: 99, rejected: 2, minPace: 8, prob: 0.6}, 200},
	} {
		if got := c.p.next(); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// TestGroupWithoutLimitIsRecognized relies on later probes that are not rejected
// while first ones are.
func TestGroupWithoutLimitIsRecognized(t *testing.T) {
	for _, c := range []struct {
		name         string
		fresh, again tally
		want         bool
	}{
		{"nothing yet", tally{}, tally{}, false},
		{"a limit", tally{100, 20}, tally{100, 20}, false},
		{"half are silent", tally{100, 50}, tally{50, 0}, true},
		{"half are silent, and some loss", tally{100, 48}, tally{52, 3}, true},
		{"few later probes", tally{100, 50}, tally{2, 0}, false},
		{"only later probes", tally{}, tally{100, 20}, false},
	} {
		s := steady{first: c.fresh, later: c.again}
		if got := s.unlimited(); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func TestGroupsAreBoundedAndExpire(t *testing.T) {
	lab.NotRaced(t) // nothing in it is concurrent
	var s groups
	now := Time(time.Hour)
	ip := netip.MustParseAddr("2001:db8::1")
	for i := range maxGroups + 1000 {
		b := ip.As16()
		b[6], b[7] = byte(i>>8), byte(i)
		now = now.Add(time.Microsecond)
		s.rejected(now, member{ip: netip.AddrFrom16(b), neighbor: fmt.Sprint(i % 100)}, ip, tried{sent: now})
		if len(s.all) > maxGroups {
			t.Fatalf("%d groups, want at most %d", len(s.all), maxGroups)
		}
	}
	m := member{ip: netip.MustParseAddr("192.0.2.7")}
	s.rejected(now, m, netip.MustParseAddr("192.0.2.1"), tried{sent: now})
	var joined bool
	other := member{ip: netip.MustParseAddr("192.0.2.9")}
	if d := s.noteTimeout(now.Add(time.Second), other, tried{sent: now}, &joined); !d.noEvidence || !joined {
		t.Errorf("%+v a second after an error about another address, want void", d)
	}
	if d := s.noteTimeout(now.Add(groupFor+1), other, tried{sent: now}, &joined); d != (judgment{}) {
		t.Errorf("%+v after the group expired, want none", d)
	}
}

func TestErrorsMergeGroups(t *testing.T) {
	router := netip.MustParseAddr("198.51.100.1")
	at := func(s string) member { return member{ip: netip.MustParseAddr(s)} }
	now := Time(time.Hour)
	var s groups
	s.rejected(now, at("192.0.2.7"), router, tried{})
	s.rejected(now, at("203.0.113.7"), netip.MustParseAddr("203.0.113.7"), tried{})
	if s.of(now, at("192.0.2.9")) == s.of(now, at("203.0.113.9")) {
		t.Error("two networks share a group without an error from one router")
	}
	s.rejected(now, at("203.0.113.7"), router, tried{})
	if s.of(now, at("192.0.2.9")) != s.of(now, at("203.0.113.9")) {
		t.Error("two networks share no group after errors from one router")
	}
	near := member{netip.MustParseAddr("10.0.0.1"), "1 02:00:00:00:00:01"}
	alias := member{netip.MustParseAddr("10.9.9.9"), near.neighbor}
	s.rejected(now, near, near.ip, tried{})
	if g := s.of(now, alias); g == nil || g != s.of(now, near) {
		t.Error("two addresses of one neighbor share no group")
	}
}

// TestOneLostErrorIsOneChance has three retries be sent within the interval of a limit,
// whose error about them may have been lost.
func TestOneLostErrorIsOneChance(t *testing.T) {
	var j joint
	now := Time(time.Hour)
	for range 3 {
		j.pass(now, judgment{weight: quietChance})
		now = now.Add(rejectionEvery / 3)
	}
	if j.chances != quietChance || j.concluded {
		t.Errorf("evidence %v after one interval, want %v", j.chances, quietChance)
	}
	if j.pass(now.Add(rejectionEvery), judgment{weight: quietChance}); j.chances != 2*quietChance || !j.concluded {
		t.Errorf("evidence %v after two intervals, want %v", j.chances, 2*quietChance)
	}
}

// TestGroupForgetsAFasterPace rejects few retries while they are fast, then each one. A
// group that judged by the fast ones would slow down although its limit is not used.
func TestGroupForgetsAFasterPace(t *testing.T) {
	about := netip.MustParseAddr("192.0.2.7")
	retry := tried{paced: true, known: true}
	now := Time(time.Hour)
	g := &group{yield: yield{last: now, epoch: now}, members: 200}
	epoch := func(rejected, silent int) {
		for range silent {
			g.noteTimeout(now, about, retry)
		}
		for range rejected {
			g.rejected(now, about, retry)
		}
		g.retries += 100
		now = now.Add(time.Second)
		g.tick(now)
	}
	g.setPace(2000)
	epoch(1, 20)
	epoch(1, 20)
	if g.pace.rate != 500 {
		t.Fatalf("pace %v after two seconds with one retry of 20 rejected, want 500", g.pace.rate)
	}
	for range 6 {
		epoch(1, 0)
	}
	if g.pace.rate < 1000 {
		t.Errorf("pace %v after six seconds with each retry rejected, want at least 1000", g.pace.rate)
	}
}
