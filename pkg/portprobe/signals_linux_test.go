package portprobe

import (
	"bufio"
	"io"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// SIGUSR1 prints the progress. The results do not change.
func TestStatusSignal(t *testing.T) {
	cmd := asPortprobe(exe(t), "--simulate", "rtt=20ms,clock=real", "-r", "500")
	cmd.Stdin = strings.NewReader(lines(netip.MustParseAddr("10.0.0.1"), 1000))
	outs, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	errs, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	first := make([]byte, 1) // until the first result, the signal handler may not be installed
	if _, err := io.ReadFull(outs, first); err != nil {
		t.Fatal(err)
	}
	written := make(chan string, 1)
	go func() {
		rest, _ := io.ReadAll(outs)
		written <- string(first) + string(rest)
	}()
	lines := make(chan string, 10)
	go func() {
		defer close(lines)
		for s := bufio.NewScanner(errs); s.Scan(); {
			lines <- s.Text()
		}
	}()
	for range 2 {
		time.Sleep(200 * time.Millisecond) // as often as a user might send it
		if err := cmd.Process.Signal(syscall.SIGUSR1); err != nil {
			t.Fatal(err)
		}
		if line := <-lines; !strings.Contains(line, " done, ") || !strings.Contains(line, " in flight, ") {
			t.Errorf("it says %q", line)
		}
	}
	for line := range lines {
		t.Errorf("it says %q too", line)
	}
	out := <-written
	if err := cmd.Wait(); err != nil || strings.Count(out, "\n") != 1000 {
		t.Errorf("%v, %d lines", err, strings.Count(out, "\n"))
	}
}

// If standard error is not read, the first signal still ends the run.
func TestUnreadMessagesDoNotBlock(t *testing.T) {
	t.Parallel()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	cmd := asPortprobe(exe(t), "-v", "--simulate", "open=1")
	cmd.Stdin, cmd.Stderr = strings.NewReader(lines(netip.MustParseAddr("10.0.0.1"), 20_000)), w
	var out strings.Builder
	cmd.Stdout = &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = w.Close()
	full := func() bool {
		n, err := unix.IoctlGetInt(int(r.Fd()), unix.TIOCINQ)
		return err != nil || n >= 16*(4096-100) // a page of the pipe contains only complete messages
	}
	for range 500 {
		if full() {
			break
		}
		time.Sleep(10 * time.Millisecond) // until the pipe is full
	}
	_ = cmd.Process.Signal(syscall.SIGTERM)
	giveUp := time.AfterFunc(10*time.Second, func() { _ = cmd.Process.Kill() })
	defer giveUp.Stop()
	_ = cmd.Wait()
	if got := cmd.ProcessState.Sys().(syscall.WaitStatus); got.Signal() != syscall.SIGTERM {
		t.Errorf("it ended by %v", got.Signal())
	}
	if n := strings.Count(out.String(), "\n"); n < 1000 || n == 20_000 {
		t.Errorf("%d results", n)
	}
}
