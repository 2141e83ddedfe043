package probe_test

import (
	"fmt"
	"log"
	"net/netip"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/probe"
	"portkit/pkg/probe/simnet"
)

// printer is a Sink that prints results.
type printer struct{}

func (printer) Settled(j *probe.Job) {
	fmt.Printf("%v is %v (%v), probes: %d\n", j.To, j.State(), j.Reason, j.Attempts)
}

func (printer) Flush() {}

func (printer) Full() bool { return false }

// A scan of three ports of a simulated host. A real one uses a Transport of the
// packages connect, syn or udp.
func Example() {
	network := simnet.Config{
		RTT: 20 * time.Millisecond,
		Port: func(to netip.AddrPort, _ endpoint.Proto) endpoint.Reason {
			switch to.Port() {
			case 22:
				return endpoint.SynAck
			case 23:
				return endpoint.ConnRefused
			}
			return 0 // silent
		},
	}
	engine, err := probe.Start(probe.Options{
		Workers: 1, Concurrency: 100, Addresses: 1000, Timeout: 3 * time.Second, Retries: -1,
		Transport: func(int) (probe.Transport, error) { return simnet.New(network), nil },
		Sink:      func(int) probe.Sink { return printer{} },
	})
	if err != nil {
		log.Fatal(err)
	}
	host := netip.MustParseAddr("192.0.2.1")
	var jobs []*probe.Job
	for _, port := range []uint16{22, 23, 80} {
		jobs = append(jobs, &probe.Job{Request: probe.Request{To: netip.AddrPortFrom(host, port), Retries: -1}})
	}
	engine.Submit(jobs)
	if err := engine.Close(); err != nil {
		log.Fatal(err)
	}
	// Two more probes than those of the endpoints: port 22 or 23 is probed again, to see
	// that the host still replies while port 80 does not.
	fmt.Println("probes in total:", engine.Counts().Attempts.Load())
	// Output:
	// 192.0.2.1:22 is open (syn-ack), probes: 1
	// 192.0.2.1:23 is closed (conn-refused), probes: 1
	// 192.0.2.1:80 is filtered (no-response), probes: 3
	// probes in total: 7
}
