package portprobe

import (
	"errors"
	"net/netip"

	"portkit/pkg/endpoint"
	"portkit/pkg/probe"
	"portkit/pkg/resolve"
)

// batchSize is the number of jobs handed to the engine at once.
const batchSize = 256

// submitter hands jobs to the engine in batches, and writes the records of those
// that must not be probed. Each goroutine has its own.
type submitter struct {
	*run
	sink workerSink
	jobs []*probe.Job
}

func (r *run) newSubmitter() *submitter {
	return &submitter{run: r, sink: workerSink{recordFormat: r.format, out: r.out}}
}

// request returns the request for an endpoint without options of its own.
func (r *run) request(addr netip.Addr, port uint16, proto endpoint.Proto) probe.Request {
	q := probe.Request{To: netip.AddrPortFrom(addr, port), Proto: proto, Retries: -1}
	if proto == endpoint.UDP {
		q.Variants = r.requests.Ways(port)
	}
	return q
}

// submit hands a job to the engine, by way of the resolver if host is a name.
func (s *submitter) submit(j *probe.Job, host []byte) {
	if why := s.scope.NameRefusal(host); why != "" {
		s.refuse(j, endpoint.OutOfScope, errors.New(why))
		return
	}
	if j.To.Addr().IsValid() {
		s.add(j)
		return
	}
	if s.names.Full() {
		s.flush() // Get may block
	}
	if res, ok := s.names.Get(host, j); ok {
		s.addResolved(j, res)
	}
}

// deliver submits jobs whose name has been looked up.
func (r *run) deliver(jobs []*probe.Job, res resolve.Result) {
	s := r.newSubmitter()
	s.jobs = jobs[:0]
	for _, j := range jobs {
		s.addResolved(j, res)
	}
	s.flush()
}

func (s *submitter) addResolved(j *probe.Job, res resolve.Result) {
	if res.Err == nil {
		j.To = netip.AddrPortFrom(res.Addrs[0], j.To.Port())
		s.add(j)
		return
	}
	reason, err := s.endedBy(), error(nil) // the lookup was canceled
	if reason == 0 {
		reason, err = endpoint.ResolveFailed, res.Err
		s.ctx.Log.Linef("records whose name has no address", "%v", err)
	}
	s.refuse(j, reason, err)
}

// add appends a job to the batch, unless its address must not be probed.
func (s *submitter) add(j *probe.Job) {
	if reason, err := s.check(j); reason != 0 {
		s.refuse(j, reason, err)
		return
	}
	if s.jobs = append(s.jobs, j); len(s.jobs) == batchSize {
		s.flush()
	}
}

// check returns why a job must not be probed; 0 if it may be.
func (s *submitter) check(j *probe.Job) (endpoint.Reason, error) {
	switch {
	case !s.scope.Allows(j.To, j.Proto):
		return endpoint.OutOfScope, errors.New(s.scope.Refusal(j.To, j.Proto))
	case !s.links.Unicast(j.To.Addr()):
		return endpoint.NotUnicast, nil
	case s.simulate != nil:
		return 0, nil
	}
	if err := s.origin.CheckTarget(j.To.Addr()); err != nil {
		return endpoint.LocalError, err
	}
	return 0, nil
}

// refuse writes the record of a job that is not probed.
func (s *submitter) refuse(j *probe.Job, reason endpoint.Reason, err error) {
	j.Result = probe.Result{Reason: reason, RTT: -1}
	j.Fail(err)
	s.sink.Settled(j)
}

// flush passes on what was gathered. The records go first: Submit may block.
func (s *submitter) flush() {
	s.sink.Flush()
	if len(s.jobs) > 0 {
		s.engine.Submit(s.jobs)
		s.jobs = s.jobs[:0]
	}
}
