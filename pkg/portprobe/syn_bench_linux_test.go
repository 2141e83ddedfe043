package portprobe

import (
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"portkit/pkg/cli"
	"portkit/pkg/lab"
)

// BenchmarkLabSYNRace lets the tool race other scanners that ask by SYN; its
// result is the log.
func BenchmarkLabSYNRace(b *testing.B) {
	one := lab.New(b).Host("", lab.Listen(lab.Spread(1000)))
	for b.Loop() {
		lab.Race(b, 5, lab.Whole(one.Addr()), lab.Count{Open: 1000, Closed: 64535}, []lab.Peer{
			itself(b, "portprobe, syn", "--method", "syn"),
			itself(b, "portprobe, connect"), lab.Rings(2), one.Masscan(),
		})
	}
}

// BenchmarkLabSYNHosts does the same for one port of many hosts.
func BenchmarkLabSYNHosts(b *testing.B) {
	h := lab.New(b).Host("", lab.Own("10.200.0.0/17"), lab.Listen("22"))
	to := lab.Target{Hosts: lab.Addresses("10.200.0.0/17", 32768), Ports: []uint16{22}}
	for b.Loop() {
		lab.Race(b, 5, to, lab.Count{Open: 32768}, []lab.Peer{
			itself(b, "portprobe, syn", "--method", "syn"), lab.Rings(2), h.Zmap(), h.Masscan(),
		})
	}
}

// BenchmarkLabSYNAlone is the tool in this process, for a profile.
func BenchmarkLabSYNAlone(b *testing.B) {
	one := lab.New(b).Host("", lab.Listen(lab.Spread(1000)))
	in := filepath.Join(b.TempDir(), "in.ndjson")
	if err := writeRecords(in, "tcp", lab.Whole(one.Addr())); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		described := Tool()
		described.Command = &Command{keeps: true}
		var err strings.Builder
		begun := time.Now()
		status := cli.Run(described, cli.IO{Out: io.Discard, Err: &err, Args: []string{"-v", "--method", "syn", "-q", in}})
		b.Logf("%d %v", status, time.Since(begun))
	}
	b.ReportMetric(65535*float64(b.N)/b.Elapsed().Seconds(), "ports/s")
}

// BenchmarkLabSYNMemory is what an endpoint takes that waits for an answer: the
// difference between many and few that wait, of a host that is silent. Its result
// is the log.
func BenchmarkLabSYNMemory(b *testing.B) {
	h := lab.New(b).Host("", lab.Silent(""))
	in := filepath.Join(b.TempDir(), "in.ndjson")
	if err := writeRecords(in, "tcp", lab.Whole(h.Addr())); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		var mib [2]float64
		var waited [2]int
		for i, c := range []string{"1024", "65535"} {
			cmd := asPortprobe("/proc/self/exe", "--method", "syn", "-c", c, "--host-concurrency", c, "--retries", "0", "-t", "2", in)
			mib[i], waited[i] = peakMemory(b, cmd)
		}
		each := (mib[1] - mib[0]) * (1 << 20) / float64(waited[1]-waited[0])
		b.Logf("%.1f MiB with %d in flight, %.1f MiB with %d: %.0f bytes each", mib[0], waited[0], mib[1], waited[1], each)
	}
}
