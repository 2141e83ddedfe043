package summary

import (
	"bytes"
	"hash/maphash"
	"net/netip"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/record"
)

// Adder adds to a Sum. Several may do so at once, each from one goroutine.
// Results wait in a queue for each shard until some can be added together: one
// lock for all of them, and their entries, which are scattered over memory,
// are on their way at the same time.
type Adder struct {
	sum    *Sum
	queues [shards][]waiting
	times  [shards][]sample // as many as in queues, or none

	// What the last record was about, and where that belongs.
	by, host []byte
	addr     netip.Addr
	proto    endpoint.Proto
	shard    int
	key      key

	text   []byte
	found  [queueMax]*entry
	spans  []run
	before []answer
}

// waiting is one result on its way into its shard.
type waiting struct {
	key key
	answer
}

type answer struct {
	port uint16
	code code
	app  string
}

// sample is what one result tells of time.
type sample struct {
	when int64
	rtt  time.Duration
}

// queueMax is how many results of one shard wait for each other.
const queueMax = 32

// Adder returns a new Adder. What it was given is certain to be in the Sum
// only after its Flush.
func (s *Sum) Adder() *Adder { return &Adder{sum: s} }

// AddBad counts n more lines that could not be read; they belong to no group.
func (s *Sum) AddBad(n uint64) { s.bad.add(nil, n) }

// Result adds one result, grouped by the fields by (see By.Append). It keeps
// no part of them.
func (a *Adder) Result(by []byte, r *record.Result) {
	if r.NoEndpoint {
		a.sum.bad.add(by, 1)
		return
	}
	a.turn(by, r.Host, r.Addr, r.Proto)
	it := waiting{a.key, answer{port: r.Port, code: codeOf(r.State, r.Reason)}}
	if len(r.App) > 0 {
		it.app = string(r.App)
	}
	if a.sum.Stats {
		a.times[a.shard] = append(a.times[a.shard], sample{r.Time, r.RTT})
	}
	queue := &a.queues[a.shard]
	if *queue = append(*queue, it); len(*queue) == queueMax {
		a.flush(a.shard)
	}
}

// Summary adds a summary record. It keeps no part of it.
func (a *Adder) Summary(by []byte, r *record.Summary) {
	if r.Bad > 0 {
		a.sum.bad.add(by, r.Bad)
		return
	}
	a.turn(by, r.Host, r.Addr, r.Proto)
	a.spans = a.spans[:0]
	for _, s := range r.Spans {
		a.spans = push(a.spans, runOf(s))
	}
	s := &a.sum.shards[a.shard]
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.entry(a.key)
	a.merge(s, e, r.Apps)
	if a.sum.Stats && !r.Stats.Empty() {
		e.stats().Merge(&r.Stats)
	}
}

// Flush adds to the Sum what still waits.
func (a *Adder) Flush() {
	for i := range a.queues {
		a.flush(i)
	}
}

func (a *Adder) flush(shard int) {
	s, queue := &a.sum.shards[shard], a.queues[shard]
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range queue {
		if i > 0 && queue[i].key == queue[i-1].key {
			a.found[i] = a.found[i-1]
		} else {
			a.found[i] = s.entry(queue[i].key)
		}
	}
	for i := range queue {
		a.found[i].add(&s.words, queue[i].answer)
	}
	for i, t := range a.times[shard] {
		a.found[i].stats().Add(t.when, t.rtt)
	}
	a.times[shard] = a.times[shard][:0]
	clear(queue) // of the texts
	a.queues[shard] = queue[:0]
}

// turn turns to what a record is about, which most often is the same as the
// last time.
func (a *Adder) turn(by, host []byte, addr netip.Addr, proto endpoint.Proto) {
	if len(a.host) > 0 && a.addr == addr && a.proto == proto && bytes.Equal(a.host, host) && bytes.Equal(a.by, by) {
		return
	}
	a.by = append(a.by[:0], by...)
	a.host = append(a.host[:0], host...)
	a.addr, a.proto = addr, proto
	a.shard = int(maphash.Bytes(a.sum.seed, host) % shards)
	if addr.IsValid() { // a host that is its own address needs no word
		if a.text = addr.AppendTo(a.text[:0]); bytes.Equal(a.text, host) {
			host = nil
		}
	}
	a.key = a.sum.shards[a.shard].key(by, host, addr, proto)
}

// merge adds a.spans and the apps that belong to them. An app goes with the
// answer it came with, so those of answers that gave way go first.
func (a *Adder) merge(s *shard, e *entry, apps []record.App) {
	a.before = a.before[:0]
	for port := range e.ports.apps() {
		a.before = append(a.before, answer{port: port, code: e.ports.get(port)})
	}
	e.ports.merge(a.spans)
	for _, old := range a.before {
		if e.ports.get(old.port) != old.code {
			delete(e.ports.apps(), old.port)
		}
	}
	i := 0
	for _, app := range apps {
		for i < len(a.spans) && a.spans[i].last < app.Port {
			i++
		}
		if i < len(a.spans) && a.spans[i].first <= app.Port {
			e.add(&s.words, answer{app.Port, a.spans[i].code, app.Name})
		}
	}
}

// stats returns the entry's stats, to be added to.
func (e *entry) stats() *record.Stats {
	m := e.ports.ensure()
	if m.stats == nil {
		m.stats = new(record.Stats)
	}
	return m.stats
}

// add lets f stand if it is better than what stands there: by its code, and
// of equal ones with an app, the lesser of two by name.
func (e *entry) add(w *words, f answer) {
	if f.app == "" && e.ports.apps() == nil {
		e.ports.add(f.port, f.code)
		return
	}
	old := e.ports.get(f.port)
	if f.code.better(old) {
		e.ports.add(f.port, f.code)
		delete(e.ports.apps(), f.port)
	} else if f.code != old {
		return
	}
	if app := w.text(e.ports.apps()[f.port]); f.app == "" || app != "" && app <= f.app {
		return
	}
	m := e.ports.ensure()
	if m.apps == nil {
		m.apps = map[uint16]uint32{}
	}
	m.apps[f.port] = w.id([]byte(f.app))
}
