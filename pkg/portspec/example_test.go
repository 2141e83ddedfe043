package portspec_test

import (
	"fmt"

	"portkit/pkg/endpoint"
	"portkit/pkg/portspec"
	"portkit/pkg/service"
)

func ExampleParse() {
	ports, err := portspec.Parse("ssh,80-82,U:53", []endpoint.Proto{endpoint.TCP}, service.Load())
	if err != nil {
		panic(err)
	}
	fmt.Println(ports.Len(), "ports:", ports)
	for port, proto := range ports.All() {
		fmt.Printf("%d/%v ", port, proto)
	}
	// Output:
	// 5 ports: tcp:22,80-82,udp:53
	// 22/tcp 53/udp 80/tcp 81/tcp 82/tcp
}

func ExampleList_Top() {
	fmt.Println(portspec.CommonList().Top(3, []endpoint.Proto{endpoint.TCP}))
	// Output: tcp:22,80,443
}
