package simnet

import (
	"math"
	"net/netip"
	"runtime"
	"sync/atomic"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/probe"
)

// startTime is where the virtual clock begins. It is not zero, so that a
// forgotten time shows.
const startTime = probe.Time(time.Hour)

// Transport is a simulated network as one worker sees it. It is
// probe.Transport.
type Transport struct {
	config  Config
	now     probe.Time // virtual
	began   time.Time  // with a real clock: when it was startTime
	answers events
	flights flights
	limits  map[netip.Addr]*limit
	wake    chan struct{}
	woken   atomic.Bool
}

// limit is a token bucket.
type limit struct {
	tokens float64
	at     probe.Time
}

// New makes a network as configured.
func New(c Config) *Transport {
	began := c.Began
	if began.IsZero() {
		began = time.Now()
	}
	return &Transport{
		config: c, now: startTime, began: began,
		limits: map[netip.Addr]*limit{}, wake: make(chan struct{}, 1),
	}
}

// Elapsed is how far the network's clock has come at t.
func Elapsed(t probe.Time) time.Duration { return t.Sub(startTime) }

// Now is the virtual time, or with a real clock the world's.
func (t *Transport) Now() probe.Time {
	if t.config.Real {
		t.now = startTime.Add(time.Since(t.began))
	}
	return t.now
}

// Send decides what comes back, and when.
func (t *Transport) Send(as []*probe.Attempt) (int, error) {
	now := t.Now()
	for i, a := range as {
		if t.config.Trouble != nil {
			if err := t.config.Trouble(a); err != nil {
				return i, err
			}
		}
		a.Sent = now
		t.decide(a, now)
	}
	return len(as), nil
}

func (t *Transport) decide(a *probe.Attempt, now probe.Time) {
	c := &t.config
	if c.Nobody != nil && c.Nobody(a.To.Addr()) {
		t.answers.push(event{id: a.ID, n: a.N, at: now.Add(3 * time.Second), reason: endpoint.HostUnreach, nobody: true})
		return
	}
	reason := c.answer(a)
	if c.TooBig != nil && c.TooBig(a) {
		reason = endpoint.LocalError
	}
	if reason == 0 || c.lost(a, now, lossThere) {
		return
	}
	if reason != endpoint.SynAck && reason != endpoint.UDPResponse && !t.mayRefuse(a.To.Addr(), now) {
		return
	}
	trip := c.RTT
	if c.Jitter > 0 {
		trip += time.Duration(c.draw(a, jitter) * float64(c.Jitter))
	}
	at := now.Add(trip)
	if c.Delay != nil {
		at = at.Add(c.Delay(a.To))
	}
	if c.lost(a, at, lossBack) {
		return
	}
	e := event{id: a.ID, n: a.N, at: at, reason: reason, from: c.sender(a, reason)}
	if !a.Exclusive && c.Elsewhere != nil && c.Elsewhere(a.To) {
		e = event{at: at, elsewhere: true, from: a.To.Addr()}
	}
	t.answers.push(t.flights.start(a, e))
	if c.Twice > 0 {
		e.at = at.Add(c.Twice)
		t.answers.push(e)
	}
}

func (c *Config) lost(a *probe.Attempt, at probe.Time, use uint64) bool {
	if c.Loss > 0 && c.draw(a, use) < c.Loss {
		return true
	}
	return c.Dark != nil && c.Dark(a.To.Addr(), at)
}

// mayRefuse takes a token of the address's limit, if there is a limit.
func (t *Transport) mayRefuse(ip netip.Addr, now probe.Time) bool {
	rate := float64(t.config.Limit)
	if rate == 0 {
		return true
	}
	if t.config.Limiter != nil {
		ip = t.config.Limiter(ip)
	}
	deep := max(rate/8, 1)
	if t.config.Burst > 0 {
		deep = float64(t.config.Burst)
	}
	l := t.limits[ip]
	if l == nil {
		l = &limit{tokens: deep, at: now}
		t.limits[ip] = l
	}
	l.tokens = math.Min(deep, l.tokens+rate*now.Sub(l.at).Seconds())
	l.at = now
	if l.tokens < 1 {
		return false
	}
	l.tokens--
	return true
}

// Poll hands out what has arrived. When that is nothing it moves the clock to
// the next arrival or the time given; with neither it waits for Wake.
func (t *Transport) Poll(until probe.Time, into []probe.Answer) (int, bool, error) {
	if n := t.read(into); n > 0 || until <= t.Now() {
		return n, t.answers.next() > t.now, nil
	}
	if t.woken.Swap(false) {
		return 0, true, nil
	}
	next := min(until, t.answers.next())
	switch {
	case t.config.Real:
		t.sleep(next)
	case next == probe.Never:
		<-t.wake
		t.woken.Store(false)
	default:
		runtime.Gosched() // let a reader that has records for this moment go first
		t.now = next
	}
	n := t.read(into)
	return n, t.answers.next() > t.now, nil
}

// sleep waits for a time of the real clock, or for Wake.
func (t *Transport) sleep(until probe.Time) {
	var due <-chan time.Time
	if until != probe.Never {
		timer := time.NewTimer(until.Sub(t.now))
		defer timer.Stop()
		due = timer.C
	}
	select {
	case <-due:
	case <-t.wake:
		t.woken.Store(false)
	}
}

// read moves what has arrived by now to into.
func (t *Transport) read(into []probe.Answer) (n int) {
	now := t.Now()
	for n < len(into) && t.answers.next() <= now {
		e := t.answers.pop()
		if !t.flights.land(e) {
			continue
		}
		into[n] = probe.Answer{
			ID: e.id, N: e.n, At: e.at, Reason: e.reason, Unresolved: e.nobody,
			FromOtherPort: e.elsewhere, From: e.from,
		}
		if e.reason == endpoint.LocalError {
			into[n].Err = probe.ErrPacket
		}
		n++
	}
	return n
}

// Forget discards the reply to a TCP attempt, as the system does when a socket is
// closed. Over UDP late replies still arrive.
func (t *Transport) Forget(a *probe.Attempt) {
	if a.Proto == endpoint.TCP {
		t.flights.forget(a.Handle)
	}
}

// Wake ends a Poll.
func (t *Transport) Wake() {
	t.woken.Store(true)
	select {
	case t.wake <- struct{}{}:
	default:
	}
}

// Stats says that there is room for any number of attempts.
func (t *Transport) Stats() probe.Stats { return probe.Stats{Room: math.MaxInt} }

// Close frees nothing.
func (t *Transport) Close() error { return nil }
