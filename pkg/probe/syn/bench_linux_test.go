package syn

import (
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/internal/lab"
	"portkit/pkg/probe"
)

// tally is a sink that counts results.
type tally struct{ open, closed *atomic.Int64 }

func (s tally) Settled(j *probe.Job) {
	switch j.Reason.State(j.Proto) {
	case endpoint.Open:
		s.open.Add(1)
	case endpoint.Closed:
		s.closed.Add(1)
	}
}
func (tally) Flush()     {}
func (tally) Full() bool { return false }

// engine is a peer that runs the engine over this transport without records. Its time
// excludes opening and closing sockets.
func engine(workers int) lab.Peer {
	return lab.Peer{Name: "engine over SYN, no records", Scan: func(to lab.Target) (c lab.Count, err error) {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(workers + 1))
		clock := probe.NewClock(time.Now())
		n, err := Open(Options{}, workers, clock)
		if err != nil {
			return c, err
		}
		defer n.Close()
		jobs := make([]*probe.Job, to.Len())
		for i := range jobs {
			jobs[i] = &probe.Job{Request: probe.Request{To: to.At(i), Retries: -1}}
		}
		var open, closed atomic.Int64
		begun := time.Now()
		var last time.Time
		e, err := probe.Start(probe.Options{
			Workers: workers, Concurrency: 65_536, Timeout: 3 * time.Second, Retries: -1, Addresses: 1 << 18, Ahead: 1 << 15,
			Transport: func(i int) (probe.Transport, error) { return unclosed{n.Transport(i)}, nil },
			Sink:      func(int) probe.Sink { return tally{&open, &closed} },
		})
		if err != nil {
			return c, err
		}
		for len(jobs) > 0 {
			n := min(len(jobs), 256)
			e.Submit(jobs[:n])
			jobs = jobs[n:]
		}
		err = e.Close()
		last = time.Now()
		return lab.Count{Asked: to.Len(), Open: int(open.Load()), Closed: int(closed.Load()), Took: last.Sub(begun)}, err
	}}
}

// unclosed is a transport whose Close does nothing.
type unclosed struct{ probe.Transport }

func (unclosed) Close() error { return nil }

// BenchmarkLabSYNSending races a bare sender. Its result is in the log.
func BenchmarkLabSYNSending(b *testing.B) {
	h := lab.New(b).Host("", lab.Listen(lab.Spread(1000)))
	for b.Loop() {
		lab.Race(b, 9, lab.Whole(h.Addr()), lab.Count{Open: 1000, Closed: 64535}, []lab.Peer{lab.Rings(2), engine(2)})
	}
}
