package probe

import "time"

// span is a time from the sending of one probe to that of another.
type span struct{ from, to Time }

// never is a span that contains nothing.
var never = span{Never, -Never}

func (s span) contains(o span) bool { return o.from >= s.from && o.to <= s.to }

// spans are the times in which an address replied, by when the probes that it replied to
// were sent. Two replies are in one span if their probes were sent at most a gap apart
// and no canary between them failed. A probe without a reply is evidence of silence only
// if it was sent within a span.
type spans struct {
	replied [4]span // the latest first
	hoped   [4]span // the same, with canaries whose replies are waited for
	failed  Time    // when the latest canary that failed was sent
}

// newSpans returns spans that begin with a probe that was replied to.
func newSpans(sent span) spans {
	first := span{sent.to, sent.to}
	return spans{
		replied: [4]span{first, never, never, never},
		hoped:   [4]span{first, never, never, never},
		failed:  -Never,
	}
}

// evidence is whether probes without a reply are evidence of silence.
type evidence uint8

const (
	witnessed evidence = iota // they are
	undecided                 // they are if the address replies to a canary
	awaited                   // the same, and none sent now would be in their span
	void                      // they are not
)

// isOpen reports whether that depends on the reply to a canary.
func (e evidence) isOpen() bool { return e == undecided || e == awaited }

// judge returns what probes sent within a span without a reply are. A canary is waited for
// at most for some time: its worker may have ended.
func (s *spans) judge(now Time, sent span, gap, wait time.Duration) evidence {
	for _, r := range s.replied {
		if r.contains(sent) {
			return witnessed
		}
	}
	if fresh := s.fresh(now, gap); sent.from >= s.hoped[0].from && (fresh || sent.to <= s.hoped[0].to) {
		if fresh {
			return undecided
		}
		if now.Sub(s.hoped[0].to) <= wait {
			return awaited
		}
	}
	for _, h := range s.hoped {
		if h.contains(sent) && now.Sub(h.to) <= wait {
			return awaited
		}
	}
	return void
}

// fresh reports whether a probe sent at now would have a witness before it.
func (s *spans) fresh(now Time, gap time.Duration) bool {
	h := &s.hoped[0]
	return s.failed <= h.to && now >= h.from && now.Sub(h.to) <= gap
}

// latest returns when the latest probe was sent that was, or may be, replied to.
func (s *spans) latest() Time { return s.hoped[0].to }

// noteReply records a reply to a probe sent within a span, which is longer than a moment
// if the system has retransmitted the probe.
func (s *spans) noteReply(sent span, gap time.Duration) {
	cur := &s.replied[0]
	switch {
	case sent.from > cur.to && (sent.from.Sub(cur.to) > gap || s.failed > cur.to && s.failed <= sent.from):
		copy(s.replied[1:], s.replied[:])
		*cur = span{sent.to, sent.to}
	case sent.to >= cur.from:
		cur.to = max(cur.to, sent.from)
	case cur.from.Sub(sent.to) <= gap && (s.failed < sent.to || s.failed >= cur.from):
		cur.from = sent.to
	}
	for i := range s.hoped {
		if h := &s.hoped[i]; h.from <= cur.to && h.to >= cur.from {
			h.from, h.to = cur.from, max(h.to, cur.to)
		}
	}
	if s.hoped[0].to < cur.to {
		copy(s.hoped[1:], s.hoped[:])
		s.hoped[0] = *cur
	}
}

// noteCanary records that a canary was sent within a span, as in noteReply.
func (s *spans) noteCanary(sent span, gap time.Duration) {
	h := &s.hoped[0]
	if s.failed <= h.to && sent.from.Sub(h.to) <= gap {
		h.to = max(h.to, sent.from)
		return
	}
	copy(s.hoped[1:], s.hoped[:])
	*h = span{sent.to, sent.from}
}

// noteFailure records that a canary sent at a time was not replied to. It reports whether
// the address has replied to none sent later.
func (s *spans) noteFailure(sent Time, gap time.Duration) (latest bool) {
	cur := &s.replied[0]
	if latest = cur.to < sent; latest {
		s.failed = max(s.failed, sent)
	} else {
		// Only the time around the failure is not witnessed.
		if before := sent.Add(-gap); before > cur.from {
			copy(s.replied[2:], s.replied[1:])
			s.replied[1] = span{cur.from, before}
		}
		cur.from = max(cur.from, min(sent.Add(gap), cur.to))
	}
	for i := range s.hoped {
		if h := &s.hoped[i]; sent >= h.from && sent <= h.to {
			*h = never
			if i == 0 {
				*h = s.replied[0]
			}
		}
	}
	return latest
}
