package portprobe

import (
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
	"time"

	"portkit/pkg/internal/lab"
)

// Every port of a dead on-link address has the reason host-unreach and no RTT,
// whatever the order of the records.
func TestDeadAddressesInRandomOrder(t *testing.T) {
	t.Parallel() // mostly waits
	lab.New(t).Host("10.9.77.2/24 fd00:6c61:6277::2/64", lab.NeighborRetry(100*time.Millisecond))
	for name, c := range map[string]struct {
		first, suffix string
		run           func(t *testing.T, in string) ran
	}{
		"connect":       {"10.9.77.3", "", func(t *testing.T, in string) ran { return toolOver(t, false, in) }},
		"connect, IPv6": {"fd00:6c61:6277::3", "", func(t *testing.T, in string) ran { return toolOver(t, false, in) }},
		"syn":           {"10.9.77.43", "", func(t *testing.T, in string) ran { return toolBySYN(t, in) }},
		"udp":           {"10.9.77.83", "/udp", func(t *testing.T, in string) ran { return toolOver(t, false, in) }},
	} {
		var lines []string
		a := netip.MustParseAddr(c.first)
		for range 40 {
			for port := range uint16(10) {
				lines = append(lines, netip.AddrPortFrom(a, 7000+port).String()+c.suffix+"\n")
			}
			a = a.Next()
		}
		rand.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
		wrong := 0
		for _, m := range records(t, c.run(t, strings.Join(lines, "")).out) {
			if m["reason"] != "host-unreach" || m["rtt_ms"] != nil || m["ttl"] != nil {
				if wrong++; wrong < 4 {
					t.Errorf("%s: %v", name, m)
				}
			}
		}
	}
}
