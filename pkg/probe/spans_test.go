package probe

import (
	"testing"
	"time"
)

// TestSpans replies to probes at some times, fails canaries at others, and judges probes
// in between. Times are in milliseconds.
func TestSpans(t *testing.T) {
	const gap, wait = time.Second, 2 * time.Second
	at := func(ms int) Time { return Time(time.Hour).Add(time.Duration(ms) * time.Millisecond) }
	type event struct {
		kind byte // 'r' a reply, 'c' a canary is sent, 'f' it fails
		at   int
	}
	for _, c := range []struct {
		name     string
		events   []event // after a reply to a probe sent at 0
		from, to int     // of the probes to judge
		now      int
		want     evidence
	}{
		{"between two replies", []event{{'r', 900}}, 100, 800, 950, witnessed},
		{"replies out of order", []event{{'r', 1800}, {'r', 900}}, 1000, 1700, 1900, witnessed},
		{"a reply too late", []event{{'r', 1100}}, 500, 500, 1200, void},
		{"before the first reply", []event{{'r', 900}}, -1, 500, 950, void},
		{"after the last reply", nil, 500, 500, 600, undecided},
		{"after the last reply, too long ago", nil, 500, 500, 1001, void},
		{"a canary is out", []event{{'c', 900}}, 500, 500, 1200, undecided},
		{"a canary is out, and none is sent any more", []event{{'c', 900}}, 500, 500, 2000, awaited},
		{"its result is never known", []event{{'c', 900}}, 500, 500, 3000, void},
		{"the canary was replied to", []event{{'c', 900}, {'r', 900}}, 500, 500, 1200, witnessed},
		{"the canary failed", []event{{'c', 900}, {'f', 900}}, 500, 500, 950, void},
		{"a canary failed between two replies", []event{{'c', 500}, {'f', 500}, {'r', 600}}, 550, 550, 700, void},
		{"the reply to a later probe came first", []event{{'c', 500}, {'r', 600}, {'f', 500}}, 550, 550, 700, void},
		{"one canary after the other", []event{{'c', 900}, {'c', 1800}}, 1500, 1500, 1850, undecided},
		{"the first of two canaries failed", []event{{'c', 900}, {'c', 1800}, {'f', 900}, {'r', 1800}}, 1500, 1500, 1900, void},
		{"a new span begins while a canary is out", []event{{'c', 900}, {'c', 2000}}, 500, 500, 2100, awaited},
		{"and the canary was replied to", []event{{'c', 900}, {'c', 2000}, {'r', 900}}, 500, 500, 2900, witnessed},
		{"in two spans", []event{{'c', 900}, {'c', 2000}}, 500, 2050, 2100, void},
	} {
		s := newSpans(span{at(0), at(0)})
		for _, e := range c.events {
			switch e.kind {
			case 'r':
				s.noteReply(span{at(e.at), at(e.at)}, gap)
			case 'c':
				s.noteCanary(span{at(e.at), at(e.at)}, gap)
			case 'f':
				s.noteFailure(at(e.at), gap)
			}
		}
		if got := s.judge(at(c.now), span{at(c.from), at(c.to)}, gap, wait); got != c.want {
			t.Errorf("%s: evidence %d, want %d", c.name, got, c.want)
		}
	}
}

// TestRepeatedProbeIsAWitnessFromItsRepetitionOn: the reply may be to the retransmission,
// so that the address may have been down before.
func TestRepeatedProbeIsAWitnessFromItsRepetitionOn(t *testing.T) {
	const gap = time.Second
	start := Time(time.Hour)
	s := newSpans(span{start, start})
	sent := span{start.Add(3 * gap), start.Add(4 * gap)}
	s.noteReply(sent, gap)
	s.noteReply(span{sent.to.Add(gap / 2), sent.to.Add(gap / 2)}, gap)
	for at, want := range map[Time]evidence{sent.from.Add(gap / 2): void, sent.to.Add(gap / 4): witnessed} {
		if got := s.judge(sent.to.Add(gap), span{at, at}, gap, gap); got != want {
			t.Errorf("%v after the probe: evidence %d, want %d", at.Sub(sent.from), got, want)
		}
	}
}
