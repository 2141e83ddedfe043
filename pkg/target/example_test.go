package target_test

import (
	"fmt"
	"net/netip"

	"lukechampine.com/uint128"

	"portkit/pkg/target"
)

// Count the addresses of a prefix without an excluded range, and iterate over them.
func Example() {
	prefix, err := target.Parse("192.0.2.0/28")
	if err != nil {
		panic(err)
	}
	excluded, err := target.Parse("192.0.2.4-192.0.2.13")
	if err != nil {
		panic(err)
	}
	var b target.Builder
	if err := b.Add(excluded); err != nil {
		panic(err)
	}
	rest := prefix.Minus(b.Set())
	fmt.Println(rest.Count(), "addresses, the fifth is", rest.At(uint128.From64(4)))
	rest.Runs(uint128.Zero, func(first, last netip.Addr) bool {
		fmt.Println(first, "to", last)
		return true
	})
	// Output:
	// 6 addresses, the fifth is 192.0.2.14
	// 192.0.2.0 to 192.0.2.3
	// 192.0.2.14 to 192.0.2.15
}

func ExampleSplit() {
	for _, word := range target.SplitList("10.0.0.1,3,[2001:db8::/120]:443,8443,host.example") {
		name, ports, err := target.Split(word)
		fmt.Printf("%s %q %v\n", name, ports, err)
	}
	// Output:
	// 10.0.0.1,3 "" <nil>
	// 2001:db8::/120 "443,8443" <nil>
	// host.example "" <nil>
}
