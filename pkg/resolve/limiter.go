package resolve

import (
	"context"
	"sync"
	"time"
)

const (
	// maxOutstanding is the maximum number of lookups in flight.
	maxOutstanding = 64
	// deadAfter is how long a resolver that worked may fail until names are given
	// up: limits are counted per minute at most.
	deadAfter = 90 * time.Second
	// neverAfter is how long for one that has not answered anything yet.
	neverAfter = 15 * time.Second
	// unreachableAfter is how long for one that cannot be reached.
	unreachableAfter = 3 * time.Second
	// small is the number of queries that no limit is exceeded by.
	small = 100
	// tick is how often the pace is judged, and early how many failures do it at once.
	tick  = time.Second
	early = 64
	// slowest is the pace at a resolver that answers nothing, slow the lowest at
	// one that answers something, both in queries per second.
	slowest, slow = 1, 5
	// fastest is the pace in queries per second above which there is none.
	fastest = 100_000
	// memory is how long a server that was heard counts as one that would reply.
	memory = 30 * time.Second
)

// limiter adapts the pace of lookups to what the resolver answers. There is no
// pace until queries fail; then it follows the replies of the last seconds, and
// rises again, faster and faster, while nothing fails.
type limiter struct {
	turn  chan struct{} // held by the lookup that is next
	freed chan struct{}

	mu          sync.Mutex
	max         float64 // maximum pace; 0: none
	pace        float64 // queries per second; 0: no limit
	step        float64 // what the pace rises by in a tick
	next        time.Time
	total       int // queries sent
	outstanding int

	cut         time.Time // when the pace was lowered last
	now, before tally
	servers     map[string]time.Time // when each was heard last
	rtt, spread time.Duration        // smoothed, as in RFC 6298

	lastOK  time.Time
	failing time.Time // since when nothing was answered; zero: it was
	latest  failure
}

// tally counts what became of queries in a tick.
type tally struct {
	since                        time.Time
	sent, ok, late, bad, retried float64
}

func newLimiter(maximum float64) *limiter {
	return &limiter{
		turn: make(chan struct{}, 1), freed: make(chan struct{}, 1),
		max: maximum, pace: maximum, servers: map[string]time.Time{},
	}
}

// begin waits until a lookup may begin.
func (l *limiter) begin(ctx context.Context) error {
	select {
	case l.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-l.turn }()
	for {
		wait, ok := l.enter(time.Now())
		if ok {
			return ctx.Err()
		}
		timer := time.NewTimer(wait)
		select {
		case <-l.freed:
		case <-timer.C:
		case <-ctx.Done():
		}
		timer.Stop()
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// enter counts a lookup in if it may begin, or returns how long to wait before
// the next try.
func (l *limiter) enter(now time.Time) (time.Duration, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.judge(now)
	places := maxOutstanding
	if l.pace > 0 && !l.dead(now) {
		places = max(1, min(maxOutstanding, int(l.pace/2)))
		if wait := l.next.Sub(now); wait > 0 {
			return min(wait, tick), false
		}
	}
	if l.outstanding >= places {
		return tick, false
	}
	l.outstanding++
	l.charge(now)
	return 0, true
}

// end counts a lookup out, with what became of it.
func (l *limiter) end(now time.Time, t *trace, worst cause) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.outstanding--
	if worst != none {
		if l.failing.IsZero() {
			l.failing = now
		}
		if t.dial.cause == unreachable {
			l.latest = t.dial
		}
		for _, f := range t.failed {
			l.latest = f
			if f.cause == refused && t.first && t.started.After(l.cut) {
				l.now.bad++
			}
		}
		l.judge(now)
	}
	select {
	case l.freed <- struct{}{}:
	default:
	}
}

// sent counts a query. The first of a lookup was charged when the lookup began:
// until it is sent, others would begin too.
func (l *limiter) sent(now time.Time, first bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.now.sent++
	l.total++
	if !first {
		l.charge(now)
	}
}

// charge delays the next lookup by a query's interval.
func (l *limiter) charge(now time.Time) {
	if l.pace > 0 {
		interval := time.Duration(float64(time.Second) / l.pace)
		l.next = later(l.next, now).Add(interval)
		// What package net repeats by itself delays the next by no more than this.
		if most := now.Add(max(tick, 4*interval)); l.next.After(most) {
			l.next = most
		}
	}
}

// heard counts a reply, which is useful or not, to a query.
func (l *limiter) heard(now, sent time.Time, server string, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.servers[server] = now
	rtt := now.Sub(sent)
	if l.rtt == 0 {
		l.rtt, l.spread = rtt, rtt/2
	}
	l.spread += (max(rtt-l.rtt, l.rtt-rtt) - l.spread) / 4
	l.rtt += (rtt - l.rtt) / 8
	if ok {
		l.now.ok++
		l.lastOK, l.failing = now, time.Time{}
	}
}

// late counts a query without a reply so far. That of a server that does not
// reply at all does not depend on the pace.
func (l *limiter) late(now, sent time.Time, server string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if heard, ok := l.servers[server]; !ok || now.Sub(heard) > memory || !sent.After(l.cut) {
		return
	}
	l.now.late++
	l.judge(now)
}

// cured counts a lookup that failed and succeeded when it was repeated: the
// failure was the resolver's, not the name's.
func (l *limiter) cured() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.now.retried += 2
}

// patience is how long a query may take before it counts as late.
func (l *limiter) patience() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return max(time.Second, l.rtt+4*l.spread)
}

// judge sets the pace by what happened since it was set last. Replies that are
// errors may be the name's own: they count if most are, or if they go away. Only
// first attempts count, since some names fail again and again.
func (l *limiter) judge(now time.Time) {
	n := &l.now
	if n.since.IsZero() {
		n.since = now
	}
	if now.Sub(n.since) < tick && n.late+n.bad < early {
		return
	}
	began := later(l.before.since, now.Add(-2*tick))
	if l.before.since.IsZero() {
		began = n.since
	}
	answered := (n.ok + l.before.ok) / max(tick, now.Sub(began)).Seconds()
	loss := n.late + n.retried
	switch total := n.ok + n.late + n.bad; {
	case loss > total/8, n.bad > total/2:
		l.lower(now, answered)
	case l.pace > 0 && n.ok > 0 && n.sent >= l.pace*now.Sub(n.since).Seconds()/2:
		l.raise(loss+n.bad == 0)
	}
	l.before, l.now = l.now, tally{since: now}
}

// lower sets the pace below what was answered.
func (l *limiter) lower(now time.Time, answered float64) {
	floor := float64(slow)
	if answered == 0 {
		floor = slowest
	}
	to := max(floor, answered*7/8)
	if l.pace > 0 {
		to = min(to, l.pace)
	}
	l.pace, l.step, l.cut, l.next = to, max(1, to/32), now, now
}

// raise lets the pace rise, faster each time that nothing failed.
func (l *limiter) raise(clean bool) {
	l.step = max(l.step, 1)
	l.pace += l.step
	if clean {
		l.step *= 1.5
	} else {
		l.step = max(1, l.pace/32)
	}
	if l.max > 0 {
		l.pace = min(l.pace, l.max)
	} else if l.pace > fastest {
		l.pace = 0
	}
}

// dead reports whether the resolver has failed for so long that names are given
// up without waiting for it.
func (l *limiter) dead(now time.Time) bool {
	after := deadAfter
	switch {
	case l.latest.cause == unreachable:
		after = unreachableAfter
	case l.lastOK.IsZero():
		after = neverAfter
	}
	return !l.failing.IsZero() && now.Sub(l.failing) > after
}

// givenUp returns the latest failure if a query is not to be sent because the
// resolver is dead. One a second is, to see whether it is back.
func (l *limiter) givenUp(now time.Time) *failure {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.dead(now) || !now.Before(l.next) {
		if l.pace == 0 && l.dead(now) {
			l.next = now.Add(tick)
		}
		return nil
	}
	f := l.latest
	return &f
}

// replied reports whether anything was answered since t, and whether anything
// ever was.
func (l *limiter) replied(t time.Time) (since, ever bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return !l.lastOK.Before(t), !l.lastOK.IsZero()
}

// idle reports whether so few queries were sent that they have met no limit.
func (l *limiter) idle() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.total < small
}

// givesUp reports whether names are given up at once.
func (l *limiter) givesUp(now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.dead(now)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
