package portprobe

import (
	"bufio"
	"encoding/json"
	"io"
	"os/exec"
	"strings"
	"testing"
	"time"

	"portkit/pkg/internal/lab"
)

// memory is peak resident memory in MiB (VmHWM, proc(5)).
type memory struct {
	peak    float64 // of the whole run
	waiting float64 // when most endpoints were outstanding
	most    int     // number of outstanding endpoints then
}

// peakMemory runs the tool and returns its memory.
func peakMemory(tb testing.TB, cmd *exec.Cmd) (m memory) {
	tb.Helper()
	cmd.Args = append(cmd.Args, "--progress", "json")
	progress, err := cmd.StderrPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	now := func() float64 { return float64(lab.HighWater(cmd.Process.Pid)) / 1024 }
	read := make(chan memory)
	go func() { read <- whileWaiting(progress, now) }()
	for {
		peak := max(m.peak, now())
		select {
		case m = <-read:
			if err := cmd.Wait(); err != nil || peak == 0 {
				tb.Errorf("%v, %v MiB", err, peak)
			}
			m.peak = peak
			return m
		case <-time.After(20 * time.Millisecond):
			m.peak = peak
		}
	}
}

// whileWaiting reads progress objects until they end.
func whileWaiting(progress io.Reader, now func() float64) (m memory) {
	for lines := bufio.NewScanner(progress); lines.Scan(); {
		var p struct {
			InFlight int `json:"in_flight"`
		}
		if json.Unmarshal(lines.Bytes(), &p) == nil && p.InFlight > m.most {
			m.most, m.waiting = p.InFlight, now()
		}
	}
	return m
}

// BenchmarkLabMemory logs the memory with 10,000 outstanding endpoints, and after
// ten million.
func BenchmarkLabMemory(b *testing.B) {
	ten := lab.Spread(10)
	h := lab.New(b).Host("", lab.Listen(ten), lab.Silent(others(ten)))
	many, perBlock := block(100, 1000)
	for b.Loop() {
		cmd := asPortprobe("/proc/self/exe", "-c", "10000", "--host-concurrency", "10000")
		cmd.Stdin = strings.NewReader(lines(h.Addr(), 65535))
		m := peakMemory(b, cmd)
		b.Logf("%.1f MiB with %d in flight, bar 64 MB", m.peak, m.most)
		const records = 10_000_000
		cmd = asPortprobe("/proc/self/exe", "-c", "10000", "--simulate", "rtt=20ms")
		cmd.Stdin = &endless{text: many, lines: perBlock, left: records}
		m = peakMemory(b, cmd)
		b.Logf("%.1f MiB after %d simulated records with %d in flight, bar 64 MB", m.peak, records, m.most)
	}
}
