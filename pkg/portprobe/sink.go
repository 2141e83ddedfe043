package portprobe

import (
	"sync"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/probe"
	"portkit/pkg/record"
	"portkit/pkg/service"
)

// recordFormat writes records as this run wants them: which, and how. It is shared
// and does not change.
type recordFormat struct {
	shown    [endpoint.States]bool
	plain    bool
	ordered  bool
	method   [2]endpoint.Method // by protocol
	services *service.Table
	clock    func(probe.Time) time.Time
	found    func(*endpoint.Result) // told of every open port, unless nil
	failed   func(*endpoint.Result) // told of every endpoint that could not be asked
	jobs     sync.Pool
	origin   origin
}

// maxKept is how large the text of a job may be that is used again.
const maxKept = 8 << 10

// newJob returns an empty job.
func (s *recordFormat) newJob() *probe.Job {
	if j, ok := s.jobs.Get().(*probe.Job); ok {
		return j
	}
	return &probe.Job{}
}

// drop lets a job be used again.
func (s *recordFormat) drop(j *probe.Job) {
	text := j.Text[:0]
	if cap(text) > maxKept {
		text = nil
	}
	*j = probe.Job{Text: text}
	s.jobs.Put(j)
}

// workerSink gathers the lines of one goroutine. It is a probe.Sink.
type workerSink struct {
	*recordFormat
	out     *output
	encoder record.Encoder
	parcel  resultBatch
	result  endpoint.Result
	errors  obstacles
}

// Settled writes the job's record.
func (p *workerSink) Settled(j *probe.Job) {
	r := &p.result
	*r = endpoint.Result{
		Endpoint: endpoint.Endpoint{Addr: j.To.Addr(), Port: j.To.Port(), Proto: j.Proto},
		State:    j.State(),
		Reason:   j.Reason,
		Service:  p.services.Name(j.Proto, j.To.Port()),
		RTT:      j.RTT,
		Attempts: int(j.Attempts),
		Time:     p.when(j),
		App:      j.App(),
		TTL:      j.TTL,
		Err:      p.why(j),
	}
	if j.Attempts > 0 || r.State != endpoint.Error {
		r.Method = p.method[j.Proto]
	}
	host, extra := j.Text[:j.Host], j.Text[j.Host:]
	if p.shown[r.State] {
		if p.plain {
			p.parcel.lines = record.AppendPlain(p.parcel.lines, host, r.Endpoint)
		} else {
			p.parcel.lines = p.encoder.Result(p.parcel.lines, host, r, extra)
		}
	}
	switch {
	case r.State == endpoint.Open && p.found != nil:
		r.Host = string(host)
		p.found(r)
	case r.Reason == endpoint.NotUnicast:
		p.parcel.skipped++
	case r.Reason == endpoint.LocalError || r.Reason == endpoint.OutOfScope:
		r.Host = string(host)
		p.failed(r)
	}
	p.done(j.Seq, r.State, len(j.Text))
	p.drop(j)
}

// when is the time at which the job's state was known. A job that was never
// with the engine has none of the engine's clock.
func (s *recordFormat) when(j *probe.Job) time.Time {
	if j.At == 0 {
		return time.Now()
	}
	return s.clock(j.At)
}

// why says in one sentence what an error record's error is.
func (p *workerSink) why(j *probe.Job) string {
	switch {
	case j.State() != endpoint.Error:
		return ""
	case j.Reason == endpoint.LocalError && j.Err() != nil:
		return p.errors.explain(p.origin, j)
	case j.Err() != nil:
		return j.Err().Error()
	case j.Reason == endpoint.Interrupted:
		return "the run was interrupted before this was settled"
	case j.Reason == endpoint.Deadline:
		return "time was up before this was settled"
	case j.Reason == endpoint.OutOfScope:
		return j.To.Addr().String() + " is out of scope (--allow, --deny)"
	case j.Reason == endpoint.NotUnicast:
		return j.To.Addr().String() + " is a broadcast or multicast address; not probed"
	}
	return j.Reason.String()
}

// bad writes the record of a line that could not be read.
func (p *workerSink) bad(seq uint64, b *record.Bad, now time.Time, bytes int) {
	if p.shown[endpoint.Error] && !p.plain {
		p.parcel.lines = p.encoder.Bad(p.parcel.lines, b, now)
	}
	p.done(seq, endpoint.Error, bytes)
}

// pass writes a record back as it was read.
func (p *workerSink) pass(seq uint64, text []byte) {
	if p.shown[endpoint.Error] && !p.plain {
		p.parcel.lines = append(append(p.parcel.lines, text...), '\n')
	}
	p.done(seq, endpoint.Error, len(text))
}

func (p *workerSink) done(seq uint64, s endpoint.State, bytes int) {
	p.parcel.records++
	p.parcel.bytes += bytes
	p.parcel.tally[s]++
	if p.ordered {
		p.parcel.ends = append(p.parcel.ends, line{seq, len(p.parcel.lines)})
	}
	if len(p.parcel.lines) > maxUnwritten/4 {
		p.Flush()
	}
}

// Flush passes on what was gathered.
func (p *workerSink) Flush() { p.out.put(&p.parcel) }

// Full says that the reader downstream is behind.
func (p *workerSink) Full() bool { return p.out.full.Load() }
