package portprobe

import (
	"net/netip"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/record"
)

// skipper is the state of a reader for endpoints that it settles itself.
type skipper struct {
	result  endpoint.Result
	unsent  bool      // records were written since the reader waited for room
	settled time.Time // their time; zero: not known yet
}

// skips reports whether the endpoint that was read is settled without a probe, because
// its address was concluded silent. In a mostly dead network nearly all are: they get
// neither a job nor a worker. Only the most frequent form of input is looked at, others
// are settled by a worker.
func (r *reader) skips() bool {
	in := &r.input
	return r.SkipSilent > 0 && in.Canonical &&
		r.scope.Allows(netip.AddrPortFrom(in.Addr, in.Port), in.Proto) && r.engine.Skip(in.Addr, in.Proto)
}

// skip writes the record of an endpoint that skips has settled.
func (r *reader) skip(seq uint64, line []byte, size int) {
	s, in := &r.skipper, &r.input
	if s.settled.IsZero() {
		s.settled = r.format.now()
	}
	res := &s.result
	res.Addr, res.Port, res.Proto = in.Addr, in.Port, in.Proto
	res.Reason, res.State = endpoint.HostSilent, endpoint.HostSilent.State(in.Proto)
	res.Service, res.Method = r.format.services.Name(in.Proto, in.Port), r.format.method[in.Proto]
	res.RTT, res.Time = -1, s.settled
	if b := &r.sink.batch; r.format.shown[res.State] {
		if r.format.plain {
			b.Lines = record.AppendPlain(b.Lines, in.Host, res.Endpoint)
		} else {
			b.Lines = r.sink.encoder.Extend(b.Lines, line, res)
		}
	}
	s.unsent = true
	r.sink.endLine(seq, res.State, size)
	if r.sink.batch.Records == 0 {
		r.flush()
	}
}

// flush passes on what was gathered. If a worker writes a record, it is not asked for
// another while the output is full; the reader has to wait for that itself.
func (r *reader) flush() {
	r.submitter.flush()
	r.skipper.settled = time.Time{}
	if r.skipper.unsent {
		r.skipper.unsent = false
		r.out.WaitForRoom()
	}
}
