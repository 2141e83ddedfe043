package portprobe

import (
	"errors"
	"net/netip"
	"sync/atomic"
	"time"

	"portkit/pkg/ndjson"
	"portkit/pkg/probe"
	"portkit/pkg/record"
)

// reader decodes lines into jobs.
type reader struct {
	*skipper
	answered atomic.Int64 // records whose result is in the resume file
	decoder  record.Decoder
	input    record.Input
	seq      uint64 // place of the next record in the output
}

// newReader returns the reader of a run.
func (r *run) newReader() *reader { return &reader{skipper: r.newSkipper()} }

// process decodes one line.
func (r *reader) process(line ndjson.Line) {
	in := &r.input
	err := r.decoder.Input(line, in)
	if in.Skip && err == nil {
		return
	}
	if err == nil && !in.Pass && r.resumeFile != nil && r.resumeFile.Take(in.Host, in.Addr, in.Port, in.Proto) {
		r.answered.Add(1)
		return
	}
	seq, place := r.seq, r.place()
	r.seq++
	if place == probe.Deferred {
		r.deferred.Add(0, r.flush)
		return
	}
	size := len(in.Host) + len(in.Extra)
	switch {
	case err != nil || in.Pass:
		size = len(line.Text)
	case in.Canonical:
		size = 0 // its job keeps no text
	}
	r.backlog.Add(size, r.flush)
	switch {
	case err != nil:
		r.bad(seq, err, size)
	case in.Pass:
		r.sink.pass(seq, line.Text)
	case place == probe.Skipped:
		r.skip(seq, in.Addr, in.Port, in.Proto, line.Text)
	default:
		r.submit(r.job(seq), in.Host)
	}
}

// bad reports and writes that a line could not be decoded.
func (r *reader) bad(seq uint64, err error, size int) {
	var bad *record.Bad
	if errors.As(err, &bad) {
		r.ctx.Log.Linef("records that could not be read", "%v", bad)
		r.sink.bad(seq, bad, time.Now(), size)
	}
}

// place returns what becomes of the endpoint that was read. Only the most frequent form of
// input can be settled without a job, or be deferred, since it has no text to keep.
func (r *reader) place() probe.Placement {
	in := &r.input
	if r.SkipSilent == 0 || !in.Canonical {
		return probe.NeedsJob
	}
	to := netip.AddrPortFrom(in.Addr, in.Port)
	if !r.scope.Allows(to, in.Proto) {
		return probe.NeedsJob
	}
	return r.engine.Place(to, in.Proto, !r.KeepOrder)
}

// job makes a job of the decoded record.
func (r *reader) job(seq uint64) *probe.Job {
	in := &r.input
	j := r.sink.newJob()
	j.Tag = probe.Tag{Seq: seq, Text: j.Text}
	if !in.Canonical {
		j.Host = int32(len(in.Host))
		j.Text = append(append(j.Text, in.Host...), in.Extra...)
	}
	j.Request = r.request(in.Addr, in.Port, in.Proto)
	j.Timeout, j.Retries = in.Timeout, int8(in.Retries)
	return j
}
