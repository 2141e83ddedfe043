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

// Options are the parameters of an Engine. A limit of 0 is none.
type Options struct {
	// Workers is the number of workers, 1 to 64.
	Workers int
	// Concurrency is the maximum number of outstanding endpoints, at least one per
	// worker.
	Concurrency int
	// Ahead is the number of jobs that are accepted before Submit waits; 0: a few
	// thousand. A fast transport needs more.
	Ahead int
	// UDP, if not nil, probes UDP ports.
	UDP *Pool
	// HostConcurrency is the maximum number of outstanding endpoints per address and
	// protocol; 0: adaptive.
	HostConcurrency int
	// Rate and HostRate are the maximum probes per second, in total and per address.
	Rate, HostRate float64
	// Timeout is the maximum time to wait for the reply to one probe.
	Timeout time.Duration
	// Retries is the number of retransmissions after no reply; negative: adaptive.
	Retries int
	// Addresses is the number of addresses that are remembered.
	Addresses int
	// OnLink reports whether an address is on-link, so that it has to be resolved
	// before it can be probed. nil: none is.
	OnLink func(netip.Addr) bool
	// HostTimeout is the time after its first probe at which an address is given up;
	// 0: never.
	HostTimeout time.Duration
	// SkipSilent is the number of endpoints of an address that have to be concluded
	// silent before its others are settled without a probe, as endpoint.HostSilent, if
	// nothing was ever received from the address; 0: all are probed.
	SkipSilent int
	// Echo, if not nil, sends an ICMP echo request without waiting, with SkipSilent.
	// Engine.Received or a Reply reports the reply. After ErrBusy it is called again;
	// other errors are ignored. Workers call it.
	Echo func(netip.Addr) error
	// Share lets concurrent jobs for the same endpoint share probes.
	Share bool
	// Allowed reports whether an endpoint may be probed. It is called before every
	// probe. nil: all may.
	Allowed func(netip.AddrPort, endpoint.Proto) bool
	// Patience is the maximum time to wait for an address that limits its ICMP
	// errors.
	Patience time.Duration
	// LostPatience is the maximum time to wait for an address that has stopped replying
	// to come back; 0: do not wait.
	LostPatience time.Duration
	// Stopped, if not nil, is called when an address has stopped replying and is waited
	// for. Workers call it.
	Stopped func(netip.Addr)
	// Repeats are the times after which the system itself retransmits a TCP probe
	// that has not been forgotten, ascending; nil: it does not.
	Repeats []time.Duration
	// Neighbor returns what the system knows of a neighbor; nil: nothing. Workers call
	// it for on-link addresses that do not reply, if the Transport leaves resolution
	// to the system.
	Neighbor func(netip.Addr) Neighbor
	// LinkLayer returns the link-layer address of a neighbor that the system has
	// resolved, or ""; nil: it is unknown. Workers call it for UDP, once per address
	// that ICMP errors are received about.
	LinkLayer func(netip.Addr) string
	// Transport creates the Transport of a worker.
	Transport func(worker int) (Transport, error)
	// Failed, if not nil, is called once when a Transport fails, which ends the run.
	Failed func(error)
	// Sink creates the Sink of a worker.
	Sink func(worker int) Sink
}

// Pool is a set of workers that use one kind of Transport.
type Pool struct {
	// Workers and Concurrency are as in Options.
	Workers, Concurrency int
	// Transport creates the Transport of a worker.
	Transport func(worker int) (Transport, error)
}

// queueAhead is the number of jobs per worker that are accepted before Submit waits. A
// starved worker lets more be submitted, since the next ones may be for an address
// that has capacity.
const queueAhead = 2048

// jobsPerSubmit is about how many jobs callers pass to one Submit.
const jobsPerSubmit = 256

// Engine probes Jobs and passes each to a Sink once.
type Engine struct {
	opts     Options
	table    *table
	pace     pace
	hostRate ceiling
	seed     uint64       // of the hash of endpoints
	workers  []*worker    // of all pools
	pools    [2][]*worker // by protocol
	ahead    int64        // jobs accepted before Submit waits

	transports []Transport // to be closed
	done       sync.WaitGroup

	skipped   Counts // of endpoints that need no job
	deferrals deferrals
	placed    presences    // Place's own
	queued    atomic.Int64 // jobs submitted and not started
	closed    atomic.Bool
	stopped   atomic.Pointer[stop]

	mu         sync.Mutex
	room       sync.Cond
	submitters atomic.Int32 // that wait for room
	err        error
}

// stop is an order to end early.
type stop struct {
	reason endpoint.Reason
	grace  time.Duration // for replies to outstanding probes
	err    error         // with LocalError
}

// Start returns an Engine with running workers. They end after Close.
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
			silent:   opts.SkipSilent > 0,
			hostRate: newCeiling(opts.HostRate), lostPatience: opts.LostPatience, adaptive: opts.HostConcurrency == 0,
			repeat: opts.firstRepeat(),
		}),
		pace:     pace{ceiling: newCeiling(opts.Rate)},
		hostRate: newCeiling(opts.HostRate),
		seed:     rand.Uint64(),
	}
	e.room.L, e.deferrals.change.L = &e.mu, &e.deferrals.mu
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

// firstRepeat returns when the system first retransmits a TCP probe; 0: it does not.
func (o *Options) firstRepeat() time.Duration {
	if len(o.Repeats) == 0 {
		return 0
	}
	return o.Repeats[0]
}

// fill creates the workers of a pool.
func (e *Engine) fill(p Pool, workers *[]*worker) error {
	for i := range p.Workers {
		t, err := p.Transport(i)
		if err != nil {
			return err
		}
		e.transports = append(e.transports, t)
		w := newWorker(e, i, divide(p.Concurrency, p.Workers, i), workers, t)
		e.workers = append(e.workers, w)
		*workers = append(*workers, w)
	}
	e.ahead = max(e.ahead, int64(queueAhead*p.Workers))
	return nil
}

// Submit accepts jobs, which must not be used until a Sink has them. It waits while
// enough jobs are queued.
func (e *Engine) Submit(jobs []*Job) {
	e.waitForRoom()
	e.queued.Add(int64(len(jobs)))
	var protos [2]bool
	for _, j := range jobs {
		j.reset()
		j.address = e.table.get(j.To.Addr(), j.Proto)
		if j.address.presence.draw(e.opts.SkipSilent) {
			j.role = roleSample
		}
		protos[j.Proto] = true
	}
	e.distribute(jobs)
	for proto, some := range protos {
		for _, w := range e.pools[proto] {
			if some {
				w.wakeUp()
			}
		}
	}
}

// distribute puts each job in its worker's inbox. It locks all inboxes, so that no job
// is read after its worker has it.
func (e *Engine) distribute(jobs []*Job) {
	for _, w := range e.workers {
		w.inbox.mu.Lock()
		defer w.inbox.mu.Unlock()
	}
	for _, j := range jobs {
		j.hash = j.hashed(e.seed)
		pool := e.pools[j.Proto]
		b := &pool[share(j.hash, len(pool))].inbox
		b.jobs = append(b.jobs, j)
	}
}

// hashed returns a hash of j's endpoint.
func (j *Job) hashed(seed uint64) uint32 {
	return hashOf(j.To.Addr(), uint64(j.To.Port())<<8|uint64(j.Proto), seed)
}

// share returns the worker for a hash, by its upper bits. The ports of one address are
// spread over all workers.
func share(hash uint32, workers int) int { return int(uint64(hash) * uint64(workers) >> 32) }

// hashOf returns a hash of an address and more. A random seed prevents lists of endpoints
// that all have the same hash.
func hashOf(ip netip.Addr, more, seed uint64) uint32 {
	b := ip.As16()
	h := binary.LittleEndian.Uint64(b[:8]) ^ seed
	h = bits.RotateLeft64(h*0x9e3779b97f4a7c15, 29) + binary.LittleEndian.Uint64(b[8:])
	h ^= more
	h *= 0x9e3779b97f4a7c15
	h = (h ^ h>>32) * 0xd6e8feb86659fd93
	return uint32(h ^ h>>32)
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

// full reports whether enough jobs are queued.
func (e *Engine) full() bool {
	return e.queued.Load() >= e.ahead && e.stopped.Load() == nil
}

// belowLowWater reports whether there is enough room to wake a submitter.
func (e *Engine) belowLowWater() bool {
	return e.queued.Load() < e.ahead-e.ahead/4 || e.stopped.Load() != nil
}

// readAhead returns how many more Submit calls a starved worker allows. The number of
// queued jobs grows by 1/16 each time: a short wait, such as for a window to open, reads
// little ahead; a lasting one fills the memory allowed for jobs in a second or two.
func (e *Engine) readAhead() int64 { return max(e.queued.Load()/16/jobsPerSubmit, 1) }

// useReadAhead uses one of the Submit calls that a starved worker allows, and reports
// whether there was one. The worker allows more after it has seen those jobs, so that
// no more is read ahead than it takes to find one that may be started.
func (e *Engine) useReadAhead() bool {
	for _, w := range e.workers {
		if n := w.readAhead.Load(); n > 0 && w.readAhead.CompareAndSwap(n, n-1) {
			return true
		}
	}
	return false
}

// madeRoom wakes submitters if they may continue.
func (e *Engine) madeRoom(starved bool) {
	if e.submitters.Load() > 0 && (starved || e.belowLowWater()) {
		e.mu.Lock()
		e.room.Broadcast()
		e.mu.Unlock()
	}
}

// WakeAll makes every worker call its Sink's Full again.
func (e *Engine) WakeAll() {
	for _, w := range e.workers {
		w.wakeUp()
	}
}

// Stop ends the run early. Jobs without a probe are settled with reason at once, the
// others after grace at the latest, and jobs submitted later at once.
func (e *Engine) Stop(reason endpoint.Reason, grace time.Duration) {
	e.stop(&stop{reason: reason, grace: grace})
}

func (e *Engine) stop(order *stop) {
	if !e.stopped.CompareAndSwap(nil, order) {
		return
	}
	e.WakeAll()
	e.deferrals.wake()
	e.mu.Lock()
	defer e.mu.Unlock()
	e.room.Broadcast()
}

// Close waits until all jobs are settled and closes the Transports. Submit may not be
// called any more. Close returns the first error of a Transport that ended the run.
func (e *Engine) Close() error {
	e.closed.Store(true)
	e.WakeAll()
	e.done.Wait()
	e.mu.Lock()
	defer e.mu.Unlock()
	// A worker may wake another until all have ended. Closing may take the system a
	// while, so it is done concurrently.
	var closing sync.WaitGroup
	for _, t := range e.transports {
		closing.Go(func() { t.Close() })
	}
	closing.Wait()
	e.transports = nil
	return e.err
}

// fail ends the run because a Transport failed. Unfinished jobs are settled with err.
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
