package portprobe

import (
	"bufio"
	"encoding/json"
	"io"
	"os/exec"
	"strings"
	"testing"
	"time"

	"portkit/pkg/lab"
)

// peakMemory runs the tool and returns the most memory that was resident, in
// MiB (VmHWM, proc(5)), and the most endpoints that waited at once.
func peakMemory(tb testing.TB, cmd *exec.Cmd) (mib float64, inFlight int) {
	tb.Helper()
	cmd.Args = append(cmd.Args, "--progress", "json")
	progress, err := cmd.StderrPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	read := make(chan int)
	go func() { read <- mostInFlight(progress) }()
	for {
		mib = max(mib, float64(lab.HighWater(cmd.Process.Pid))/1024)
		select {
		case inFlight = <-read:
			if err := cmd.Wait(); err != nil || mib == 0 {
				tb.Errorf("%v, %v MiB", err, mib)
			}
			return mib, inFlight
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// mostInFlight reads progress objects to their end.
func mostInFlight(progress io.Reader) (most int) {
	for lines := bufio.NewScanner(progress); lines.Scan(); {
		var p struct {
			InFlight int `json:"in_flight"`
		}
		if json.Unmarshal(lines.Bytes(), &p) == nil {
			most = max(most, p.InFlight)
		}
	}
	return most
}

// BenchmarkLabMemory is what the tool needs with 10,000 endpoints in flight, and
// after ten million. Its result is the log.
func BenchmarkLabMemory(b *testing.B) {
	ten := lab.Spread(10)
	h := lab.New(b).Host("", lab.Listen(ten), lab.Silent(others(ten)))
	many, perBlock := block(100, 1000)
	for b.Loop() {
		cmd := asPortprobe("/proc/self/exe", "-c", "10000", "--host-concurrency", "10000")
		cmd.Stdin = strings.NewReader(lines(h.Addr(), 65535))
		mib, n := peakMemory(b, cmd)
		b.Logf("%.1f MiB with %d in flight, bar 64 MB", mib, n)
		const records = 10_000_000
		cmd = asPortprobe("/proc/self/exe", "-c", "10000", "--simulate", "rtt=20ms")
		cmd.Stdin = &endless{text: many, lines: perBlock, left: records}
		mib, n = peakMemory(b, cmd)
		b.Logf("%.1f MiB after %d simulated records with %d in flight, bar 64 MB", mib, records, n)
	}
}
