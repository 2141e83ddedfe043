package portprobe

import "testing"

func TestDescriptorsForUDP(t *testing.T) {
	for n, want := range map[int]int{7: 0, 64: 8, 1024: 128, 20_000: 1024, 1 << 20: 1024} {
		if got := forUDP(n); got != want {
			t.Errorf("%d of %d descriptors are for UDP, want %d", got, n, want)
		}
	}
}
