package summary_test

import (
	"fmt"
	"net/netip"

	"portkit/pkg/endpoint"
	"portkit/pkg/record"
	"portkit/pkg/summary"
)

func Example() {
	sum := summary.New()
	adder := sum.Adder() // one for each goroutine
	addr := netip.MustParseAddr("192.0.2.7")
	for port := uint16(20); port <= 25; port++ {
		r := record.Result{Host: []byte("192.0.2.7"), Addr: addr, Port: port, State: endpoint.Closed, Reason: endpoint.ConnRefused}
		if port == 22 {
			r.State, r.Reason = endpoint.Open, endpoint.SynAck
		}
		adder.Result(nil, &r)
	}
	adder.Flush()
	for s := range sum.Records(nil) {
		for _, span := range s.Spans {
			fmt.Printf("%v %d-%d: %v (%v)\n", s.Addr, span.First, span.Last, span.State, span.Reason)
		}
	}
	// Output:
	// 192.0.2.7 20-21: closed (conn-refused)
	// 192.0.2.7 22-22: open (syn-ack)
	// 192.0.2.7 23-25: closed (conn-refused)
}
