package probe

import (
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/internal/lab"
)

// TestPendingIsAMap compares pending with Go's map, with many equal hashes.
func TestPendingIsAMap(t *testing.T) {
	lab.NotRaced(t) // nothing in it is concurrent
	type key struct {
		to      netip.AddrPort
		proto   endpoint.Proto
		timeout time.Duration
		retries int8
	}
	rnd := rand.New(rand.NewPCG(1, 1))
	var a pending
	want := map[key]*Job{}
	for range 200_000 {
		j := &Job{Request: Request{
			To:    netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, 0, byte(rnd.IntN(50))}), uint16(rnd.IntN(50))),
			Proto: endpoint.Proto(rnd.IntN(2)), Timeout: time.Duration(rnd.IntN(2)), Retries: int8(rnd.IntN(2) - 1),
		}}
		j.hash = j.hashed(1) & 0x3ff
		k := key{j.To, j.Proto, j.Timeout, j.Retries}
		first := a.find(j)
		if first != want[k] {
			t.Fatalf("%v finds %p, want %p", k, first, want[k])
		}
		if first == nil {
			a.add(j)
			want[k] = j
		} else if rnd.IntN(2) == 0 {
			a.remove(first)
			delete(want, k)
		}
	}
	if a.n != len(want) {
		t.Errorf("%d jobs are pending, want %d", a.n, len(want))
	}
	for _, j := range want {
		a.remove(j)
	}
	for _, j := range a.heads {
		if a.n != 0 || j != nil {
			t.Fatalf("%d jobs are left, want none", a.n)
		}
	}
}

// TestSharesOfWorkersAreEven checks the hashes as well, which a table is indexed by.
func TestSharesOfWorkersAreEven(t *testing.T) {
	const n, workers = 1 << 16, 7
	for name, to := range map[string]func(i int) netip.AddrPort{
		"one host": func(i int) netip.AddrPort {
			return netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, 0, 1}), uint16(i))
		},
		"one port": func(i int) netip.AddrPort {
			return netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}), 80)
		},
		"one port, IPv6": func(i int) netip.AddrPort {
			return netip.AddrPortFrom(netip.AddrFrom16([16]byte{0: 0x20, 1: 1, 6: byte(i >> 8), 7: byte(i)}), 80)
		},
	} {
		for seed := range uint64(5) {
			var shares [workers]int
			var slots [n]uint8
			longest := uint8(0)
			for i := range n {
				j := Job{Request: Request{To: to(i)}}
				j.hash = j.hashed(seed * 0x9e3779b97f4a7c15)
				shares[share(j.hash, workers)]++
				at := j.hash & (n - 1)
				slots[at]++
				longest = max(longest, slots[at])
			}
			for _, s := range shares {
				if s < n/workers*9/10 || s > n/workers*11/10 {
					t.Errorf("%s: %v", name, shares)
					break
				}
			}
			if longest > 16 {
				t.Errorf("%s: %d jobs in one slot, with as many slots as jobs", name, longest)
			}
		}
	}
}
