package portprobe

import (
	"net/netip"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/record"
)

// skipper is a submitter that also writes the records of endpoints that were skipped:
// their address was concluded silent. In a mostly dead network nearly all are.
type skipper struct {
	*submitter
	result  endpoint.Result
	unsent  bool      // records were written since it waited for room
	settled time.Time // their time; zero: not known yet
	// outcome has the fields of the latest result behind those of its endpoint. Most results have
	// the same.
	outcome []byte
}

func (r *run) newSkipper() *skipper { return &skipper{submitter: r.newSubmitter()} }

// skip writes the record of a skipped endpoint. line, if not nil, is its record in
// canonical form.
func (s *skipper) skip(seq uint64, addr netip.Addr, port uint16, proto endpoint.Proto, line []byte) {
	if s.settled.IsZero() {
		s.settled, s.outcome = s.format.now(), s.outcome[:0]
	}
	res := &s.result
	service := s.format.services.Name(proto, port)
	if res.Proto != proto || res.Service != service {
		s.outcome = s.outcome[:0]
	}
	res.Addr, res.Port, res.Proto = addr, port, proto
	res.Reason, res.State = endpoint.HostSilent, endpoint.HostSilent.State(proto)
	res.Service, res.Method = service, s.format.method[proto]
	res.RTT, res.Time = -1, s.settled
	if b := &s.sink.batch; s.format.shown[res.State] {
		switch {
		case s.format.plain:
			b.Lines = record.AppendPlain(b.Lines, nil, res.Endpoint)
		case line != nil:
			if len(s.outcome) == 0 {
				s.outcome = s.sink.encoder.Outcome(s.outcome, res)
			}
			b.Lines = append(append(b.Lines, line[:len(line)-len("}")]...), s.outcome...)
		default:
			b.Lines = s.sink.encoder.Result(b.Lines, nil, res, nil)
		}
	}
	s.unsent = true
	s.sink.endLine(seq, res.State, 0)
	if s.sink.batch.Records == 0 {
		s.flush()
	}
}

// flush passes on what was gathered. If a worker writes a record, it is not asked for
// another while the output is full; a skipper has to wait for that itself.
func (s *skipper) flush() {
	s.submitter.flush()
	s.settled = time.Time{}
	if s.unsent {
		s.unsent = false
		s.out.WaitForRoom()
	}
}
