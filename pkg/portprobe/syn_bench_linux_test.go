package portprobe

import (
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"portkit/pkg/cli"
	"portkit/pkg/internal/lab"
)

// BenchmarkLabSYNRace logs the times of the tool with SYN and connect, and of other
// SYN scanners. masscan needs ten more seconds per round.
func BenchmarkLabSYNRace(b *testing.B) {
	one := lab.New(b).Host("", lab.Listen(lab.Spread(1000)))
	for b.Loop() {
		lab.Race(b, 5, lab.Whole(one.Addr()), lab.Count{Open: 1000, Closed: 64535}, []lab.Peer{
			itself(b, "portprobe, syn", "--method", "syn"), itself(b, "portprobe, connect"), lab.Rings(2), one.Masscan(),
		})
	}
}

// BenchmarkLabSYNLosesNothing makes ten runs, and fails if a state is wrong.
func BenchmarkLabSYNLosesNothing(b *testing.B) {
	one := lab.New(b).Host("", lab.Listen(lab.Spread(1000)))
	for b.Loop() {
		for _, to := range both(one) {
			s := lab.Race(b, 10, lab.Whole(to), lab.Count{Open: 1000, Closed: 64535}, []lab.Peer{itself(b, "portprobe, syn", "--method", "syn")})
			if s[0].Wrong > 0 {
				b.Errorf("%v: %d of 10 runs are wrong", to, s[0].Wrong)
			}
		}
	}
}

// BenchmarkLabSYNLoss makes ten runs with 5 % loss in each direction.
func BenchmarkLabSYNLoss(b *testing.B) {
	one := lab.New(b).Host("", lab.Listen(lab.Spread(1000)), lab.Loss(0.05, 0.05))
	for b.Loop() {
		s := lab.Race(b, 10, lab.Whole(one.Addr()), lab.Count{Open: 1000, Closed: 64535}, []lab.Peer{itself(b, "portprobe, syn", "--method", "syn")})
		if s[0].Wrong > 0 {
			b.Errorf("%d of 10 runs are wrong", s[0].Wrong)
		}
	}
}

// BenchmarkLabSYNHosts probes one port of many hosts.
func BenchmarkLabSYNHosts(b *testing.B) {
	h := lab.New(b).Host("", lab.Own("10.200.0.0/17"), lab.Listen("22"))
	to := lab.Target{Hosts: lab.Addresses("10.200.0.0/17", 32768), Ports: []uint16{22}}
	for b.Loop() {
		lab.Race(b, 5, to, lab.Count{Open: 32768}, []lab.Peer{
			itself(b, "portprobe, syn", "--method", "syn"), lab.Rings(2), h.Zmap(), h.Masscan(),
		})
	}
}

// BenchmarkLabSYNAlone runs the tool in this process, for profiles.
func BenchmarkLabSYNAlone(b *testing.B) {
	const prefix = "10.203.0.0/17"
	l := lab.New(b)
	one := l.Host("", lab.Listen(lab.Spread(1000)))
	l.Host("", lab.Own(prefix), lab.Listen("22"))
	for name, to := range map[string]lab.Target{
		"ports": lab.Whole(one.Addr()),
		"hosts": {Hosts: lab.Addresses(prefix, 1<<15), Ports: []uint16{22}},
	} {
		b.Run(name, func(b *testing.B) { alone(b, to) })
	}
}

func alone(b *testing.B, to lab.Target) {
	in := filepath.Join(b.TempDir(), "in.ndjson")
	if err := writeRecords(in, "tcp", to); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		described := Tool()
		described.Command = &Command{keepPrivileges: true}
		var err strings.Builder
		begun := time.Now()
		status := cli.Run(described, cli.IO{Out: io.Discard, Err: &err, Args: []string{"-v", "--method", "syn", "-q", in}})
		b.Logf("%d %v", status, time.Since(begun))
	}
	b.ReportMetric(float64(to.Len()*b.N)/b.Elapsed().Seconds(), "ports/s")
}

// BenchmarkLabSYNMemory logs the memory per outstanding endpoint: the difference
// between many and few endpoints at silent hosts.
func BenchmarkLabSYNMemory(b *testing.B) {
	const prefix = "10.202.0.0/26"
	lab.New(b).Host("", lab.Own(prefix), lab.Silent(""))
	counts := [2]int{80, 1000}
	for b.Loop() {
		var all [2]memory
		for i, n := range counts {
			in := filepath.Join(b.TempDir(), "in.ndjson")
			if err := writeRecords(in, "tcp", lab.Target{Hosts: lab.Addresses(prefix, 64), Ports: lab.AllPorts()[:n]}); err != nil {
				b.Fatal(err)
			}
			cmd := asPortprobe("/proc/self/exe", "--method", "syn", "--host-concurrency", "1000", "--retries", "0", in)
			all[i] = peakMemory(b, cmd)
		}
		each := (all[1].waiting - all[0].waiting) * (1 << 20) / float64(all[1].most-all[0].most)
		b.Logf("%.1f MiB with %d outstanding, %.1f MiB with %d: %.0f bytes each, including the text of the record; %.1f MiB when they are settled",
			all[0].waiting, all[0].most, all[1].waiting, all[1].most, each, all[1].peak)
	}
}
