package portprobe

import (
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/probe"
	"portkit/pkg/probe/connect"
	"portkit/pkg/probe/simnet"
	"portkit/pkg/probe/udp"
)

// synAhead is the number of jobs per worker that the engine accepts in advance
// with --method syn: about 60 ms of sending, so that the reader gets its turn even
// if no processor is idle.
const synAhead = 8192

// setTransports sets the options that depend on the transports. room is the number
// of descriptors that a worker's probes may hold.
func (r *run) setTransports(o *probe.Options, room int) {
	if r.simulate != nil {
		t := simnet.New(*r.simulate) // for the one worker
		o.Transport = func(int) (probe.Transport, error) { return t, nil }
		o.Echo = t.Echo
		r.format.now = func() time.Time { return r.format.clock(t.Now()) }
		return
	}
	if r.echo != nil {
		o.Echo = r.echo.Send
	}
	clock := probe.NewClock(r.began) // shared, so that times compare
	o.UDP = r.udpPool(o.Workers, room, clock)
	if r.synNet != nil {
		o.Ahead = o.Workers * synAhead
		o.Transport = func(i int) (probe.Transport, error) { return r.synNet.Transport(i), nil }
		return
	}
	o.Repeats = connect.Retransmissions()
	options := connect.Options{Room: room, Source: r.origin.Source, Interface: r.origin.Link, Probed: &connect.ProbedPorts{}}
	o.Transport = func(int) (probe.Transport, error) {
		if r.portable {
			return connect.NewPortable(options, clock), nil
		}
		return connect.New(options, clock)
	}
}

// udpPool returns the workers that probe UDP. They hold descriptors that
// fitDescriptorLimit leaves free.
func (r *run) udpPool(workers, room int, clock probe.Clock) *probe.Pool {
	options := udp.Options{
		Room: max(forUDP(room*workers)/workers, 1), Source: r.origin.Source, Interface: r.origin.Link, Requests: r.requests, Sources: &udp.SourcePorts{},
	}
	return &probe.Pool{
		Workers: workers, Concurrency: r.concurrency(endpoint.UDP),
		Transport: func(int) (probe.Transport, error) {
			if r.portable {
				return udp.NewPortable(options, clock), nil
			}
			return udp.New(options, clock)
		},
	}
}
