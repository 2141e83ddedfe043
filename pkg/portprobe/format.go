package portprobe

import (
	"sync"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/origin"
	"portkit/pkg/probe"
	"portkit/pkg/probe/simnet"
	"portkit/pkg/service"
)

// recordFormat contains which records this run writes, and how. All goroutines
// share it; it does not change.
type recordFormat struct {
	shown    [endpoint.States]bool
	plain    bool
	ordered  bool
	method   [2]endpoint.Method // by protocol
	services *service.Table
	clock    func(probe.Time) time.Time
	now      func() time.Time
	onOpen   func(*endpoint.Result) // called for every open port, unless nil
	onError  func(*endpoint.Result) // called for every endpoint that could not be probed
	jobs     sync.Pool
	origin   origin.Origin
}

func (r *run) newFormat() *recordFormat {
	f := &recordFormat{
		shown: r.shown(), plain: r.Plain, ordered: r.KeepOrder,
		method:   [2]endpoint.Method{endpoint.TCP: endpoint.Connect, endpoint.UDP: endpoint.UDPDatagram},
		services: service.Load(),
		clock:    func(t probe.Time) time.Time { return r.began.Add(time.Duration(t)) },
		now:      time.Now,
		onError:  r.logError,
		origin:   r.origin,
	}
	switch {
	case r.syn():
		f.method[endpoint.TCP] = endpoint.SYN
	case r.simulate != nil:
		f.method = [2]endpoint.Method{endpoint.Simulate, endpoint.Simulate}
		f.clock = func(t probe.Time) time.Time { return r.began.Add(simnet.Elapsed(t)) }
	}
	if r.Verbose {
		f.onOpen = r.logOpen
	}
	return f
}

// when returns the time of a job's result; now if the job was never submitted.
func (f *recordFormat) when(j *probe.Job) time.Time {
	if j.At == 0 {
		return f.now()
	}
	return f.clock(j.At)
}

// maxReusedText is the maximum capacity of a job's text that is used again.
const maxReusedText = 8 << 10

// newJob returns an empty job.
func (f *recordFormat) newJob() *probe.Job {
	if j, ok := f.jobs.Get().(*probe.Job); ok {
		return j
	}
	return &probe.Job{}
}

// freeJob makes a job available to newJob.
func (f *recordFormat) freeJob(j *probe.Job) {
	text := j.Text[:0]
	if cap(text) > maxReusedText {
		text = nil
	}
	*j = probe.Job{Tag: probe.Tag{Text: text}}
	f.jobs.Put(j)
}
