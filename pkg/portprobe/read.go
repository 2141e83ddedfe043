package portprobe

import (
	"errors"
	"io"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"portkit/pkg/cli"
	"portkit/pkg/endpoint"
	"portkit/pkg/journal"
	"portkit/pkg/ndjson"
	"portkit/pkg/probe"
	"portkit/pkg/record"
	"portkit/pkg/scope"
)

// batch is how many jobs are handed to the engine at once.
const batch = 256

// reader turns lines into jobs.
type reader struct {
	engine   *probe.Engine
	names    *resolver
	gate     *backlog
	sink     workerSink // for records that are not asked
	log      *cli.Log
	unicast  func(netip.Addr) bool
	misfit   func(netip.Addr) error
	ways     func(port uint16) uint8 // in which a udp port is asked
	scope    *scope.Scope
	journal  *journal.Journal // what it answers is not asked; nil: all is
	answered atomic.Int64     // so many records
	ended    atomic.Uint32    // the endpoint.Reason for which the run was ended
	decoder  record.Decoder
	input    record.Input
	jobs     []*probe.Job
	seq      uint64
	mu       sync.Mutex         // held while a line is worked on
	idle     sync.Cond          // it waits or has finished
	halt     *cli.InputCanceler // ends its waiting for input
	waits    bool               // nothing lies in the buffer, no line is worked on, and none may come at once
	ending   bool               // no more is to be read
	finished bool               // no line is to be worked on any more
}

// read works through one input. It returns when that ends, or when the run
// does.
func (r *reader) read(in *cli.Input) error {
	lines := ndjson.NewReader(&source{in, r})
	lines.FirstLineOnly = true
	defer r.rest()
	for {
		line, err := lines.Next()
		r.mu.Lock()
		r.waits = false
		if err == nil && !r.finished {
			r.take(line)
		}
		if err != nil || !lines.Buffered() {
			r.flush()
		}
		r.mu.Unlock()
		if err == io.EOF || err == errEnded {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// errEnded is what a source has when the run is to end.
var errEnded = errors.New("no more is to be read")

// source is an input that is not read any more when the run is to end. What has
// been read by then is worked on.
type source struct {
	in *cli.Input
	r  *reader
}

func (s *source) Read(p []byte) (int, error) {
	if !s.r.rest() {
		return 0, errEnded
	}
	// A read that is under way is waited for, so that what it brings is not lost,
	// unless nobody knows for how long.
	if !s.r.begin(s.in.Ready(s.r.halt)) {
		return 0, errEnded
	}
	return s.in.Read(p)
}

// rest notes that all that was read has been worked on, and says whether more is
// to be read.
func (r *reader) rest() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.waits = true
	return r.wantsMore()
}

// wantsMore says whether more is to be read, and lets finish know if not.
func (r *reader) wantsMore() bool {
	r.finished = r.finished || r.ending
	r.idle.Broadcast()
	return !r.finished
}

// begin notes that reading begins, and whether it ends soon; it says whether more
// is to be read.
func (r *reader) begin(soon bool) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.waits = !soon
	return r.wantsMore()
}

// finish lets what has been read be worked on, and nothing after it.
func (r *reader) finish() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ending = true
	r.halt.Stop()
	for !r.waits && !r.finished {
		r.idle.Wait()
	}
	r.finished = true
	r.flush()
}

// take works on one line.
func (r *reader) take(line ndjson.Line) {
	in := &r.input
	err := r.decoder.Input(line, in)
	if in.Skip && err == nil {
		return
	}
	if err == nil && !in.Pass && r.journal != nil && r.journal.Take(in.Host, in.Addr, in.Port, in.Proto) {
		r.answered.Add(1)
		return
	}
	size := len(in.Host) + len(in.Extra)
	if err != nil || in.Pass {
		size = len(line.Text)
	}
	if !r.gate.try(size) {
		r.flush()
		r.gate.wait(size)
	}
	seq := r.seq
	r.seq++
	switch {
	case err != nil:
		r.bad(seq, err, size)
	case in.Pass:
		r.sink.pass(seq, line.Text)
	default:
		r.ask(r.job(seq))
	}
}

// bad says and writes that a line could not be read.
func (r *reader) bad(seq uint64, err error, size int) {
	var bad *record.Bad
	if errors.As(err, &bad) {
		r.log.Linef("records that could not be read", "%v", bad)
		r.sink.bad(seq, bad, time.Now(), size)
	}
}

// job makes a job of the record that was read last.
func (r *reader) job(seq uint64) *probe.Job {
	in := &r.input
	j := r.sink.newJob()
	j.Text = append(append(j.Text, in.Host...), in.Extra...)
	j.Host = int32(len(in.Host))
	j.Seq = seq
	j.To = netip.AddrPortFrom(in.Addr, in.Port)
	j.Proto = in.Proto
	j.Timeout, j.Retries = in.Timeout, int8(in.Retries)
	if j.Proto == endpoint.UDP {
		j.Variants = r.ways(in.Port)
	}
	j.RTT = -1
	return j
}

// ask sends a job on its way: to the engine, by way of the resolver if it is
// for a name.
func (r *reader) ask(j *probe.Job) {
	if r.scope.Denies(r.input.Host) {
		r.refuse(&r.sink, j, endpoint.OutOfScope, errors.New(r.scope.NameRefusal(r.input.Host)))
		return
	}
	if j.To.Addr().IsValid() {
		r.submit(j)
		return
	}
	if r.names.crowded() {
		r.flush() // the resolver may make us wait
	}
	if a, ok := r.names.resolve(j, r.input.Host); ok {
		if a.err != nil {
			r.refuse(&r.sink, j, r.unresolved(), a.err)
			return
		}
		j.To = netip.AddrPortFrom(a.addr, j.To.Port())
		r.submit(j)
	}
}

// submit adds a job to the batch for the engine.
func (r *reader) submit(j *probe.Job) {
	if reason, err := r.askable(j); reason != 0 {
		r.refuse(&r.sink, j, reason, err)
		return
	}
	if r.jobs = append(r.jobs, j); len(r.jobs) == batch {
		r.flush()
	}
}

// askable says why a job is not to be asked; 0 if it is.
func (r *reader) askable(j *probe.Job) (endpoint.Reason, error) {
	switch {
	case !r.scope.Allows(j.To, j.Proto):
		return endpoint.OutOfScope, errors.New(r.scope.Refusal(j.To, j.Proto))
	case !r.unicast(j.To.Addr()):
		return endpoint.NotUnicast, nil
	}
	if err := r.misfit(j.To.Addr()); err != nil {
		return endpoint.LocalError, err
	}
	return 0, nil
}

// refuse settles a job that is not asked.
func (r *reader) refuse(p *workerSink, j *probe.Job, reason endpoint.Reason, err error) {
	j.Reason = reason
	if reason == endpoint.ResolveFailed {
		r.log.Linef("records whose name has no address", "%v", err)
	}
	if reason != endpoint.Interrupted && reason != endpoint.Deadline {
		j.Fail(err)
	}
	p.Settled(j)
}

// unresolved is the reason of a record whose name has no address: it may be
// that the run ended before it was found.
func (r *reader) unresolved() endpoint.Reason {
	if reason := endpoint.Reason(r.ended.Load()); reason != 0 {
		return reason
	}
	return endpoint.ResolveFailed
}

// flush hands over what was gathered.
func (r *reader) flush() {
	r.sink.Flush() // first: to submit may take time
	if len(r.jobs) > 0 {
		r.engine.Submit(r.jobs)
		r.jobs = r.jobs[:0]
	}
}

// deliver takes jobs whose name has been looked up. The resolver's goroutines
// call it.
func (r *reader) deliver(jobs []*probe.Job, a answer) {
	p := workerSink{recordFormat: r.sink.recordFormat, out: r.sink.out}
	defer p.Flush()
	asked := jobs[:0]
	for _, j := range jobs {
		if a.err != nil {
			r.refuse(&p, j, r.unresolved(), a.err)
			continue
		}
		j.To = netip.AddrPortFrom(a.addr, j.To.Port())
		if reason, err := r.askable(j); reason != 0 {
			r.refuse(&p, j, reason, err)
			continue
		}
		asked = append(asked, j)
	}
	if len(asked) > 0 {
		r.engine.Submit(asked)
	}
}
