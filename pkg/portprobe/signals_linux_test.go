package portprobe

import (
	"bufio"
	"net/netip"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestStatusSignal: SIGUSR1 prints how far the run is, and nothing else changes.
func TestStatusSignal(t *testing.T) {
	cmd := asPortprobe(exe(t), "--simulate", "rtt=20ms,clock=real", "-r", "500")
	cmd.Stdin = strings.NewReader(lines(netip.MustParseAddr("10.0.0.1"), 1000))
	var out strings.Builder
	cmd.Stdout = &out
	errs, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said := make(chan string, 10)
	go func() {
		defer close(said)
		for s := bufio.NewScanner(errs); s.Scan(); {
			said <- s.Text()
		}
	}()
	for range 2 {
		time.Sleep(200 * time.Millisecond) // a person asks now and then
		if err := cmd.Process.Signal(syscall.SIGUSR1); err != nil {
			t.Fatal(err)
		}
		if line := <-said; !strings.Contains(line, " done, ") || !strings.Contains(line, " in flight, ") {
			t.Errorf("it says %q", line)
		}
	}
	for line := range said {
		t.Errorf("it says %q too", line)
	}
	if err := cmd.Wait(); err != nil || strings.Count(out.String(), "\n") != 1000 {
		t.Errorf("%v, %d lines", err, strings.Count(out.String(), "\n"))
	}
}
