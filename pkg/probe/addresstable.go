package probe

import (
	"math/rand/v2"
	"net/netip"
	"sync"
	"time"

	"portkit/pkg/endpoint"
)

// busyAddresses is how many addresses may be active before those without a job are
// reduced to what was learned of them.
const busyAddresses = 8192

// table holds what is known of addresses, at most size of them. It evicts the least
// recently used without a job.
type table struct {
	tableOptions
	mu      sync.Mutex
	seed    uint64 // of the hash of addresses
	entries chains[entry, *entry]
	newest  *entry
	oldest  *entry
	busy    []*entry // in the order in which they became active; some no longer are
	groups  groups
	lost    lostHosts
}

// tableOptions are the parameters of a table.
type tableOptions struct {
	size         int
	workers      [2]int // of each protocol
	start        window
	onLink       func(netip.Addr) bool
	rate         bool    // addresses need a hostRate
	silent       bool    // addresses need a presence
	hostRate     ceiling // --host-rate
	lostPatience time.Duration
	repeat       time.Duration // after which the system first retransmits a TCP probe; 0: it does not
	adaptive     bool          // windows follow from what is measured: canaries may exceed them
}

// tableKey is an address and a protocol: the loss and RTT of one protocol say nothing
// about the other.
type tableKey struct {
	ip    netip.Addr
	proto endpoint.Proto
}

// entry is an address in the table.
type entry struct {
	tableKey
	rate         *hostRate // shared with the other protocol's entry, as is presence
	presence     *presence
	busy         *address // nil: not active
	learned      learned
	newer, older *entry
	hashNext     *entry // in a chain of the hash table
	hash         uint32
}

func (e *entry) chain() (hash uint32, next **entry) { return e.hash, &e.hashNext }

// learned is the state kept of an address that is not active.
type learned struct {
	rtt  estimate
	loss loss
	size float64 // of its window
	pace ceiling

	unresolved  Time
	icmpLimiter *icmpLimiter
	witness     *witness
}

func newTable(o tableOptions) *table {
	return &table{tableOptions: o, seed: rand.Uint64()}
}

// get returns an address, active, with one more reference.
func (t *table) get(ip netip.Addr, p endpoint.Proto) *address {
	t.mu.Lock()
	defer t.mu.Unlock()
	k := tableKey{ip, p}
	e := t.newest
	if e == nil || e.tableKey != k {
		e = t.renew(k)
	}
	if e.busy == nil {
		t.activate(e)
	}
	e.busy.refs.Add(1)
	return e.busy
}

// renew returns the entry of a key as the most recently used.
func (t *table) renew(k tableKey) *entry {
	hash := t.hash(k)
	e := t.find(k, hash)
	if e == nil {
		t.evict()
		e = &entry{tableKey: k, learned: learned{size: t.start.size}, hash: hash}
		t.share(e)
		t.entries.add(e)
		t.putFirst(e)
	} else {
		t.use(e)
	}
	return e
}

// use makes an entry the most recently used.
func (t *table) use(e *entry) {
	if e != t.newest {
		t.takeOut(e)
		t.putFirst(e)
	}
}

// find returns the entry of a key with its hash; nil if there is none.
func (t *table) find(k tableKey, hash uint32) *entry {
	e := t.entries.first(hash)
	for e != nil && (e.hash != hash || e.tableKey != k) {
		e = e.hashNext
	}
	return e
}

func (t *table) hash(k tableKey) uint32 { return hashOf(k.ip, uint64(k.proto), t.seed) }

// share gives a new entry what TCP and UDP share at its address.
func (t *table) share(e *entry) {
	if other := t.entry(e.ip, 1-e.proto); other != nil {
		e.rate, e.presence = other.rate, other.presence
		return
	}
	if t.rate {
		e.rate = &hostRate{}
	}
	if t.silent {
		e.presence = &presence{}
	}
}

// entry returns the entry of an address and protocol; nil if there is none.
func (t *table) entry(ip netip.Addr, p endpoint.Proto) *entry {
	k := tableKey{ip, p}
	return t.find(k, t.hash(k))
}

// presence returns the presence of an address; nil if there is none.
func (t *table) presence(ip netip.Addr) *presence {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, p := range [...]endpoint.Proto{endpoint.TCP, endpoint.UDP} {
		if e := t.entry(ip, p); e != nil {
			return e.presence
		}
	}
	return nil
}

// seen returns the presence of an address, for one more endpoint of it; nil if there is
// none.
func (t *table) seen(ip netip.Addr, p endpoint.Proto) *presence {
	k := tableKey{ip, p}
	hash := t.hash(k)
	t.mu.Lock()
	defer t.mu.Unlock()
	e := t.find(k, hash)
	if e == nil {
		return nil
	}
	t.use(e)
	return e.presence
}

// presences are those that Engine.Place found last, which it looks up once in a while only: an
// interleaved order has the same addresses again and again. An address that the table evicts may
// keep its old presence until then.
type presences struct {
	slots [256]struct {
		tableKey
		presence *presence
	}
	left int // number of calls until the next lookups
}

// lookAgain is the number of calls after which presences are looked up again.
const lookAgain = 4096

// seen returns the presence of an address; nil if there is none.
func (c *presences) seen(t *table, ip netip.Addr, p endpoint.Proto) *presence {
	if c.left--; c.left < 0 {
		*c = presences{left: lookAgain}
	}
	last := ip.As16()[15] // in which the addresses of a network differ
	slot := &c.slots[last]
	if k := (tableKey{ip, p}); slot.presence == nil || slot.tableKey != k {
		slot.tableKey, slot.presence = k, t.seen(ip, p)
	}
	return slot.presence
}

// replyFromOtherPort records that an address may reply from other ports than those
// probed.
func (t *table) replyFromOtherPort(ip netip.Addr) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if e := t.entry(ip, endpoint.UDP); e != nil && e.busy != nil {
		e.busy.markOtherPort()
	}
}

// activate makes e active with what was learned of it.
func (t *table) activate(e *entry) {
	for tries := 0; len(t.busy) >= busyAddresses && tries < 4; tries++ {
		first := t.busy[0]
		t.busy = t.busy[1:]
		if first.busy != nil && !t.deactivate(first) {
			t.busy = append(t.busy, first)
		}
	}
	a := t.newAddress(e.proto)
	a.ip, a.rate, a.presence = e.ip, e.rate, e.presence
	a.rtt, a.loss = e.learned.rtt, e.learned.loss
	a.unresolved, a.icmpLimiter, a.witness = e.learned.unresolved, e.learned.icmpLimiter, e.learned.witness
	if e.proto == endpoint.UDP {
		a.groups = &t.groups
		if a.icmpLimiter == nil {
			a.icmpLimiter = &icmpLimiter{}
		}
	}
	a.window = t.start
	a.window.size, a.window.pace = e.learned.size, e.learned.pace
	if t.onLink != nil && t.onLink(e.ip) {
		a.link.is, a.link.own = true, true
		if !a.loss.replied() {
			a.window.size = min(a.window.size, linkWindow)
		}
	}
	e.busy = a
	t.busy = append(t.busy, e)
}

// deactivate reduces e to what was learned, and reports whether it has no job. Its
// address is not used again: a worker may still have empty queues of it on a round.
func (t *table) deactivate(e *entry) bool {
	a := e.busy
	if a.refs.Load() != 0 {
		return false
	}
	a.mu.Lock()
	e.learned = learned{
		rtt: a.rtt, loss: a.loss, size: a.window.size, pace: a.window.pace,
		unresolved: a.unresolved, icmpLimiter: a.icmpLimiter, witness: a.witness,
	}
	a.mu.Unlock()
	e.busy = nil
	return true
}

// newAddress returns an address with empty lanes.
func (t *table) newAddress(p endpoint.Proto) *address {
	a := &address{proto: p, table: t, lanes: make([]lane, t.workers[p])}
	for i := range a.lanes {
		l := &a.lanes[i]
		l.retransmits.init(a, false, false)
		l.needSlot.init(a, true, false)
		l.held.init(a, true, false)
		l.canaries.init(a, true, false)
		l.canaries.canaries = true
		l.awaiting.reset()
		if p == endpoint.UDP {
			l.icmpPaced = &queue{}
			l.icmpPaced.init(a, true, true)
		}
	}
	return a
}

// evict makes room for one more entry: it removes the least recently used that has no
// job. It looks at a few only, and continues the next time.
func (t *table) evict() {
	for tries := 0; t.entries.n >= t.size && tries < 64; tries++ {
		e := t.oldest
		t.takeOut(e)
		if e.busy != nil && !t.deactivate(e) {
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
