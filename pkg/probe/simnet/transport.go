package simnet

import (
	"math"
	"net/netip"
	"runtime"
	"sync/atomic"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/probe"
	"portkit/pkg/probe/internal/timeline"
)

// startTime is when the virtual clock starts. It is not zero so that an unset time
// is noticed.
const startTime = probe.Time(time.Hour)

// Transport is a probe.Transport for one worker.
type Transport struct {
	config  Config
	now     atomic.Int64 // probe.Time, unless Config.Real is set
	began   time.Time    // real time of startTime, if Config.Real is set
	replies timeline.Queue[probe.Time, reply]
	sent    sentProbes
	limits  map[netip.Addr]*limit
	echoes  map[netip.Addr]uint8 // requests sent
	wake    chan struct{}
	woken   atomic.Bool
}

// limit is a token bucket.
type limit struct {
	tokens float64
	at     probe.Time
}

// New returns a transport over a network.
func New(c Config) *Transport {
	began := c.Began
	if began.IsZero() {
		began = time.Now()
	}
	if c.Lost > 0 {
		c.Firewall = c.losing()
	}
	t := &Transport{
		config: c, began: began,
		limits: map[netip.Addr]*limit{}, echoes: map[netip.Addr]uint8{}, wake: make(chan struct{}, 1),
	}
	t.now.Store(int64(startTime))
	return t
}

// Elapsed returns the time since the clock started.
func Elapsed(t probe.Time) time.Duration { return t.Sub(startTime) }

// Now returns the time of the network's clock. Any goroutine may call it.
func (t *Transport) Now() probe.Time {
	if t.config.Real {
		return startTime.Add(time.Since(t.began))
	}
	return probe.Time(t.now.Load())
}

// Send computes the reply to every attempt and when it arrives.
func (t *Transport) Send(as []*probe.Attempt) (int, error) {
	now := t.Now()
	for i, a := range as {
		if t.config.SendError != nil {
			if err := t.config.SendError(a); err != nil {
				return i, err
			}
		}
		a.Sent = now
		t.send(a, now)
	}
	return len(as), nil
}

func (t *Transport) send(a *probe.Attempt, now probe.Time) {
	c := &t.config
	if c.Unresolved != nil && c.Unresolved(a.To.Addr()) {
		t.replies.Push(now.Add(3*time.Second), reply{id: a.ID, n: a.N, reason: endpoint.HostUnreach, unresolved: true})
		return
	}
	reason := c.replyOf(a)
	if c.lost(a, now, probeLoss) || c.Firewall.count(a.To.Addr(), now, reason) || reason == 0 {
		return
	}
	if c.Failed != nil && c.Failed(a.To, now) {
		return
	}
	if reason != endpoint.SynAck && reason != endpoint.UDPResponse && !t.allow(a.To.Addr(), now) {
		return
	}
	at := now.Add(c.trip(a))
	if c.lost(a, at, replyLoss) {
		return
	}
	r := reply{id: a.ID, n: a.N, reason: reason, from: c.sender(a, reason)}
	if !a.Exclusive && c.FromOtherPort != nil && c.FromOtherPort(a.To) {
		r = reply{fromOtherPort: true, from: a.To.Addr()}
	}
	t.replies.Push(at, t.sent.add(a, r))
	if c.Duplicate > 0 {
		t.replies.Push(at.Add(c.Duplicate), r)
	}
}

// trip returns the round-trip time of an attempt.
func (c *Config) trip(a *probe.Attempt) time.Duration {
	d := c.RTT
	if c.Jitter > 0 {
		d += time.Duration(c.random(a, jitter) * float64(c.Jitter))
	}
	if c.Delay != nil {
		d += c.Delay(a.To)
	}
	return d
}

// lost reports whether a packet of an attempt is lost.
func (c *Config) lost(a *probe.Attempt, at probe.Time, use uint64) bool {
	if c.Loss > 0 && c.random(a, use) < c.Loss {
		return true
	}
	return c.Blackout != nil && c.Blackout(a.To.Addr(), at)
}

// allow reports whether an address may send a rejection, and uses a token of its
// limit.
func (t *Transport) allow(ip netip.Addr, now probe.Time) bool {
	rate := float64(t.config.Limit)
	if rate == 0 {
		return true
	}
	if t.config.Limiter != nil {
		ip = t.config.Limiter(ip)
	}
	burst := max(rate/8, 1)
	if t.config.Burst > 0 {
		burst = float64(t.config.Burst)
	}
	l := t.limits[ip]
	if l == nil {
		l = &limit{tokens: burst, at: now}
		t.limits[ip] = l
	}
	l.tokens = math.Min(burst, l.tokens+rate*now.Sub(l.at).Seconds())
	l.at = now
	if l.tokens < 1 {
		return false
	}
	l.tokens--
	return true
}

// Poll returns the replies that have arrived. Without any it moves the clock to the
// next reply or to until, or waits for Wake if there is neither.
func (t *Transport) Poll(until probe.Time, into []probe.Reply) (int, bool, error) {
	if n := t.read(into); n > 0 || until <= t.Now() {
		return n, t.next() > t.Now(), nil
	}
	if t.woken.Swap(false) {
		return 0, true, nil
	}
	next := min(until, t.next())
	switch {
	case t.config.Real:
		t.sleep(next)
	case next == probe.Never:
		<-t.wake
		t.woken.Store(false)
	default:
		runtime.Gosched() // lets a reader submit records before the clock moves
		t.now.Store(int64(next))
	}
	n := t.read(into)
	return n, t.next() > t.Now(), nil
}

// next returns when the next reply arrives; Never without any.
func (t *Transport) next() probe.Time {
	if t.replies.Len() == 0 {
		return probe.Never
	}
	return t.replies.First()
}

// sleep waits until a time of the real clock, or for Wake.
func (t *Transport) sleep(until probe.Time) {
	var due <-chan time.Time
	if until != probe.Never {
		timer := time.NewTimer(until.Sub(t.Now()))
		defer timer.Stop()
		due = timer.C
	}
	select {
	case <-due:
	case <-t.wake:
		t.woken.Store(false)
	}
}

// read moves the replies that have arrived to into.
func (t *Transport) read(into []probe.Reply) (n int) {
	now := t.Now()
	for n < len(into) && t.next() <= now {
		at, r := t.replies.Pop()
		if !t.sent.receive(r) {
			continue
		}
		into[n] = probe.Reply{
			ID: r.id, N: r.n, At: at, Reason: r.reason, Unresolved: r.unresolved,
			FromOtherPort: r.fromOtherPort, EchoReply: r.echo, From: r.from,
		}
		if r.reason == endpoint.LocalError {
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
		t.sent.forget(a.Handle)
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

// Stats reports unlimited room.
func (t *Transport) Stats() probe.Stats { return probe.Stats{Room: math.MaxInt} }

// Close does nothing.
func (t *Transport) Close() error { return nil }
