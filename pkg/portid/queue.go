package portid

import (
	"net/netip"
	"sync"

	"portkit/pkg/identify"
)

// item is an endpoint that is to be identified.
type item struct {
	seq   uint64
	bytes int // see stream.Batch
	// host, known and extra are as in record.Port.
	host, known, extra []byte
	target             identify.Target
	came               bool // with the state open
	resolved           bool // the address is not in the record
}

// queue starts a limited number of items at once, in total and of one address. Those of
// a busy address wait without delaying others.
type queue struct {
	total   int
	perHost func(netip.Addr) int // may grow
	work    func(*item)
	paused  func() bool // whether to start nothing for now

	mu      sync.Mutex
	running int
	hosts   map[netip.Addr]*host
	ready   []*host // that have waiting items and room for them, each once
	dropped bool
	idle    sync.WaitGroup
}

// host is an address with waiting or running items.
type host struct {
	addr    netip.Addr
	running int
	waiting []*item
	listed  bool // in ready
}

func newQueue(total int, perHost func(netip.Addr) int, work func(*item), paused func() bool) *queue {
	return &queue{total: total, perHost: perHost, work: work, paused: paused, hosts: map[netip.Addr]*host{}}
}

// add starts an item as soon as the limits allow it; false after drop.
func (q *queue) add(i *item) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.dropped {
		return false
	}
	q.idle.Add(1)
	a := i.target.Addr.Addr()
	h := q.hosts[a]
	if h == nil {
		h = &host{addr: a}
		q.hosts[a] = h
	}
	h.waiting = append(h.waiting, i)
	q.list(h)
	q.start()
	return true
}

// list appends an address to those that are ready, if it is.
func (q *queue) list(h *host) {
	if !h.listed && len(h.waiting) > 0 && h.running < q.perHost(h.addr) {
		h.listed = true
		q.ready = append(q.ready, h)
	}
}

// start starts items, of each ready address in turn.
func (q *queue) start() {
	for q.running < q.total && len(q.ready) > 0 && !q.paused() {
		h := q.ready[0]
		q.ready[0] = nil
		q.ready = q.ready[1:]
		i := h.waiting[0]
		h.waiting[0] = nil
		h.waiting = h.waiting[1:]
		h.running++
		q.running++
		h.listed = false
		q.list(h)
		go q.run(i, h)
	}
}

// resume starts what was paused.
func (q *queue) resume() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.start()
}

func (q *queue) run(i *item, h *host) {
	defer q.idle.Done()
	q.work(i)
	q.mu.Lock()
	defer q.mu.Unlock()
	q.running--
	h.running--
	if q.list(h); h.running == 0 && len(h.waiting) == 0 {
		delete(q.hosts, i.target.Addr.Addr())
	}
	q.start()
}

// drop removes all items that were not started. None is added after that.
func (q *queue) drop() (items []*item) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, h := range q.hosts {
		items = append(items, h.waiting...)
		h.waiting, h.listed = nil, false
	}
	q.ready, q.dropped = nil, true
	q.idle.Add(-len(items))
	return items
}

// inFlight returns the number of running items.
func (q *queue) inFlight() int64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	return int64(q.running)
}

// wait returns when no items are left.
func (q *queue) wait() { q.idle.Wait() }
