package portprobe

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"portkit/pkg/internal/lab"
)

// reasonsOf counts states with their reasons, and checks that each input line has
// one record.
func reasonsOf(t *testing.T, in string, r ran) map[string]int {
	t.Helper()
	count := map[string]int{}
	list := records(t, r.out)
	for _, m := range list {
		count[fmt.Sprint(m["state"], "/", m["reason"])]++
	}
	if lines := strings.Count(in, "\n"); len(list) != lines {
		t.Errorf("%d records for %d lines: %s", len(list), lines, r.err)
	}
	return count
}

// Linux limits ICMP errors per destination across all of its own addresses.
func TestAddressesOfOneHostShareItsICMPLimit(t *testing.T) {
	t.Parallel() // waits for one error per second
	var addrs []string
	for i := 9; i <= 19; i++ {
		addrs = append(addrs, fmt.Sprintf("10.201.77.%d/24", i))
	}
	h := lab.New(t).Host(strings.Join(addrs, " "), lab.ICMPLimit())
	in := ""
	for _, p := range h.Addrs() {
		in += udpRecords(p.Addr(), 161, 164)
	}
	begun := time.Now()
	count := reasonsOf(t, in, toolOver(t, false, in, "--udp-patience", "7s"))
	t.Logf("%v in %v", count, time.Since(begun))
	closed, limited := count["closed/port-unreach"], count["open|filtered/rate-limited"]
	if closed+limited != 44 || closed < 9 {
		t.Errorf("%v: want 6 rejections at once, and about one per second", count)
	}
}

// A router rejects packets to 200 addresses behind it, twice per second.
func TestRouterLimitsICMPForItsNetwork(t *testing.T) {
	t.Parallel() // waits for two errors per second
	lab.NotRaced(t)
	router := lab.New(t).Host("", lab.Reject4("", 3), lab.ICMPLimit(), lab.Sysctl("net/ipv4/icmp_ratelimit", "500"))
	router.Behind("10.202.77.250/24")
	in := ""
	for a, i := netip.MustParseAddr("10.202.77.9"), 0; i < 200; a, i = a.Next(), i+1 {
		in += udpRecords(a, 161, 161)
	}
	begun := time.Now()
	count := reasonsOf(t, in, toolOver(t, false, in, "--udp-patience", "6s"))
	t.Logf("%v in %v", count, time.Since(begun))
	rejected, limited := count["filtered/port-unreach"], count["open|filtered/rate-limited"]
	if rejected+limited != 200 || rejected < 10 {
		t.Errorf("%v: want 6 rejections at once, and about two per second", count)
	}
}
