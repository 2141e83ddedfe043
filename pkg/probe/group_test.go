package probe

import (
	"fmt"
	"math"
	"net/netip"
	"testing"
	"time"
)

// TestSilenceInAGroup: what an unanswered attempt is worth.
func TestSilenceInAGroup(t *testing.T) {
	for _, c := range []struct {
		name string
		s    silence
		want doubt
	}{
		{"no limit seen", silence{besides: true, unlimited: true, win: unknown}, doubt{}},
		{"chances enough", silence{besides: true, cold: true, win: 0.5}, doubt{}},
		{"nobody else was rejected", silence{win: unknown}, doubt{shared: true, weight: quietChance}},
		{"the same, where a limit was seen", silence{shown: true, win: unknown}, doubt{shared: true, weight: limitedChance}},
		{"others may have been rejected instead", silence{besides: true, win: 0.5}, doubt{shared: true, void: true}},
		{"in turn, chance unknown", silence{besides: true, paced: true, win: unknown}, doubt{shared: true, void: true}},
		{"in turn", silence{besides: true, paced: true, win: 0.5}, doubt{shared: true, void: true, weight: float32(math.Ln2)}},
		{"in turn, others never win", silence{besides: true, paced: true}, doubt{shared: true, void: true}},
	} {
		if got := c.s.judge(); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

// TestPaceOfAttemptsMadeAgain: how it follows from what came.
func TestPaceOfAttemptsMadeAgain(t *testing.T) {
	for _, c := range []struct {
		name string
		p    pacing
		want float64
	}{
		{"nothing was asked", pacing{pace: 20, rate: 3, least: 8, win: alone}, 20},
		{"an address that rejects twice a second", pacing{pace: 100, rate: 2, asked: 9, met: 2, least: 8, win: alone}, 8},
		{"a hundred a second", pacing{pace: 8, rate: 100, asked: 9, met: 9, least: 8, win: alone}, 400},
		{"nothing was met", pacing{pace: 8, rate: 2, asked: 9, least: 8, win: alone}, 16},
		{"no pace, and nothing was met", pacing{asked: 9, least: 8, win: alone}, 0},
		{"a group slows down by halves", pacing{pace: 100, rate: 2, asked: 99, met: 2, least: 8, win: unknown}, 50},
		{"not below what it sends", pacing{pace: 10, rate: 2, asked: 9, met: 2, least: 2, win: 0.2}, 8},
		{"most attempts win", pacing{pace: 100, rate: 2, asked: 99, met: 2, least: 8, win: 0.6}, 200},
	} {
		if got := c.p.next(); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// TestUnlimitedGroupsAreTold: by second attempts that meet nothing while first
// ones do.
func TestUnlimitedGroupsAreTold(t *testing.T) {
	for _, c := range []struct {
		name         string
		fresh, again tally
		want         bool
	}{
		{"nothing yet", tally{}, tally{}, false},
		{"a limit", tally{100, 20}, tally{100, 20}, false},
		{"half are silent", tally{100, 50}, tally{50, 0}, true},
		{"and some is lost", tally{100, 48}, tally{52, 3}, true},
		{"few second attempts", tally{100, 50}, tally{2, 0}, false},
		{"only second attempts", tally{}, tally{100, 20}, false},
	} {
		s := steady{fresh: c.fresh, again: c.again}
		if got := s.unlimited(); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

// TestGroupsAreBoundedAndForgotten: any number of networks that reject.
func TestGroupsAreBoundedAndForgotten(t *testing.T) {
	var s groups
	now := Time(time.Hour)
	ip := netip.MustParseAddr("2001:db8::1")
	for i := range maxGroups + 1000 {
		b := ip.As16()
		b[6], b[7] = byte(i>>8), byte(i)
		now = now.Add(time.Microsecond)
		s.rejected(now, member{ip: netip.AddrFrom16(b), neighbor: fmt.Sprint(i % 100)}, ip, tried{sent: now})
		if len(s.all) > maxGroups {
			t.Fatalf("%d are kept, at most %d may be", len(s.all), maxGroups)
		}
	}
	m := member{ip: netip.MustParseAddr("192.0.2.7")}
	s.rejected(now, m, netip.MustParseAddr("192.0.2.1"), tried{sent: now})
	var joined bool
	other := member{ip: netip.MustParseAddr("192.0.2.9")}
	if d := s.noteTimeout(now.Add(time.Second), other, tried{sent: now}, &joined); !d.void || !joined {
		t.Errorf("another address was rejected a second ago: %+v", d)
	}
	if d := s.noteTimeout(now.Add(groupFor+1), other, tried{sent: now}, &joined); d != (doubt{}) {
		t.Errorf("the group is older than a minute: %+v", d)
	}
}

// TestErrorsMakeGroupsOne: by their sender, and by the neighbor.
func TestErrorsMakeGroupsOne(t *testing.T) {
	router := netip.MustParseAddr("198.51.100.1")
	at := func(s string) member { return member{ip: netip.MustParseAddr(s)} }
	now := Time(time.Hour)
	var s groups
	s.rejected(now, at("192.0.2.7"), router, tried{})
	s.rejected(now, at("203.0.113.7"), netip.MustParseAddr("203.0.113.7"), tried{})
	if s.of(now, at("192.0.2.9")) == s.of(now, at("203.0.113.9")) {
		t.Error("two networks are one without a reason")
	}
	s.rejected(now, at("203.0.113.7"), router, tried{})
	if s.of(now, at("192.0.2.9")) != s.of(now, at("203.0.113.9")) {
		t.Error("one router rejects for both networks")
	}
	near := member{netip.MustParseAddr("10.0.0.1"), "1 02:00:00:00:00:01"}
	alias := member{netip.MustParseAddr("10.9.9.9"), near.neighbor}
	s.rejected(now, near, near.ip, tried{})
	if g := s.of(now, alias); g == nil || g != s.of(now, near) {
		t.Error("two addresses of one neighbor are not in one group")
	}
}
