package portprobe

import (
	"fmt"
	"strings"
	"testing"

	"portkit/pkg/internal/lab"
)

// TestRejectionsAreNoLoss scans a host whose firewall rejects all ports but one, as that of many
// servers does, three times in succession. Linux sends few of the ICMP errors, and after the first
// scan still fewer: the others are not lost.
func TestRejectionsAreNoLoss(t *testing.T) {
	t.Parallel() // mostly waits
	lab.NotRaced(t)
	h := lab.New(t).Host("", lab.Listen("22"), lab.Reject4("1-21,23-1000", 13), lab.ICMPLimit())
	var in strings.Builder
	for port := 1; port <= 1000; port++ {
		fmt.Fprintf(&in, "%v:%d\n", h.Addr(), port)
	}
	for i, run := range []func(*testing.T, string, ...string) ran{tool, tool, toolBySYN} {
		r := run(t, in.String(), "-v", "--progress", "never")
		count, attempts := map[string]int{}, 0
		for _, m := range records(t, r.out) {
			count[fmt.Sprint(m["state"])]++
			attempts += int(m["attempts"].(float64))
		}
		if count["open"] != 1 || count["filtered"] != 999 || attempts > 7000 {
			t.Errorf("scan %d: %v, %d attempts: %s", i+1, count, attempts, r.err)
		}
	}
}
