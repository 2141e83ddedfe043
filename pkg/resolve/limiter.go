package resolve

import (
	"context"
	"sync"
	"time"
)

const (
	// maxOutstanding is the maximum number of lookups in flight.
	maxOutstanding = 64
	// deadAfter, neverAfter and unreachableAfter are how long a resolver may fail
	// before names fail at once: one that worked (rate limits are per minute at most),
	// one that never replied, and one that cannot be reached.
	deadAfter        = 90 * time.Second
	neverAfter       = 15 * time.Second
	unreachableAfter = 3 * time.Second
	// small is a number of queries that no rate limit forbids.
	small = 100
	// tick is the interval of adjusting the pace. early failures adjust it at once.
	tick  = time.Second
	early = 64
	// slowest is the pace for a resolver that does not reply, slow the minimum for one
	// that does, both in queries per second.
	slowest, slow = 1, 5
	// fastest is the pace in queries per second above which there is no limit.
	fastest = 100_000
	// memory is how long after a reply a server is assumed to be up.
	memory = 30 * time.Second
)

// limiter adapts the pace of lookups to the resolver. There is no limit until queries
// fail. Then the pace follows the rate of replies, and rises ever faster while nothing
// fails.
type limiter struct {
	turn  chan struct{} // held by the next lookup
	freed chan struct{}

	mu          sync.Mutex
	max         float64 // maximum pace; 0: no limit
	pace        float64 // queries per second; 0: no limit
	step        float64 // increase of the pace per tick
	next        time.Time
	total       int // queries sent
	outstanding int

	cut         time.Time // time of the last decrease of the pace
	now, before tally
	servers     map[string]time.Time // last reply of each
	rtt, spread time.Duration        // smoothed, as in RFC 6298

	lastOK  time.Time
	failing time.Time // start of the current failure; zero: none
	latest  failure
}

// tally counts the outcomes of queries since a time.
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

// begin waits until a lookup may start.
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
		if err := sleep(ctx, wait, l.freed); err != nil {
			return err
		}
	}
}

// enter counts a lookup as outstanding, or returns the time to wait before the next
// try.
func (l *limiter) enter(now time.Time) (time.Duration, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.adjust(now)
	limit := maxOutstanding
	if l.pace > 0 && !l.dead(now) {
		limit = max(1, min(maxOutstanding, int(l.pace/2)))
		if wait := l.next.Sub(now); wait > 0 {
			return min(wait, tick), false
		}
	}
	if l.outstanding >= limit {
		return tick, false
	}
	l.outstanding++
	l.charge(now)
	return 0, true
}

// end records the outcome of a lookup.
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
		l.adjust(now)
	}
	select {
	case l.freed <- struct{}{}:
	default:
	}
}

// onQuery counts a query. The first one of a lookup was charged by enter, or too many
// lookups would start before it is sent.
func (l *limiter) onQuery(now time.Time, first bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.now.sent++
	l.total++
	if !first {
		l.charge(now)
	}
}

// charge delays the next lookup by the interval of a query.
func (l *limiter) charge(now time.Time) {
	if l.pace > 0 {
		interval := time.Duration(float64(time.Second) / l.pace)
		l.next = later(l.next, now).Add(interval)
		// Limits the delay caused by retransmissions of package net.
		if latest := now.Add(max(tick, 4*interval)); l.next.After(latest) {
			l.next = latest
		}
	}
}

// onReply counts a reply. ok is false for an error.
func (l *limiter) onReply(now, sent time.Time, server string, ok bool) {
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

// onLate counts a query without a reply so far. A server that never replies does not
// depend on the pace.
func (l *limiter) onLate(now, sent time.Time, server string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if heard, ok := l.servers[server]; !ok || now.Sub(heard) > memory || !sent.After(l.cut) {
		return
	}
	l.now.late++
	l.adjust(now)
}

// recovered counts a name that was resolved when it was retried: the failure was the
// resolver's.
func (l *limiter) recovered() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.now.retried += 2
}

// patience returns the time after which a query without a reply is late.
func (l *limiter) patience() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return max(time.Second, l.rtt+4*l.spread)
}

// adjust adjusts the pace once per tick. Errors may depend on the name: they count if
// they are the majority, or if a retry succeeds. Only first attempts count, since some
// names always fail.
func (l *limiter) adjust(now time.Time) {
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

// lower sets the pace below the rate of replies.
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

// raise increases the pace, and its step if nothing failed.
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

// dead reports whether the resolver has failed for so long that names fail at once.
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

// givenUp returns the latest failure if the resolver is dead and the query is not to be
// sent. One query per second is, to detect that the resolver works again.
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

// replied reports whether there was a useful reply since t, and whether there ever was.
func (l *limiter) replied(t time.Time) (since, ever bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return !l.lastOK.Before(t), !l.lastOK.IsZero()
}

// idle reports whether there were too few queries to exceed any rate limit.
func (l *limiter) idle() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.total < small
}

// isDead is dead for callers without the lock.
func (l *limiter) isDead(now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.dead(now)
}

// sleep waits for d, or for wake if that comes first.
func sleep(ctx context.Context, d time.Duration, wake <-chan struct{}) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-wake:
	case <-timer.C:
	case <-ctx.Done():
	}
	return ctx.Err()
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
