package probe

import (
	"encoding/binary"
	"math/bits"
	"math/rand/v2"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"portkit/pkg/endpoint"
)

// Options says how an Engine asks. The zero value of a ceiling is none.
type Options struct {
	// Workers is how many share the work, at most 64 and at least 1.
	Workers int
	// Concurrency is the most endpoints that wait for an answer at once, in
	// all; at least one for every worker.
	Concurrency int
	// Ahead is how many jobs are taken in before Submit waits; 0: a few thousand.
	// More takes a transport that is faster than whoever submits is woken.
	Ahead int
	// UDP, if not nil, asks udp ports. nil: the others do.
	UDP *Pool
	// HostConcurrency is the most endpoints of a protocol that wait at one
	// address; 0 adapts.
	HostConcurrency int
	// Rate and HostRate are the most attempts a second, in all and to one
	// address.
	Rate, HostRate float64
	// Timeout is the longest wait for the answer to one attempt.
	Timeout time.Duration
	// Retries is how many attempts follow silence; negative adapts.
	Retries int
	// Addresses is how many addresses are remembered.
	Addresses int
	// OnLink says whether an address is on a link of this machine's, where its
	// neighbors have to be found before they can be asked. nil: none is.
	OnLink func(netip.Addr) bool
	// HostTimeout is how long after the first attempt to it an address is ended
	// with; 0: never.
	HostTimeout time.Duration
	// Share lets jobs for the same endpoint that wait at the same time share one
	// asking.
	Share bool
	// Allowed says whether an endpoint may be asked; it is called before every
	// attempt. nil: all may.
	Allowed func(netip.AddrPort, endpoint.Proto) bool
	// Patience is how long an address that limits what it says of closed udp
	// ports is waited for.
	Patience time.Duration
	// Repeats is when after its sending the system itself repeats a TCP attempt
	// that has not been forgotten, ascending; nil: it does not.
	Repeats []time.Duration
	// Neighbor returns what the system knows of a neighbor, so that its silence is
	// its own; nil: that cannot be told. Workers call it, for addresses on a link
	// that do not answer and whose Transport leaves neighbors to the system.
	Neighbor func(netip.Addr) Neighbor
	// LinkLayer returns the link-layer address of a neighbor that the system has
	// found, "" if it has not; nil: that is not known. Workers call it for UDP, once
	// for each address where ICMP errors come.
	LinkLayer func(netip.Addr) string
	// Transport makes a worker's own.
	Transport func(worker int) (Transport, error)
	// Failed, if not nil, is called once when a transport breaks, which ends the
	// run.
	Failed func(error)
	// Sink makes a worker's own.
	Sink func(worker int) Sink
}

// Pool is workers that have one kind of Transport.
type Pool struct {
	// Workers and Concurrency are as in Options.
	Workers, Concurrency int
	// Transport makes a worker's own.
	Transport func(worker int) (Transport, error)
}

// queueAhead is how many jobs for each worker are taken in before Submit
// waits. More are taken in while a worker finds nothing it may start, since
// the next ones may be for an address that is not held back.
const queueAhead = 2048

// submitted is about how many jobs come with one Submit.
const submitted = 256

// Engine asks the Jobs that it is given and hands each to a Sink once.
type Engine struct {
	opts     Options
	table    *table
	pace     pace
	hostRate ceiling
	seed     uint64       // of the hash of endpoints
	workers  []*worker    // of all pools
	pools    [2][]*worker // by protocol
	ahead    int64        // how many jobs are taken in before Submit waits

	transports []Transport // to be closed
	done       sync.WaitGroup

	queued  atomic.Int64 // submitted and not started
	closed  atomic.Bool
	stopped atomic.Pointer[stop]

	mu         sync.Mutex
	room       sync.Cond
	submitters atomic.Int32 // that wait for room
	err        error
}

// stop is an order to end early.
type stop struct {
	reason endpoint.Reason
	grace  time.Duration // for answers to what was sent
	err    error         // with LocalError
}

// Start makes an Engine and its workers. They end after Close.
func Start(opts Options) (*Engine, error) {
	most := opts.Concurrency
	if opts.HostConcurrency > 0 {
		most = min(most, opts.HostConcurrency)
	}
	start := newWindow(most)
	if opts.HostConcurrency > 0 {
		start.size = float64(most)
	}
	pools := [2]Pool{endpoint.TCP: {opts.Workers, opts.Concurrency, opts.Transport}}
	pools[endpoint.UDP] = pools[endpoint.TCP]
	if opts.UDP != nil {
		pools[endpoint.UDP] = *opts.UDP
	}
	e := &Engine{
		opts: opts,
		table: newTable(tableOptions{
			size: opts.Addresses, workers: [2]int{pools[0].Workers, pools[1].Workers},
			start: start, onLink: opts.OnLink, rate: opts.HostRate > 0 || opts.HostTimeout > 0,
		}),
		pace:     pace{ceiling: newCeiling(opts.Rate)},
		hostRate: newCeiling(opts.HostRate),
		seed:     rand.Uint64(),
	}
	e.room.L = &e.mu
	e.ahead = int64(opts.Ahead)
	for proto, p := range pools {
		if proto == int(endpoint.UDP) && opts.UDP == nil {
			e.pools[proto] = e.pools[endpoint.TCP]
			break
		}
		if err := e.fill(p, &e.pools[proto]); err != nil {
			e.Close()
			return nil, err
		}
	}
	for _, w := range e.workers {
		e.done.Go(w.run)
	}
	return e, nil
}

// fill makes a pool's workers.
func (e *Engine) fill(p Pool, workers *[]*worker) error {
	for i := range p.Workers {
		t, err := p.Transport(i)
		if err != nil {
			return err
		}
		e.transports = append(e.transports, t)
		w := newWorker(e, i, share(p.Concurrency, p.Workers, i), workers, t)
		e.workers = append(e.workers, w)
		*workers = append(*workers, w)
	}
	e.ahead = max(e.ahead, int64(queueAhead*p.Workers))
	return nil
}

// Submit takes jobs in. It waits while enough are in hand.
func (e *Engine) Submit(jobs []*Job) {
	e.waitForRoom()
	e.queued.Add(int64(len(jobs)))
	var asked [2]bool
	for _, j := range jobs {
		j.address = e.table.get(j.To.Addr(), j.Proto)
		asked[j.Proto] = true
	}
	e.distribute(jobs)
	for proto, some := range asked {
		for _, w := range e.pools[proto] {
			if some {
				w.wakeUp()
			}
		}
	}
}

// distribute leaves each job in its worker's inbox. It holds all inboxes at
// once, so that no job is looked at after its worker has it.
func (e *Engine) distribute(jobs []*Job) {
	for _, w := range e.workers {
		w.inbox.mu.Lock()
		defer w.inbox.mu.Unlock()
	}
	for _, j := range jobs {
		j.hash = j.hashed(e.seed)
		pool := e.pools[j.Proto]
		b := &pool[j.share(len(pool))].inbox
		b.jobs = append(b.jobs, j)
	}
}

// hashed is a hash of j's endpoint.
func (j *Job) hashed(seed uint64) uint32 {
	return hashOf(j.To.Addr(), uint64(j.To.Port())<<8|uint64(j.Proto), seed)
}

// hashOf is a hash of an address and what goes with it. seed keeps those who write
// lists from choosing endpoints with the same one.
func hashOf(ip netip.Addr, more, seed uint64) uint32 {
	b := ip.As16()
	h := binary.LittleEndian.Uint64(b[:8]) ^ seed
	h = bits.RotateLeft64(h*0x9e3779b97f4a7c15, 29) + binary.LittleEndian.Uint64(b[8:])
	h ^= more
	h *= 0x9e3779b97f4a7c15
	h = (h ^ h>>32) * 0xd6e8feb86659fd93
	return uint32(h ^ h>>32)
}

// share picks a worker by the hash, so that the ports of one address are spread
// over all of them.
func (j *Job) share(workers int) int {
	return int(uint64(j.hash) * uint64(workers) >> 32)
}

func (e *Engine) waitForRoom() {
	if !e.full() || e.useReadAhead() {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.submitters.Add(1)
	defer e.submitters.Add(-1)
	for e.full() && !e.useReadAhead() {
		e.room.Wait()
	}
}

// full says that enough jobs are in hand.
func (e *Engine) full() bool {
	return e.queued.Load() >= e.ahead && e.stopped.Load() == nil
}

// belowLowWater says that there is so much room that it is worth waking somebody for.
func (e *Engine) belowLowWater() bool {
	return e.queued.Load() < e.ahead-e.ahead/4 || e.stopped.Load() != nil
}

// readAhead is how often a worker that finds nothing to start lets more be
// submitted: what is in hand grows by a sixteenth each time. So little is read
// ahead of what will pass by itself, an address's window that has yet to open,
// and within a second or two all that there is room for, of what will not.
func (e *Engine) readAhead() int64 { return max(e.queued.Load()/16/submitted, 1) }

// useReadAhead takes a hungry worker's leave to submit once more. It gives another
// when it has looked at what came, so that no more is read ahead than is needed
// to find something that may be started.
func (e *Engine) useReadAhead() bool {
	for _, w := range e.workers {
		if n := w.readAhead.Load(); n > 0 && w.readAhead.CompareAndSwap(n, n-1) {
			return true
		}
	}
	return false
}

// madeRoom lets those who wait to submit look again.
func (e *Engine) madeRoom(hungry bool) {
	if e.submitters.Load() > 0 && (hungry || e.belowLowWater()) {
		e.mu.Lock()
		e.room.Broadcast()
		e.mu.Unlock()
	}
}

// WakeAll makes every worker look at its Sink again.
func (e *Engine) WakeAll() {
	for _, w := range e.workers {
		w.wakeUp()
	}
}

// Stop ends the run early: what was never sent is settled with reason at once,
// the rest goes on for at most grace and is then settled so too. Submit still
// takes jobs, to settle them at once.
func (e *Engine) Stop(reason endpoint.Reason, grace time.Duration) {
	e.stop(&stop{reason: reason, grace: grace})
}

func (e *Engine) stop(order *stop) {
	if !e.stopped.CompareAndSwap(nil, order) {
		return
	}
	e.WakeAll()
	e.mu.Lock()
	defer e.mu.Unlock()
	e.room.Broadcast()
}

// Close says that no job follows, waits until all are settled and frees the
// transports. It returns the first trouble that kept a worker from asking.
func (e *Engine) Close() error {
	e.closed.Store(true)
	e.WakeAll()
	e.done.Wait()
	e.mu.Lock()
	defer e.mu.Unlock()
	// Not before all workers have ended: one may wake another until then. It may
	// take the system a while, so all are closed at once.
	var closing sync.WaitGroup
	for _, t := range e.transports {
		closing.Go(func() { t.Close() })
	}
	closing.Wait()
	e.transports = nil
	return e.err
}

// fail ends the run because a transport broke: what is not settled becomes
// that trouble.
func (e *Engine) fail(err error) {
	e.mu.Lock()
	first := e.err == nil
	if first {
		e.err = err
	}
	e.mu.Unlock()
	e.stop(&stop{reason: endpoint.LocalError, err: err})
	if first && e.opts.Failed != nil {
		e.opts.Failed(err)
	}
}
