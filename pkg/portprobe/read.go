package portprobe

import (
	"errors"
	"net/netip"
	"sync/atomic"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/ndjson"
	"portkit/pkg/probe"
	"portkit/pkg/record"
)

// reader decodes lines into jobs.
type reader struct {
	*submitter
	answered atomic.Int64 // records whose result is in the resume file
	decoder  record.Decoder
	input    record.Input
	seq      uint64 // place of the next record in the output
	skipper  skipper
}

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
	size := len(in.Host) + len(in.Extra)
	switch {
	case err != nil || in.Pass:
		size = len(line.Text)
	case in.Canonical:
		size = 0 // its job keeps no text
	}
	if !r.backlog.TryAdd(size) {
		r.flush()
		r.backlog.Add(size)
	}
	seq := r.seq
	r.seq++
	switch {
	case err != nil:
		r.bad(seq, err, size)
	case in.Pass:
		r.sink.pass(seq, line.Text)
	case r.skips():
		r.skip(seq, line.Text, size)
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

// job makes a job of the decoded record.
func (r *reader) job(seq uint64) *probe.Job {
	in := &r.input
	j := r.sink.newJob()
	j.Tag = probe.Tag{Seq: seq, Text: j.Text}
	if !in.Canonical {
		j.Host = int32(len(in.Host))
		j.Text = append(append(j.Text, in.Host...), in.Extra...)
	}
	j.Request = probe.Request{
		To: netip.AddrPortFrom(in.Addr, in.Port), Proto: in.Proto,
		Timeout: in.Timeout, Retries: int8(in.Retries),
	}
	if j.Proto == endpoint.UDP {
		j.Variants = r.requests.Ways(in.Port)
	}
	return j
}
