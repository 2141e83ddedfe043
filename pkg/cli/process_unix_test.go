//go:build unix

package cli

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"portkit/pkg/internal/lab"
)

// ending is the signal or the status that a process ended with.
type ending struct {
	signal syscall.Signal
	status int
	out    string
	err    string
}

func endingOf(cmd *exec.Cmd, out, err string) ending {
	ws := cmd.ProcessState.Sys().(syscall.WaitStatus)
	if ws.Signaled() {
		return ending{ws.Signal(), 0, out, err}
	}
	return ending{0, ws.ExitStatus(), out, err}
}

// signalled runs a tool until it is ready, and sends it signals.
func signalled(t *testing.T, tool, args string, pause time.Duration, sigs ...syscall.Signal) (ending, time.Duration) {
	t.Helper()
	cmd := exec.Command(tool, strings.Fields(args)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	giveUp := time.AfterFunc(20*time.Second, func() { _ = cmd.Process.Kill() })
	defer giveUp.Stop()
	r := bufio.NewReader(stdout)
	ready, _ := r.ReadString('\n')
	began := time.Now()
	for _, s := range sigs {
		_ = cmd.Process.Signal(s)
		time.Sleep(pause)
	}
	rest, _ := io.ReadAll(r)
	_ = cmd.Wait()
	return endingOf(cmd, ready+string(rest), stderr.String()), time.Since(began)
}

func TestSignals(t *testing.T) {
	const long = 200 * time.Millisecond
	for _, c := range []struct {
		name, tool, args string
		pause            time.Duration
		sigs             []syscall.Signal
		want             ending
	}{
		{
			"settles", "toy", "--wait --settle 300ms", 0,
			[]syscall.Signal{syscall.SIGINT},
			ending{signal: syscall.SIGINT, out: "ready\nsettled after interrupt\n"},
		},
		{
			"settles, by the other signal", "toy", "--wait", 0,
			[]syscall.Signal{syscall.SIGTERM},
			ending{signal: syscall.SIGTERM, out: "ready\nsettled after terminated\n"},
		},
		{
			"one signal sent twice is one", "toy", "--wait --settle 300ms", time.Millisecond,
			[]syscall.Signal{syscall.SIGINT, syscall.SIGINT},
			ending{signal: syscall.SIGINT, out: "ready\nsettled after interrupt\n"},
		},
		{
			"a second signal ends at once", "toy", "--wait --settle 10s", long,
			[]syscall.Signal{syscall.SIGINT, syscall.SIGINT},
			ending{signal: syscall.SIGINT, out: "ready\n"},
		},
		{
			"another signal ends at once", "toy", "--wait --settle 10s", time.Millisecond,
			[]syscall.Signal{syscall.SIGINT, syscall.SIGTERM},
			ending{signal: syscall.SIGTERM, out: "ready\n"},
		},
		{
			"stops at once if it can", "stoptoy", "--wait", 0,
			[]syscall.Signal{syscall.SIGINT},
			ending{signal: syscall.SIGINT, out: "ready\nsettled after interrupt\n"},
		},
		{
			"is stopped if not", "stoptoy", "--wait --settle 10s", 0,
			[]syscall.Signal{syscall.SIGTERM},
			ending{signal: syscall.SIGTERM, out: "ready\n"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, took := signalled(t, c.tool, c.args, c.pause, c.sigs...)
			if got != c.want || took > 5*time.Second {
				t.Errorf("after %v\n got %+v\nwant %+v", took, got, c.want)
			}
		})
	}
}

// TestReadOn checks that a ReadOn tool reads what follows the signal.
func TestReadOn(t *testing.T) {
	cmd := exec.Command("readtoy")
	in, _ := cmd.StdinPipe()
	out, _ := cmd.StdoutPipe()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(out)
	_, _ = io.WriteString(in, "before\n")
	first, _ := r.ReadString('\n')
	_ = cmd.Process.Signal(syscall.SIGINT)
	time.Sleep(50 * time.Millisecond)
	_, _ = io.WriteString(in, "after\n")
	_ = in.Close()
	rest, _ := io.ReadAll(r)
	_ = cmd.Wait()
	if got, want := endingOf(cmd, first+string(rest), ""), (ending{signal: syscall.SIGINT, out: "before\nafter\n"}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// TestClosedPipe checks that a tool ends silently when its reader does, whether it
// has something to write or not.
func TestClosedPipe(t *testing.T) {
	for _, c := range []struct{ name, args string }{
		{"watched", "--wait --settle 10s"}, {"met when writing", "--forever"},
	} {
		cmd := exec.Command("toy", strings.Fields(c.args)...)
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		cmd.Stdout = w
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		_ = w.Close()
		_, _ = bufio.NewReader(r).ReadString('\n')
		_ = r.Close()
		giveUp := time.AfterFunc(5*time.Second, func() { _ = cmd.Process.Kill() })
		_ = cmd.Wait()
		giveUp.Stop()
		if got := endingOf(cmd, "", stderr.String()); got != (ending{signal: syscall.SIGPIPE}) {
			t.Errorf("%s: %+v, want SIGPIPE and silence", c.name, got)
		}
	}
}

// TestInShell checks redirections and the exit status as a shell sees it.
func TestInShell(t *testing.T) {
	lab.Programs(t, "bash")
	for _, c := range []struct{ script, want string }{
		{`echo in | toy`, "in\n0\n"},
		{`toy </dev/null`, "0\n"},
		{`toy <&-`, "toy: standard input: closed\n3\n"},
		{`toy /dev/null <&-`, "0\n"},
		{`echo in | toy >&-`, "toy: standard output: closed\n3\n"},
		{`toy /dev/null >&-`, "0\n"},
		{`echo in | toy >/dev/null`, "0\n"},
		{`echo in | toy 2>&-`, "in\n0\n"},
		{`toy none 2>&-`, "3\n"},
		{`set -o pipefail; toy --forever | head -1`, "line\n141\n"},
		{`trap '' PIPE; (toy --forever; echo $? >&2) | head -1; true`, "line\n141\n0\n"},
		{`trap '' INT; toy --wait --settle 0 >out & sleep 0.3; kill -INT $!; sleep 0.2; kill -TERM $!; wait $!`, "143\n"},
		{`timeout -s INT 1 toy --wait --settle 300ms`, "ready\nsettled after interrupt\n124\n"},
	} {
		cmd := exec.Command("bash", "-c", c.script+"\necho $?")
		cmd.Dir = t.TempDir()
		got, err := cmd.CombinedOutput()
		if err != nil || string(got) != c.want {
			t.Errorf("%s\n got %q, %v\nwant %q", c.script, got, err, c.want)
		}
	}
}

func TestFullDisk(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("needs a device: /dev/full")
	}
	defer full.Close()
	for _, args := range []string{"", "--help", "--version"} {
		cmd := exec.Command("toy", strings.Fields(args)...)
		var stderr bytes.Buffer
		cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader("in\n"), full, &stderr
		_ = cmd.Run()
		if got, want := endingOf(cmd, "", stderr.String()), (ending{status: 3, err: "toy: standard output: no space left on device\n"}); got != want {
			t.Errorf("toy %s: got %+v, want %+v", args, got, want)
		}
	}
}
