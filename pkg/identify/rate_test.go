package identify

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"portkit/pkg/endpoint"
)

// identifyPorts identifies as many ports of an address at once in virtual time, and
// returns the results by port. meanwhile runs once all wait.
func identifyPorts(t *testing.T, o Options, proto endpoint.Proto, ports int, meanwhile func(e *Engine)) (got []Outcome, errs []error) {
	t.Helper()
	got, errs = make([]Outcome, ports), make([]error, ports)
	synctest.Test(t, func(t *testing.T) {
		e := New(o)
		var all sync.WaitGroup
		for i := range ports {
			all.Go(func() {
				to := netip.AddrPortFrom(netip.MustParseAddr("192.0.2.1"), uint16(30000+i))
				got[i], errs[i] = e.Identify(t.Context(), Target{Addr: to, Proto: proto, App: "memcached", RTT: -1})
			})
		}
		synctest.Wait()
		meanwhile(e)
		all.Wait()
	})
	return got, errs
}

// TestTimeoutBeginsWithTheFirstConnection checks that the wait for the rate is not part of
// the time for an endpoint.
func TestTimeoutBeginsWithTheFirstConnection(t *testing.T) {
	n := &network{serve: func(c net.Conn, _ int) { io.WriteString(c, "SSH-2.0-x\r\n") }}
	for _, o := range []Options{{Rate: 10}, {HostRate: 10}, {Rate: 10, HostRate: 10}} {
		n.conns = 0
		o.Effort, o.Timeout, o.Dial = Normal, time.Second, n.dial
		got, errs := identifyPorts(t, o, endpoint.TCP, 40, func(*Engine) {})
		for i := range got {
			if errs[i] != nil || got[i].App != "ssh" || got[i].Took > o.Timeout {
				t.Errorf("rate %v, rate per address %v: %+v, error %v; want ssh", o.Rate, o.HostRate, got[i], errs[i])
			}
		}
	}
	d := &datagrams{reply: func(b []byte, _ int) [][]byte { return [][]byte{memcachedReply(b)} }}
	got, errs := identifyPorts(t, Options{Rate: 10, Timeout: time.Second, Dial: func(ctx context.Context, network string, to netip.AddrPort) (net.Conn, error) {
		own := *d // each socket counts its own datagrams
		return own.dial(ctx, network, to)
	}}, endpoint.UDP, 40, func(*Engine) {})
	for i := range got {
		if errs[i] != nil || got[i].Product != "memcached" || got[i].Conns != 1 {
			t.Errorf("UDP: %+v, error %v; want memcached", got[i], errs[i])
		}
	}
}

// TestWaitsForTheRateDoNotCount checks that a session is whole however low the rate is.
func TestWaitsForTheRateDoNotCount(t *testing.T) {
	n := &network{serve: silent}
	got, err := identify(t, n, Options{Effort: Normal, HostRate: 0.1}, 9999)
	if err != nil || got.Evidence != "silent" || got.Conns != 6 || got.Took < 50*time.Second {
		t.Errorf("%+v, error %v; want silent after 6 connections, ten seconds apart", got.Finding, err)
	}
	got, err = identify(t, n, Options{Effort: Normal, HostRate: 0.1, Timeout: 3 * time.Second}, 9999)
	if err != nil || got.Evidence != "silent" || got.Conns >= 6 {
		t.Errorf("%+v, error %v; want silent, ended by the timeout", got.Finding, err)
	}
}

// TestBegunEndpointsGoFirst checks that endpoints without a connection do not delay others.
func TestBegunEndpointsGoFirst(t *testing.T) {
	n := &network{serve: silent}
	got, _ := identifyPorts(t, Options{Effort: Normal, Timeout: 30 * time.Second, Dial: n.dial, Rate: 5, Common: func(uint16) bool { return true }},
		endpoint.TCP, 60, func(*Engine) {})
	var longest time.Duration
	for _, o := range got {
		longest = max(longest, o.Took)
	}
	if longest > 20*time.Second || n.most > 20 {
		t.Errorf("an endpoint took %v, %d connections at once", longest, n.most)
	}
}

// TestStopEndsOnlyEndpointsWithoutAConnection checks what an interruption leaves.
func TestStopEndsOnlyEndpointsWithoutAConnection(t *testing.T) {
	for _, o := range []Options{{Rate: 1}, {HostRate: 1}} {
		n := &network{serve: silent}
		o.Effort, o.Timeout, o.Dial = Normal, 30*time.Second, n.dial
		_, errs := identifyPorts(t, o, endpoint.TCP, 20, func(e *Engine) {
			began := time.Now()
			e.Stop()
			synctest.Wait()
			if took := time.Since(began); took > 0 {
				t.Errorf("the end took %v", took)
			}
		})
		stopped := 0
		for _, err := range errs {
			if errors.Is(err, ErrStopped) {
				stopped++
			} else if err != nil {
				t.Error(err)
			}
		}
		if stopped != 19 || n.conns != 6 {
			t.Errorf("%d stopped, %d connections; want 19, and the 6 of the endpoint in progress", stopped, n.conns)
		}
	}
}

// TestTimeoutWhileConnecting checks that dropped SYNs are not silence, even if the timeout
// is shorter than that of a connection.
func TestTimeoutWhileConnecting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dropped := func(ctx context.Context, _ string, _ netip.AddrPort) (net.Conn, error) {
			<-ctx.Done()
			return nil, &net.OpError{Op: "dial", Err: ctx.Err()}
		}
		e := New(Options{Effort: Normal, Timeout: connectTimeout / 2, Dial: dropped})
		a := netip.MustParseAddr("192.0.2.1")
		for port := range uint16(2 * acceptsAllAfter) {
			o, err := e.Identify(t.Context(), Target{Addr: netip.AddrPortFrom(a, 30000+port), RTT: -1})
			if err != nil || o.Evidence != "unreachable" || o.Reason != endpoint.NoResponse || o.Connected || o.Took != e.Timeout {
				t.Fatalf("%+v, error %v; want unreachable, %v", o, err, endpoint.NoResponse)
			}
		}
		if e.addresses.get(a).acceptsAll() {
			t.Error("an address that accepts no connection accepts all")
		}
	})
}
