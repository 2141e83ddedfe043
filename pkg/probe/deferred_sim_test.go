package probe_test

import (
	"maps"
	"net/netip"
	"slices"
	"testing"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/probe"
)

// deferring submits endpoints as far as they need a job, and counts the others.
type deferring struct {
	*probe.Engine
	jobs     []*probe.Job     // that were submitted
	deferred map[string]int   // by address
	skipped  map[string]int   // by address
	ended    map[string]int   // by address: those of a stopped run
	order    map[string][]int // of the ports that were returned
}

func (d *deferring) submit(to netip.AddrPort, proto endpoint.Proto) {
	j := &probe.Job{Request: probe.Request{To: to, Proto: proto, Retries: -1}}
	d.jobs = append(d.jobs, j)
	d.Submit([]*probe.Job{j})
}

// place passes the first ports of addresses to the engine, interleaved.
func (d *deferring) place(ports int, ips ...string) {
	for port := range ports {
		for _, ip := range ips {
			to := netip.AddrPortFrom(netip.MustParseAddr(ip), uint16(port+1))
			for _, proto := range []endpoint.Proto{endpoint.TCP, endpoint.UDP} {
				switch d.Place(to, proto, true) {
				case probe.NeedsJob:
					d.submit(to, proto)
				case probe.Skipped:
					d.skipped[ip]++
				case probe.Deferred:
					d.deferred[ip]++
				}
			}
		}
	}
	d.EndDeferring()
}

// release processes what was deferred.
func (d *deferring) release() {
	var ports [7]uint16 // so few that addresses take turns
	for p, ok := d.NextDeferred(ports[:]); ok; p, ok = d.NextDeferred(ports[:]) {
		ip := p.Addr.String()
		for _, port := range p.Ports {
			if p.Proto == endpoint.TCP {
				d.order[ip] = append(d.order[ip], int(port))
			}
			switch {
			case p.Reason != 0:
				d.ended[ip]++
			case p.Placement == probe.Skipped:
				d.skipped[ip]++
			default:
				d.submit(netip.AddrPortFrom(p.Addr, port), p.Proto)
			}
		}
	}
}

// deferringScan calls f with an engine in real time. 10.0.0.1 and 10.0.0.2 never reply,
// 10.0.0.3 replies from port 7 alone, and a router replies for 10.0.0.4.
func deferringScan(t *testing.T, f func(*deferring)) *deferring {
	s := skipping(func(to netip.AddrPort, proto endpoint.Proto) endpoint.Reason {
		switch {
		case to.Addr() == netip.MustParseAddr("10.0.0.4"):
			return endpoint.HostUnreach
		case to.Addr() == netip.MustParseAddr("10.0.0.3") && to.Port() == 7 && proto == endpoint.TCP:
			return endpoint.ConnRefused
		}
		return 0
	})
	s.net.Real, s.net.Began, s.net.RTT = true, time.Now(), 100*time.Millisecond
	s.net.Sender = func(netip.AddrPort) netip.Addr { return netip.MustParseAddr("192.0.2.254") }
	s.opts.Workers, s.opts.Timeout, s.opts.Retries = 2, 400*time.Millisecond, 0
	d := &deferring{deferred: map[string]int{}, skipped: map[string]int{}, ended: map[string]int{}, order: map[string][]int{}}
	s.during = func(e *probe.Engine) {
		d.Engine = e
		f(d)
		s.extra = len(d.jobs)
		for _, n := range d.skipped {
			s.skips += n
		}
	}
	s.run(t, nil)
	return d
}

// TestDeferredEndpointsNeedNoJob places endpoints one by one: those of silent addresses
// are skipped without a job, and all others are probed in their order.
func TestDeferredEndpointsNeedNoJob(t *testing.T) {
	t.Parallel() // mostly waits
	const ports = 100
	d := deferringScan(t, func(d *deferring) {
		d.place(ports, "10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4")
		d.release()
	})
	got := map[string]map[endpoint.Reason]int{}
	for _, j := range d.jobs {
		ip := j.To.Addr().String()
		if got[ip] == nil {
			got[ip] = map[endpoint.Reason]int{}
		}
		got[ip][j.Reason]++
	}
	silent := map[endpoint.Reason]int{endpoint.NoResponse: 20}
	for ip, want := range map[string]map[endpoint.Reason]int{
		"10.0.0.1": silent, "10.0.0.2": silent,
		"10.0.0.3": {endpoint.ConnRefused: 1, endpoint.NoResponse: 2*ports - 1},
		"10.0.0.4": {endpoint.HostUnreach: 2 * ports},
	} {
		total := d.skipped[ip]
		for _, n := range got[ip] {
			total += n
		}
		if !maps.Equal(got[ip], want) || total != 2*ports {
			t.Errorf("%s: %v and %d skipped, want %v of %d", ip, got[ip], d.skipped[ip], want, 2*ports)
		}
		if d.deferred[ip] < ports || !slices.IsSorted(d.order[ip]) {
			t.Errorf("%s: %d endpoints were deferred, and returned in the order %v", ip, d.deferred[ip], d.order[ip])
		}
	}
	if n := d.Counts().SilentHosts.Load(); n != 2 {
		t.Errorf("%d silent hosts, want 2", n)
	}
}

// TestDeferredEndpointsEndWithTheRun stops the run before anything has decided.
func TestDeferredEndpointsEndWithTheRun(t *testing.T) {
	d := deferringScan(t, func(d *deferring) {
		d.place(100, "10.0.0.1", "10.0.0.2")
		d.Stop(endpoint.Interrupted, 0)
		d.release()
	})
	for _, ip := range []string{"10.0.0.1", "10.0.0.2"} {
		if d.deferred[ip] < 100 || d.ended[ip] != d.deferred[ip] || d.skipped[ip] > 0 {
			t.Errorf("%s: %d of %d deferred endpoints ended with the run", ip, d.ended[ip], d.deferred[ip])
		}
	}
	for _, j := range d.jobs {
		if j.Reason != endpoint.Interrupted {
			t.Errorf("%v: %v", j.To, j.Reason)
		}
	}
}
