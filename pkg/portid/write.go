package portid

import (
	"errors"
	"net/netip"
	"sync"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/identify"
	"portkit/pkg/origin"
	"portkit/pkg/record"
	"portkit/pkg/stream"
)

// writer writes records. It is for several goroutines, except for what only the reader
// calls.
type writer struct {
	*run
	mu      sync.Mutex
	encoder record.Encoder
	batch   stream.Batch
	errors  origin.Errors
}

// shown reports whether records of a state are written.
func (w *writer) shown(s endpoint.State) bool { return !w.Open || s == endpoint.Open }

// bad writes the record of a line that could not be decoded.
func (w *writer) bad(seq uint64, b *record.Bad, now time.Time, bytes int) {
	if w.shown(endpoint.Error) {
		w.batch.Lines = w.encoder.Bad(w.batch.Lines, b, now)
	}
	w.batch.End(seq, endpoint.Error, bytes, w.KeepOrder)
}

// pass writes a record as it was read.
func (w *writer) pass(seq uint64, text []byte, p *record.Port) {
	if w.shown(p.State) {
		w.batch.Lines = append(append(w.batch.Lines, text...), '\n')
	}
	if p.State == endpoint.Error && p.Reason == endpoint.NotUnicast {
		w.batch.Skipped++
	}
	w.batch.End(seq, p.State, len(text), w.KeepOrder)
}

// endpoint writes the endpoint record of a plain line.
func (w *writer) endpoint(seq uint64, p *record.Port, bytes int) {
	if w.shown(0) {
		w.batch.Lines = w.encoder.Endpoint(w.batch.Lines, p.Host, endpoint.Endpoint{Addr: p.Addr, Port: p.Port, Proto: p.Proto}, nil)
	}
	w.batch.End(seq, 0, bytes, w.KeepOrder)
}

// big reports whether a flush is due.
func (w *writer) big() bool {
	return len(w.batch.Lines) > stream.MaxUnwritten/4 || w.batch.Records >= maxBatch
}

// maxBatch is the number of records after which a batch is flushed even if none is
// shown.
const maxBatch = 4096

func (w *writer) flush() { w.out.Put(&w.batch) }

// found writes the record of an item that was identified.
func (w *writer) found(i *item, o *identify.Outcome) {
	state := endpoint.Open
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case i.came && w.shown(state):
		var resolved netip.Addr
		if i.resolved {
			resolved = i.target.Addr.Addr()
		}
		w.batch.Lines = w.encoder.Finding(w.batch.Lines, i.known, resolved, &o.Finding, i.extra)
	case !i.came:
		r := w.result(i, o)
		if state = r.State; w.shown(state) {
			w.batch.Lines = w.encoder.ResultFinding(w.batch.Lines, i.host, &r, &o.Finding, i.extra)
		}
	}
	w.batch.End(i.seq, state, i.bytes, w.KeepOrder)
	w.flush()
}

// result returns the result for an item that came without a state, which is one of TCP.
func (w *writer) result(i *item, o *identify.Outcome) endpoint.Result {
	reason := o.Reason
	if o.Connected {
		reason = endpoint.SynAck
	}
	return endpoint.Result{
		Endpoint: endpoint.Endpoint{Addr: i.target.Addr.Addr(), Port: i.target.Addr.Port(), Proto: endpoint.TCP},
		State:    reason.State(endpoint.TCP),
		Reason:   reason,
		Service:  w.services.Name(endpoint.TCP, i.target.Addr.Port()),
		RTT:      o.RTT,
		Attempts: 1,
		Method:   endpoint.Connect,
		Time:     time.Now(),
	}
}

// unfinished writes the record of an item that was not identified because the run ended
// early. If it came as open, it stays open: that is known.
func (w *writer) unfinished(i *item, o *identify.Outcome) {
	reason := w.endedBy()
	if !i.came {
		w.refuse(i, reason, nil)
		return
	}
	if i.target.Proto == endpoint.UDP { // portprobe recognized it
		o.App = i.target.App
	}
	o.Evidence = reason.String()
	w.counts.add(o)
	w.found(i, o)
}

// refuse writes the error record of an item that was not identified.
func (w *writer) refuse(i *item, reason endpoint.Reason, err error) {
	r := endpoint.Result{
		Endpoint: endpoint.Endpoint{Addr: i.target.Addr.Addr(), Port: i.target.Addr.Port(), Proto: i.target.Proto},
		State:    endpoint.Error, Reason: reason, RTT: -1, Time: time.Now(),
		Service: w.services.Name(i.target.Proto, i.target.Addr.Port()),
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	r.Err = w.errorText(&r, err)
	if w.shown(endpoint.Error) {
		w.batch.Lines = w.encoder.Result(w.batch.Lines, i.host, &r, i.extra)
	}
	switch reason {
	case endpoint.NotUnicast:
		w.batch.Skipped++
	case endpoint.LocalError, endpoint.OutOfScope:
		w.ctx.Log.Linef("endpoints that could not be identified", "port %d/%v on %s: %s", r.Port, r.Proto, i.host, r.Err)
	}
	w.batch.End(i.seq, endpoint.Error, i.bytes, w.KeepOrder)
	w.flush()
}

// errorText returns the error of an error record.
func (w *writer) errorText(r *endpoint.Result, err error) string {
	switch {
	case err != nil && r.Reason == endpoint.LocalError:
		return w.errors.Explain(w.origin, r.Addr, err)
	case err != nil:
		return err.Error()
	case r.Reason == endpoint.Interrupted:
		return "interrupted before a result was known"
	case r.Reason == endpoint.Deadline:
		return "time was up before a result was known"
	case r.Reason == endpoint.NotUnicast:
		return r.Addr.String() + " is a broadcast or multicast address; not probed"
	}
	return r.Reason.String()
}

// identify finds out what is behind an item, and writes its record.
func (r *run) identify(i *item) {
	o, err := r.engine.Identify(r.work, i.target)
	switch {
	case err == nil:
		r.counts.add(&o)
		if r.Verbose {
			r.logFound(i, &o)
		}
		r.results.found(i, &o)
	case r.endedBy() != 0 && (r.work.Err() != nil || errors.Is(err, identify.ErrStopped)):
		r.results.unfinished(i, &o)
	default:
		r.results.refuse(i, endpoint.LocalError, err)
	}
}
