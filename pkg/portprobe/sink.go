package portprobe

import (
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/origin"
	"portkit/pkg/probe"
	"portkit/pkg/record"
	"portkit/pkg/stream"
)

// workerSink writes the records of one goroutine. It is a probe.Sink.
type workerSink struct {
	*recordFormat
	out         *stream.Output
	encoder     record.Encoder
	batch       stream.Batch
	result      endpoint.Result
	localErrors origin.Errors
}

// Settled writes the job's record.
func (s *workerSink) Settled(j *probe.Job) {
	r := &s.result
	*r = endpoint.Result{
		Endpoint: endpoint.Endpoint{Addr: j.To.Addr(), Port: j.To.Port(), Proto: j.Proto},
		State:    j.State(),
		Reason:   j.Reason,
		Service:  s.services.Name(j.Proto, j.To.Port()),
		RTT:      j.RTT,
		Attempts: int(j.Attempts),
		Time:     s.when(j),
		App:      j.App(),
		TTL:      j.TTL,
		Err:      s.errorText(j),
	}
	if j.Attempts > 0 || r.State != endpoint.Error {
		r.Method = s.method[j.Proto]
	}
	var host []byte // nil: the address
	if j.Host > 0 {
		host = j.Text[:j.Host]
	}
	extra := j.Text[j.Host:]
	if s.shown[r.State] {
		if s.plain {
			s.batch.Lines = record.AppendPlain(s.batch.Lines, host, r.Endpoint)
		} else {
			s.batch.Lines = s.encoder.Result(s.batch.Lines, host, r, extra)
		}
	}
	switch {
	case r.State == endpoint.Open && s.onOpen != nil:
		r.Host = hostText(j)
		s.onOpen(r)
	case r.Reason == endpoint.NotUnicast:
		s.batch.Skipped++
	case r.Reason == endpoint.LocalError || r.Reason == endpoint.OutOfScope:
		r.Host = hostText(j)
		s.onError(r)
	}
	s.endLine(j.Seq, r.State, len(j.Text))
	s.freeJob(j)
}

// hostText returns the host as the user wrote it.
func hostText(j *probe.Job) string {
	if j.Host == 0 {
		return j.To.Addr().String()
	}
	return string(j.Text[:j.Host])
}

// errorText returns the error of an error record.
func (s *workerSink) errorText(j *probe.Job) string {
	switch {
	case j.State() != endpoint.Error:
		return ""
	case j.Reason == endpoint.LocalError && j.Err() != nil:
		return s.localErrors.Explain(s.origin, j.To.Addr(), j.Err())
	case j.Err() != nil:
		return j.Err().Error()
	case j.Reason == endpoint.Interrupted:
		return "interrupted before a result was known"
	case j.Reason == endpoint.Deadline:
		return "time was up before a result was known"
	case j.Reason == endpoint.OutOfScope:
		return j.To.Addr().String() + " is out of scope (--allow, --deny)"
	case j.Reason == endpoint.NotUnicast:
		return j.To.Addr().String() + " is a broadcast or multicast address; not probed"
	}
	return j.Reason.String()
}

// bad writes the record of a line that could not be decoded.
func (s *workerSink) bad(seq uint64, b *record.Bad, now time.Time, bytes int) {
	if s.shown[endpoint.Error] && !s.plain {
		s.batch.Lines = s.encoder.Bad(s.batch.Lines, b, now)
	}
	s.endLine(seq, endpoint.Error, bytes)
}

// pass writes a record as it was read.
func (s *workerSink) pass(seq uint64, text []byte) {
	if s.shown[endpoint.Error] && !s.plain {
		s.batch.Lines = append(append(s.batch.Lines, text...), '\n')
	}
	s.endLine(seq, endpoint.Error, len(text))
}

// endLine counts the record whose line, if shown, was appended to the batch.
func (s *workerSink) endLine(seq uint64, state endpoint.State, bytes int) {
	s.batch.End(seq, state, bytes, s.ordered)
	if len(s.batch.Lines) > stream.MaxUnwritten/4 {
		s.Flush()
	}
}

// Flush passes the batch to the output.
func (s *workerSink) Flush() { s.out.Put(&s.batch) }

// Full reports whether the reader of the output is behind.
func (s *workerSink) Full() bool { return s.out.Full() }
