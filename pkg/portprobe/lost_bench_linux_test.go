package portprobe

import (
	"testing"
	"time"
)

// BenchmarkLabLostHosts makes all scans of TestLostHosts, with outages as long as real
// ones, and logs their durations. A wrong record fails it.
func BenchmarkLabLostHosts(b *testing.B) {
	for b.Loop() {
		for _, s := range playLost(b, outages{blocked: 20 * time.Second, dark: 15 * time.Second, patience: 30 * time.Second}, true) {
			s.check(b)
		}
	}
}
