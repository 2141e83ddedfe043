package probe

import (
	"math"
	"math/rand/v2"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// maxWitnesses is how many addresses are remembered for canaries of the run.
	maxWitnesses = 4
	// pathEvery is the interval of these canaries while addresses that never replied are
	// probed and no other replies. They are at most one in slowGap of all probes; below a
	// rate of minPathRate probes per second there are none.
	pathEvery   = 500 * time.Millisecond
	minPathRate = 10
	// minPathTimeout is the minimum timeout of such a canary: its address may have been
	// probed long ago.
	minPathTimeout = 250 * time.Millisecond
	// minPathFails is how many canaries in a row have to fail before the path is blocked.
	// At a high loss it is more, up to maxPathFails, so that loss alone causes that with
	// a probability of falseBlock.
	minPathFails, maxPathFails = 3, 12
	falseBlock                 = 1e-4
	// A path is clear again once minPathFails more canaries were replied to than failed
	// since the first reply, but if futileMisses fail, the loss does not depend on the
	// rate of other probes.
	futileMisses = 5
	// blockedPause is the interval of canaries while the path is blocked, longPause once
	// it is not waited for any more.
	blockedPause = 250 * time.Millisecond
	longPause    = 10 * time.Second
	// manyPatience is by how many times --lost-patience a path is waited for on which
	// several addresses have stopped replying: a connection table keeps an entry for up
	// to two minutes.
	manyPatience = 5
	// The loss of the path is that of about the latest pathLossMemory canaries.
	pathLossMemory = 16
	pathLossScale  = 1 << 20
	// maxPause is longer than any wait for a path.
	maxPause = 24 * time.Hour
	// maxBlocks is how many times in which the path was blocked are remembered.
	maxBlocks = 16
)

// path decides whether probes of one protocol reach the scanned networks at all. A
// stateful firewall or NAT router drops them once its connection table is full, and the
// probes to addresses that never reply are what fills it. Addresses that have replied in
// the run are the witnesses: while others are probed, canaries are sent to them, even if
// all of their own endpoints are settled. If these fail, the path is blocked: nothing but
// canaries is sent, and all timeouts since the latest canary that was replied to are void.
// Then the rate is limited (throttle). Other replies than those to canaries show little:
// of many retransmissions some always get through. All workers share a path.
type path struct {
	state   atomic.Int32 // a pathState; changed behind the mutex, as is the rest
	calm    atomic.Bool  // no canary has failed yet
	witness atomic.Bool  // there is one
	limited atomic.Bool  // probes need allow
	noted   atomic.Int64 // when a witness last replied
	passed  atomic.Int64 // when the latest canary that was replied to was sent
	asked   atomic.Int64 // when the latest canary was chosen, give or take the jitter
	cleared atomic.Int64 // when the path was last clear again
	unheard atomic.Int64 // when the latest probe to an address that never replied was sent
	sent    atomic.Int64 // probes, without canaries
	missed  atomic.Int32 // part of the latest canaries that failed, in pathLossScale

	patience time.Duration // --lost-patience
	every    time.Duration // interval of canaries; 0: none are sent

	mu        sync.Mutex
	witnesses []netip.Addr // the latest first
	turn      int          // of the next canary
	since     Time         // when the first canary that failed was sent
	dark      Time         // passed at that time
	fails     int          // canaries that failed since then
	failed    []netip.Addr // their addresses
	hits      int          // canaries that were replied to since then
	misses    int          // canaries that failed since the first of these
	usual     float64      // loss that does not depend on the rate
	blocked   []span       // times in which probes were blocked; the latest first
	throttle  throttle
	stats     Path
}

// pathState is whether probes reach the scanned networks.
type pathState = int32

const (
	pathClear   pathState = iota
	pathSuspect           // a canary has failed: others are sent
	pathBlocked           // all have failed
	pathGone              // the same, for longer than is waited for
)

// Path describes times in which no address replied any more, although some had before.
type Path struct {
	// Blocked is the number of these times, Longest the longest.
	Blocked int
	Longest time.Duration
	// Witnesses is the maximum number of addresses that stopped replying at once.
	Witnesses int
	// Rate is the lowest limit that was set afterwards, in probes per second.
	Rate float64
	// Gone is the number of these times that were longer than is waited for.
	Gone int
}

func newPath(patience time.Duration, rate float64) *path {
	p := &path{patience: patience, every: pathEvery, blocked: make([]span, 0, maxBlocks)}
	switch {
	case rate > 0 && rate < minPathRate:
		p.every = 0
	case rate > 0:
		p.every = max(pathEvery, time.Duration(slowGap*float64(time.Second)/rate))
	}
	p.calm.Store(true)
	return p
}

// noteSent records n probes, and whether any was sent to an address that never replied.
func (p *path) noteSent(now Time, n int, unheard bool) {
	if p.sent.Add(int64(n)) == int64(n) {
		p.mu.Lock()
		p.throttle.began = now
		p.mu.Unlock()
	}
	if unheard || p.limited.Load() {
		p.unheard.Store(int64(now))
	}
}

// noteReply records that an address which is suitable for canaries replied. first is set
// if it had not before.
func (p *path) noteReply(now Time, ip netip.Addr, first bool) {
	if p.every == 0 || !first && now.Sub(Time(p.noted.Load())) < checkPause {
		return
	}
	p.noted.Store(int64(now))
	p.mu.Lock()
	defer p.mu.Unlock()
	if i := slices.Index(p.witnesses, ip); i >= 0 {
		p.witnesses = slices.Delete(p.witnesses, i, i+1)
	}
	p.witnesses = slices.Insert(p.witnesses, 0, ip)
	p.witnesses = p.witnesses[:min(len(p.witnesses), maxWitnesses)]
	if !p.witness.Swap(true) {
		p.passed.Store(int64(now))
		p.asked.Store(int64(now))
	}
}

// dropWitness removes a witness.
func (p *path) dropWitness(ip netip.Addr) {
	p.witnesses = slices.DeleteFunc(p.witnesses, func(w netip.Addr) bool { return w == ip })
	if len(p.witnesses) == 0 {
		p.witness.Store(false)
		p.state.Store(pathClear)
		p.limited.Store(false)
	}
}

// noteSuccess records that a canary sent at a time was replied to.
func (p *path) noteSuccess(now, sent Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.noteCanary(false)
	if p.state.Load() != pathClear && sent >= p.since {
		if p.hits++; p.state.Load() != pathBlocked || p.hits-p.misses >= minPathFails {
			p.clear(now, sent)
		}
	}
	if sent > Time(p.passed.Load()) {
		p.passed.Store(int64(sent))
		p.throttle.notePassed(now, p.sent.Load())
	}
}

// clear ends the time in which the path was not clear, with the reply to a canary sent at
// a time. Witnesses that failed are dropped until they reply again.
func (p *path) clear(now, sent Time) {
	before := p.state.Swap(pathClear)
	if before == pathSuspect {
		for _, ip := range p.failed {
			if len(p.witnesses) > 1 {
				p.dropWitness(ip)
			}
		}
		if p.limited.Load() {
			p.noteBlocked(span{p.dark, sent})
		}
	} else {
		p.noteBlocked(span{p.dark, sent})
		p.stats.Longest = max(p.stats.Longest, sent.Sub(p.dark))
		if before == pathBlocked {
			p.throttle.set(now, sent.Sub(p.dark))
			p.stats.Rate = p.throttle.lowest
		}
		p.throttle.began, p.throttle.base = now, p.sent.Load()
	}
	p.failed = p.failed[:0]
	p.cleared.Store(int64(now))
}

// noteBlocked records a time in which the path was blocked, by when probes were sent.
func (p *path) noteBlocked(s span) {
	p.blocked = slices.Insert(p.blocked[:min(len(p.blocked), maxBlocks-1)], 0, s)
}

// giveUp ends the control of a path on which as much is lost while nothing but canaries
// is sent: the loss does not depend on the rate.
func (p *path) giveUp(now Time) {
	p.usual = float64(p.misses) / float64(p.hits+p.misses)
	p.clear(now, now)
	p.limited.Store(false)
	p.throttle = throttle{began: now, base: p.sent.Load()}
	p.stats.Blocked--
}

// noteFailure records that a canary sent at a time was not replied to, at a loss of the
// run. It reports whether the path is blocked since then.
func (p *path) noteFailure(now Time, ip netip.Addr, sent Time, loss float64) (blocked bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.throttle.missed++
	p.noteCanary(true)
	if sent <= Time(p.passed.Load()) {
		return false
	}
	switch p.state.Load() {
	case pathClear:
		p.state.Store(pathSuspect)
		if p.calm.Swap(false) {
			p.usual = loss
		}
		p.since, p.fails, p.dark = sent, 0, Time(p.passed.Load())
		p.hits, p.misses = 0, 0
		p.throttle.blocked = p.sent.Load()
	case pathBlocked:
		if p.hits > 0 {
			p.misses++
		}
		if p.misses >= futileMisses {
			p.giveUp(now)
		}
		return false
	case pathGone:
		return false
	}
	if !slices.Contains(p.failed, ip) {
		p.failed = append(p.failed, ip)
	}
	if p.fails++; p.fails < p.due() {
		return false
	}
	p.state.Store(pathBlocked)
	p.limited.Store(true)
	p.stats.Blocked++
	p.stats.Witnesses = max(p.stats.Witnesses, len(p.failed))
	return true
}

// due returns how many canaries in a row have to fail before the path is blocked.
func (p *path) due() int {
	if p.usual == 0 {
		return minPathFails
	}
	n := math.Ceil(math.Log(falseBlock) / math.Log(min(p.usual, 0.9)))
	return int(min(max(n, minPathFails), maxPathFails))
}

// notClearSince returns the time from t until the path was last clear again, in which an
// address cannot show whether it is lost; maxPause if the path is not clear now. It is
// longer while the path loses some of the probes.
func (p *path) notClearSince(t Time) time.Duration {
	if s := p.state.Load(); s == pathSuspect || s == pathBlocked {
		return maxPause
	}
	pause := max(Time(p.cleared.Load()).Sub(t), 0)
	if p.limited.Load() && p.loss()*growLoss > 1 {
		pause += manyPatience * p.patience
	}
	return pause
}

// noteCanary records whether a canary has failed. The mutex is held.
func (p *path) noteCanary(failed bool) {
	lost := p.missed.Load()
	if failed {
		lost += (pathLossScale - lost) / pathLossMemory
	} else {
		lost -= (lost + pathLossMemory - 1) / pathLossMemory
	}
	p.missed.Store(lost)
}

// loss returns the part of the canaries of the run that failed of late.
func (p *path) loss() float64 { return float64(p.missed.Load()) / pathLossScale }

// next returns when the next canary is to be sent; Never if none is before something
// else happens.
func (p *path) next() Time {
	if !p.witness.Load() {
		return Never
	}
	asked, unheard := Time(p.asked.Load()), Time(p.unheard.Load())
	if s := p.state.Load(); (s == pathClear || s == pathGone) && unheard <= asked {
		return Never
	}
	return asked.Add(p.pause())
}

// pause returns the mean interval of canaries.
func (p *path) pause() time.Duration {
	switch p.state.Load() {
	case pathSuspect:
		return checkPause
	case pathBlocked:
		return blockedPause
	case pathGone:
		return longPause
	}
	if p.limited.Load() {
		return p.every / 2
	}
	return p.every
}

// take returns the address for a canary, if one is due.
func (p *path) take(now Time) (ip netip.Addr, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.next() > now || len(p.witnesses) == 0 {
		return ip, false
	}
	// At random times canaries meet the table as other probes do.
	jitter := time.Duration((rand.Float64() - 0.5) * float64(p.pause()) / 2)
	p.asked.Store(int64(now.Add(jitter)))
	p.turn++
	p.throttle.tried++
	if p.state.Load() == pathBlocked && now.Sub(p.since) > p.patient() {
		p.state.Store(pathGone)
		p.limited.Store(false)
		p.throttle.pace = ceiling{}
		p.stats.Gone++
		p.stats.Longest = max(p.stats.Longest, now.Sub(p.dark))
	}
	return p.witnesses[p.turn%len(p.witnesses)], true
}

// patient returns how long to wait for a blocked path.
func (p *path) patient() time.Duration {
	if len(p.failed) > 1 {
		return manyPatience * p.patience
	}
	return p.patience
}

// allow reports whether a probe may be sent, or else when to ask again.
func (p *path) allow(now Time) (ok bool, next Time) {
	if !p.limited.Load() {
		return true, now
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.state.Load() == pathBlocked {
		return false, now.Add(checkPause)
	}
	return p.throttle.allow(now, p.state.Load() == pathClear)
}

// cancel takes back a probe that was allowed and not sent.
func (p *path) cancel() {
	if p.limited.Load() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.throttle.cancel()
	}
}

// judge returns what probes within a span without a reply are, to an address that has
// replied (heard) or not. While no canary has failed, those to one that has need no other
// witnesses than its own.
func (p *path) judge(now Time, sent span, heard bool) evidence {
	if !p.witness.Load() || p.calm.Load() && (heard || sent.to <= Time(p.passed.Load())) {
		return witnessed
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, b := range p.blocked {
		if sent.from < b.to && sent.to > b.from {
			return void
		}
	}
	switch state := p.state.Load(); {
	case state == pathGone:
		return witnessed
	case state == pathBlocked && sent.to > p.dark:
		return void
	case state == pathSuspect && sent.to > p.dark:
		return awaited
	case state == pathClear && !heard && sent.to > Time(p.passed.Load()) && now.Sub(sent.to) < 2*p.every:
		return awaited
	}
	return witnessed
}

// drop removes an address that no canary can be sent to.
func (p *path) drop(ip netip.Addr) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dropWitness(ip)
}

func (p *path) snapshot() Path {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stats
}
