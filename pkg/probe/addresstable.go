package probe

import (
	"math/rand/v2"
	"net/netip"
	"sync"

	"portkit/pkg/endpoint"
)

// busyAddresses is how many addresses are kept ready to be asked before those
// with no job in hand are reduced to what was learned of them.
const busyAddresses = 8192

// table holds what is known of addresses, at most size of them: the least
// recently used that no job refers to goes first and starts anew when it comes
// again.
type table struct {
	tableOptions
	mu      sync.Mutex
	seed    uint64 // of the hash of addresses
	entries chains[entry, *entry]
	newest  *entry
	oldest  *entry
	busy    []*entry // in the order in which they became so; some are not any more
	groups  groups
}

// tableOptions says what a table is for.
type tableOptions struct {
	size    int
	workers [2]int // of each protocol
	start   window
	onLink  func(netip.Addr) bool
	rate    bool // there is a ceiling on one address's rate
}

// tableKey is an address as one protocol sees it: what is lost of one protocol,
// and how fast an address answers it, says nothing of the other.
type tableKey struct {
	ip    netip.Addr
	proto endpoint.Proto
}

// entry is one address's place in the table.
type entry struct {
	tableKey
	rate         *hostRate // shared with the other protocol's entry
	busy         *address  // nil: only learned is left
	learned      learned
	newer, older *entry
	hashNext     *entry // the next with such a hash
	hash         uint32
}

func (e *entry) chain() (hash uint32, next **entry) { return e.hash, &e.hashNext }

// learned is what outlives an address's being asked.
type learned struct {
	rtt  estimate
	loss loss
	size float64 // of its window
	pace ceiling

	nobody     Time
	rejections *icmpLimiter
}

func newTable(o tableOptions) *table {
	return &table{tableOptions: o, seed: rand.Uint64()}
}

// get returns the address, with one more reference to it.
func (t *table) get(ip netip.Addr, p endpoint.Proto) *address {
	t.mu.Lock()
	defer t.mu.Unlock()
	k := tableKey{ip, p}
	e := t.newest
	if e == nil || e.tableKey != k {
		e = t.renew(k)
	}
	if e.busy == nil {
		t.wake(e)
	}
	e.busy.refs.Add(1)
	return e.busy
}

// renew returns the address's entry, which is now the newest.
func (t *table) renew(k tableKey) *entry {
	hash := t.hash(k)
	e := t.find(k, hash)
	if e == nil {
		t.evict()
		e = &entry{tableKey: k, learned: learned{size: t.start.size}, rate: t.rateOf(k), hash: hash}
		t.entries.add(e)
	} else {
		t.takeOut(e)
	}
	t.putFirst(e)
	return e
}

// find returns the entry of an address with a hash; nil if there is none.
func (t *table) find(k tableKey, hash uint32) *entry {
	e := t.entries.first(hash)
	for e != nil && (e.hash != hash || e.tableKey != k) {
		e = e.hashNext
	}
	return e
}

func (t *table) hash(k tableKey) uint32 { return hashOf(k.ip, uint64(k.proto), t.seed) }

// rateOf is the schedule for the ceiling on an address's rate, which is the
// address's and no protocol's; nil where there is no ceiling.
func (t *table) rateOf(k tableKey) *hostRate {
	if !t.rate {
		return nil
	}
	k.proto = 1 - k.proto
	if other := t.find(k, t.hash(k)); other != nil {
		return other.rate
	}
	return &hostRate{}
}

// replyFromOtherPort notes that an address may answer from other ports than those that
// are asked.
func (t *table) replyFromOtherPort(ip netip.Addr) {
	t.mu.Lock()
	defer t.mu.Unlock()
	k := tableKey{ip, endpoint.UDP}
	if e := t.find(k, t.hash(k)); e != nil && e.busy != nil {
		e.busy.markOtherPort()
	}
}

// wake makes e ready to be asked.
func (t *table) wake(e *entry) {
	for tries := 0; len(t.busy) >= busyAddresses && tries < 4; tries++ {
		first := t.busy[0]
		t.busy = t.busy[1:]
		if first.busy != nil && !t.rest(first) {
			t.busy = append(t.busy, first)
		}
	}
	e.busy = t.fresh(e.proto)
	e.busy.ip, e.busy.rate = e.ip, e.rate
	e.busy.rtt, e.busy.loss = e.learned.rtt, e.learned.loss
	e.busy.nobody, e.busy.icmpLimiter = e.learned.nobody, e.learned.rejections
	if e.proto == endpoint.UDP {
		e.busy.groups = &t.groups
		if e.busy.icmpLimiter == nil {
			e.busy.icmpLimiter = &icmpLimiter{}
		}
	}
	e.busy.window = t.start
	e.busy.window.size, e.busy.window.pace = e.learned.size, e.learned.pace
	if t.onLink != nil && t.onLink(e.ip) {
		e.busy.link.is, e.busy.link.own = true, true
		if !e.busy.loss.heard() {
			e.busy.window.size = min(e.busy.window.size, linkWindow)
		}
	}
	t.busy = append(t.busy, e)
}

// rest keeps of e what was learned, if no job refers to it. The address itself
// is not used again: a worker may still have its empty queues on a round.
func (t *table) rest(e *entry) bool {
	a := e.busy
	if a.refs.Load() != 0 {
		return false
	}
	a.mu.Lock()
	e.learned = learned{
		rtt: a.rtt, loss: a.loss, size: a.window.size, pace: a.window.pace,
		nobody: a.nobody, rejections: a.icmpLimiter,
	}
	a.mu.Unlock()
	e.busy = nil
	return true
}

// fresh returns an address with nothing in it.
func (t *table) fresh(p endpoint.Proto) *address {
	a := &address{lanes: make([]lane, t.workers[p])}
	for i := range a.lanes {
		l := &a.lanes[i]
		l.again.again = true
		l.again.of(a)
		l.waiting.of(a)
		if p == endpoint.UDP {
			l.rejected = &queue{slow: true}
			l.rejected.of(a)
		}
	}
	return a
}

// evict makes room for one more: the oldest goes, unless a job refers to it;
// such a one is as good as new. It looks at a few only, and makes up for that
// the next time.
func (t *table) evict() {
	for tries := 0; t.entries.n >= t.size && tries < 64; tries++ {
		e := t.oldest
		t.takeOut(e)
		if e.busy != nil && !t.rest(e) {
			t.putFirst(e)
			continue
		}
		t.entries.remove(e)
	}
}

func (t *table) takeOut(e *entry) {
	if e.newer != nil {
		e.newer.older = e.older
	} else {
		t.newest = e.older
	}
	if e.older != nil {
		e.older.newer = e.newer
	} else {
		t.oldest = e.newer
	}
	e.newer, e.older = nil, nil
}

func (t *table) putFirst(e *entry) {
	e.older = t.newest
	if t.newest != nil {
		t.newest.newer = e
	} else {
		t.oldest = e
	}
	t.newest = e
}
