package probe_test

import (
	"errors"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/probe"
)

// TestRefusedSendsSettle has this machine refuse sends while more endpoints wait
// than may be outstanding: every one settles, and those of other hosts are probed.
func TestRefusedSendsSettle(t *testing.T) {
	t.Parallel()
	refused := netip.MustParseAddr("192.0.2.1")
	causes := map[string]func(*probe.Attempt) bool{
		"every send": func(*probe.Attempt) bool { return true },
		"one host":   func(a *probe.Attempt) bool { return a.To.Addr() == refused },
		"even ports": func(a *probe.Attempt) bool { return a.To.Port()%2 == 0 },
		"retries":    func(a *probe.Attempt) bool { return a.N > 1 },
	}
	for cause, refuses := range causes {
		for _, proto := range []endpoint.Proto{endpoint.TCP, endpoint.UDP} {
			for window := 1; window <= 3; window++ {
				for workers := 1; workers <= 2; workers++ {
					for _, onLink := range []bool{false, true} {
						name := fmt.Sprintf("%s/%v/window %d/workers %d/on-link %v", cause, proto, window, workers, onLink)
						t.Run(name, func(t *testing.T) {
							t.Parallel()
							s := scan{opts: defaults()}
							s.opts.Workers, s.opts.Concurrency = workers, max(window, workers)
							s.opts.HostConcurrency = window
							s.opts.OnLink = func(netip.Addr) bool { return onLink }
							s.net.RTT = time.Millisecond
							s.net.Port = func(netip.AddrPort, endpoint.Proto) endpoint.Reason { return 0 }
							s.net.Trouble = func(a *probe.Attempt) error {
								if refuses(a) {
									return errors.New("no route")
								}
								return nil
							}
							jobs := jobsFor(refused.String(), 2, 25)
							for _, j := range jobs {
								j.Proto, j.Retries = proto, 1
							}
							stuck := time.AfterFunc(20*time.Second, func() { panic("endpoints stay unsettled: " + name) })
							defer stuck.Stop()
							for _, j := range s.run(t, jobs) {
								want := endpoint.NoResponse
								if refuses(&probe.Attempt{To: j.To, N: 1}) || refuses(&probe.Attempt{To: j.To, N: 2}) {
									want = endpoint.LocalError
								}
								if j.Reason != want {
									t.Errorf("%v: %v, want %v", j.To, j.Reason, want)
								}
							}
						})
					}
				}
			}
		}
	}
}
