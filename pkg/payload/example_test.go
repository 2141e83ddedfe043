package payload_test

import (
	"fmt"
	"net/netip"

	"portkit/pkg/payload"
)

// Build the first request for a port, and recognize a reply.
func Example() {
	query := payload.Query{To: netip.MustParseAddrPort("192.0.2.7:5683"), Token: 1}
	request := payload.For(5683)[0]
	datagram := request.Build(nil, query)
	fmt.Printf("%s: % x\n", request.App, datagram)

	reset := []byte{0x70, 0x00, datagram[2], datagram[3]}
	fmt.Println("reply:", payload.Recognize(5683, request, reset, query))
	// Output:
	// coap: 40 00 5b c4
	// reply: coap
}
