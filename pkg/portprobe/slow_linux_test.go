package portprobe

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"portkit/pkg/internal/lab"
)

// Open ports are found even if they reply later than the closed ports of their
// host, as port forwarding and load balancers do.
func TestSlowPorts(t *testing.T) {
	t.Parallel()
	lab.NotRaced(t)
	const first, step = 7300, 50 * time.Millisecond
	delay := func(port uint16) time.Duration {
		return max(0, time.Duration(port)-first) * step
	}
	h := lab.New(t).Host("", lab.Listen(fmt.Sprint(first, "-", first+24)), lab.PortDelay(delay))
	for _, c := range []struct {
		name       string
		args       []string
		from, to   uint16 // closed ports
		slow       uint16 // open ports
		mostOfTime time.Duration
		syn        bool
		single     bool // one probe per endpoint
	}{
		{"20 beside 200 closed ones", nil, 1, 200, 20, 4 * time.Second, false, false},
		{"up to 1.2 s", nil, 1, 200, 25, 6 * time.Second, false, false},
		{"one forwarded port", nil, 1, 10, 4, 2 * time.Second, false, false},
		{"no retries", []string{"--retries", "0"}, 1, 200, 20, 4 * time.Second, false, true},
		{"10 outstanding", []string{"-c", "10"}, 1, 20, 12, 8 * time.Second, false, false},
		{"by SYN", nil, 1, 200, 20, 4 * time.Second, true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			var in strings.Builder
			for p := c.from; p <= c.to; p++ {
				fmt.Fprintf(&in, "%v:%d\n", h.Addr(), p)
			}
			for p := range c.slow {
				fmt.Fprintf(&in, "%v:%d\n", h.Addr(), first+p)
			}
			run := tool
			if c.syn {
				run = toolBySYN
			}
			var r ran
			var took, late time.Duration
			// Other tests may make the lab late, and ports slower than they are to be.
			for range 5 {
				h.Late()
				began := time.Now()
				r = run(t, in.String(), append(c.args, "-v", "--progress", "never")...)
				if took, late = time.Since(began), h.Late(); late < 50*time.Millisecond {
					break
				}
			}
			for _, m := range records(t, r.out) {
				port := uint16(m["port"].(float64))
				want := "closed"
				if port >= first {
					want = "open"
				}
				// Without retries late replies are awaited for one second, which a
				// busy machine may exceed: the lab by more than it measures, since
				// frames also wait to be read. TestSlowPortsBesideFastOnes has exact
				// times.
				if c.single && want == "open" && m["reason"] == "no-response" && delay(port)+4*late > 985*time.Millisecond {
					t.Logf("port %d: the lab was up to %v late, each way", port, late)
					continue
				}
				if m["state"] != want {
					t.Errorf("port %d, slow by %v: %v/%v, want %s", port, delay(port), m["state"], m["reason"], want)
				}
				// With SYN the time of sending is that of the batch, which a busy machine
				// may take late, as it delays the lab.
				least := 0.9 * float64(delay(port).Milliseconds())
				if c.syn {
					least -= float64(max(4*late, took-1200*time.Millisecond).Milliseconds())
				}
				if rtt, _ := m["rtt_ms"].(float64); m["rtt_ms"] != nil && rtt < least {
					t.Errorf("port %d, slow by %v: rtt_ms %v", port, delay(port), rtt)
				}
			}
			// A late machine makes probes time out, and others wait for these.
			if most := c.mostOfTime + 20*late; took > most {
				t.Errorf("took %v, want at most %v", took, most)
			}
			t.Log(took, "lab late by up to", late, r.err[strings.LastIndex(strings.TrimSpace(r.err), "\n")+1:])
		})
	}
}
