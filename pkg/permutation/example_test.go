package permutation_test

import (
	"fmt"

	"lukechampine.com/uint128"

	"portkit/pkg/permutation"
)

// Two shards of ten elements: each takes every second index.
func Example() {
	p := permutation.New(uint128.From64(10), 1)
	for shard := range uint64(2) {
		var elements []uint64
		for i := shard; i < 10; i += 2 {
			elements = append(elements, p.At64(i))
		}
		fmt.Println(elements)
	}
	// Output:
	// [5 2 0 7 3]
	// [1 6 9 8 4]
}
