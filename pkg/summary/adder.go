package summary

import (
	"bytes"
	"hash/maphash"
	"net/netip"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/record"
)

// Adder adds to a Sum. Each goroutine has its own. An Adder queues the results
// for a shard and adds them together: under one lock, and with the accesses to
// their entries, which are scattered over memory, in flight at the same time.
type Adder struct {
	sum    *Sum
	queues [shards][]queued
	times  [shards][]sample // one for each result in queues, or none

	// Key of the last record: consecutive records often share it.
	by, host []byte
	addr     netip.Addr
	proto    endpoint.Proto
	shard    int
	key      key

	// Buffers.
	text   []byte
	found  [maxQueue]*entry
	spans  []record.Span
	before []port
}

// queued is a result in the queue for its shard.
type queued struct {
	key key
	port
}

// port is the result of a port.
type port struct {
	number       uint16
	code         code
	acceptsAll   bool
	unidentified endpoint.Unidentified
	*found       // nil if no text about the service is known
}

// found is what is known of the service on a port. The texts are those of
// record.Found.
type found struct {
	app, product, cert, detail string
	unidentified               endpoint.Unidentified
}

// sample is the times of a result.
type sample struct {
	when int64
	rtt  time.Duration
}

// maxQueue is the number of results at which a queue is flushed.
const maxQueue = 32

// Adder returns a new Adder. Its records are in the Sum only after its Flush.
func (s *Sum) Adder() *Adder { return &Adder{sum: s} }

// AddBad counts n lines that could not be read. They are in no group.
func (s *Sum) AddBad(n uint64) { s.bad.add(nil, n) }

// Result adds a result with the fields to group by, from By.Append. It keeps no
// part of them.
func (a *Adder) Result(by []byte, r *record.Result) {
	if r.NoEndpoint {
		a.sum.bad.add(by, 1)
		return
	}
	a.find(by, r.Host, r.Addr, r.Proto)
	it := queued{a.key, port{r.Port, codeOf(r.State, r.Reason), r.AcceptsAll, r.Unidentified, foundIn(r)}}
	if a.sum.Stats {
		a.times[a.shard] = append(a.times[a.shard], sample{r.Time, r.RTT})
	}
	queue := &a.queues[a.shard]
	if *queue = append(*queue, it); len(*queue) == maxQueue {
		a.flush(a.shard)
	}
}

// foundIn returns what a result contains of the service, nil if it contains no text.
func foundIn(r *record.Result) *found {
	if len(r.App) == 0 && len(r.Product) == 0 && len(r.Cert) == 0 && len(r.Detail) == 0 {
		return nil
	}
	return &found{string(r.App), string(r.Product), string(r.Cert), string(r.Detail), r.Unidentified}
}

// Summary adds a summary record, like Result.
func (a *Adder) Summary(by []byte, r *record.Summary) {
	if r.Bad > 0 {
		a.sum.bad.add(by, r.Bad)
		return
	}
	a.find(by, r.Host, r.Addr, r.Proto)
	a.spans = a.spans[:0]
	for _, s := range r.Spans {
		a.spans = push(a.spans, s)
	}
	s := &a.sum.shards[a.shard]
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.entry(a.key)
	a.merge(s, e, r)
	if a.sum.Stats && !r.Stats.Empty() {
		e.stats().Merge(&r.Stats)
	}
}

// Flush adds all queued results to the Sum.
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
		a.found[i].add(&s.words, queue[i].port)
	}
	for i, t := range a.times[shard] {
		a.found[i].stats().Add(t.when, t.rtt)
	}
	a.times[shard] = a.times[shard][:0]
	clear(queue) // releases the texts
	a.queues[shard] = queue[:0]
}

// find sets key and shard to those of a record.
func (a *Adder) find(by, host []byte, addr netip.Addr, proto endpoint.Proto) {
	if len(a.host) > 0 && a.addr == addr && a.proto == proto && bytes.Equal(a.host, host) && bytes.Equal(a.by, by) {
		return
	}
	a.by = append(a.by[:0], by...)
	a.host = append(a.host[:0], host...)
	a.addr, a.proto = addr, proto
	a.shard = int(maphash.Bytes(a.sum.seed, host) % shards)
	if addr.IsValid() { // a host without a name needs no word
		if a.text = addr.AppendTo(a.text[:0]); bytes.Equal(a.text, host) {
			host = nil
		}
	}
	a.key = a.sum.shards[a.shard].key(by, host, addr, proto)
}

// merge adds a.spans and what is known of the services in them. That belongs to the
// result it was reported with: what belongs to results that are replaced is deleted
// first.
func (a *Adder) merge(s *shard, e *entry, r *record.Summary) {
	a.before = a.before[:0]
	for number := range e.ports.known {
		a.before = append(a.before, port{number: number, code: e.ports.get(number)})
	}
	e.ports.Merge(a.spans)
	for _, old := range a.before {
		if e.ports.get(old.number) != old.code {
			e.ports.forget(old.number)
		}
	}
	at := lookup{spans: a.spans}
	for _, f := range r.Found {
		found := &found{app: f.App, product: f.Product, cert: f.Cert, unidentified: r.UnidentifiedAt(f.Port)}
		e.add(&s.words, port{number: f.Port, code: at.of(f.Port), found: found})
	}
	at = lookup{spans: a.spans}
	for _, span := range r.AcceptsAll {
		for number := int(span.First); number <= int(span.Last); number++ {
			e.add(&s.words, port{number: uint16(number), code: at.of(uint16(number)), acceptsAll: true})
		}
	}
	at = lookup{spans: a.spans}
	for _, span := range r.Unidentified {
		for number := int(span.First); number <= int(span.Last); number++ {
			e.add(&s.words, port{number: uint16(number), code: at.of(uint16(number)), unidentified: span.Why})
		}
	}
}

// lookup finds the results of ascending ports.
type lookup struct{ spans []record.Span }

// of returns the result of a port, 0 if it has none.
func (c *lookup) of(port uint16) code {
	for len(c.spans) > 0 && c.spans[0].Last < port {
		c.spans = c.spans[1:]
	}
	if len(c.spans) == 0 || c.spans[0].First > port {
		return 0
	}
	return codeIn(c.spans[0])
}

// stats returns the stats of an entry, which it adds if necessary.
func (e *entry) stats() *record.Stats {
	m := e.ports.ensure()
	if m.stats == nil {
		m.stats = new(record.Stats)
	}
	return m.stats
}

// add sets the result of a port if it is better than the old one. Of equal results the
// better service stays.
func (e *entry) add(w *words, p port) {
	nothing := p.found == nil && !p.acceptsAll && p.unidentified == 0
	if nothing && (e.ports.more == nil || e.ports.more.services == nil) {
		e.ports.add(p.number, p.code)
		return
	}
	old := e.ports.get(p.number)
	if p.code.better(old) {
		e.ports.add(p.number, p.code)
		e.ports.forget(p.number)
	} else if p.code != old {
		return
	}
	if nothing {
		return
	}
	m := e.ports.ensure()
	if p.acceptsAll {
		m.addEvidence(0, p)
	}
	if p.found != nil || p.unidentified > 0 {
		m.identify(w, p)
	}
}
