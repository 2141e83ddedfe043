//go:build unix

package portdiff

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"portkit/pkg/internal/lab"
)

// command returns the tool as a process with its temporary files in dir.
func command(dir string, args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Args[0] = "portdiff" // for TestMain
	cmd.Env = append(os.Environ(), "TMPDIR="+dir)
	return cmd
}

// result returns the line of an endpoint. The addresses descend as i ascends, so
// that the lines have to be sorted.
func result(i int, state string) string {
	i = 1<<24 - 1 - i
	return fmt.Sprintf(`{"ip":"10.%d.%d.%d","port":80,"state":"%s"}`+"\n", i>>16, i>>8&255, i&255, state)
}

func endedBy(err error) os.Signal {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		if ws := exit.Sys().(syscall.WaitStatus); ws.Signaled() {
			return ws.Signal()
		}
	}
	return nil
}

// TestInterrupt checks that portdiff reads its input to the end after a signal,
// writes the changes, and then ends by the signal.
func TestInterrupt(t *testing.T) {
	old := filepath.Join(t.TempDir(), "old")
	if err := os.WriteFile(old, []byte(result(1, "closed")+result(2, "closed")), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		cmd := command(t.TempDir(), old, "-")
		in, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		cmd.Stdout = &out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		// More than fits in a pipe: once it is written, the tool is reading.
		line := result(1, "open")
		io.WriteString(in, strings.Repeat(line, 1<<20/len(line)))
		cmd.Process.Signal(sig)
		time.Sleep(100 * time.Millisecond) // before the end of input, so that the tool is still running
		io.WriteString(in, result(2, "open"))
		in.Close()
		if got := endedBy(cmd.Wait()); got != sig {
			t.Errorf("%v: ended by %v", sig, got)
		}
		if n := strings.Count(out.String(), `"change":"opened"`); n != 2 {
			t.Errorf("%v: printed %q", sig, out.String())
		}
	}
}

// TestTemporaryFilesVanish ends the tool in every way while it has temporary
// files.
func TestTemporaryFilesVanish(t *testing.T) {
	lab.Slow(t, "large inputs")
	for _, sigs := range [][]syscall.Signal{{syscall.SIGKILL}, {syscall.SIGINT, syscall.SIGTERM}, {syscall.SIGHUP, syscall.SIGINT}} {
		if signal.Ignored(sigs[0]) {
			continue // ignored, as under nohup(1)
		}
		dir := t.TempDir()
		cmd := command(dir, os.DevNull, "-")
		in, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		for n := 0; n < 12<<20; {
			m, err := io.WriteString(in, result(n/40, "open"))
			if n += m; err != nil {
				t.Fatal(err)
			}
		}
		if open := openFiles(t, cmd.Process.Pid, dir); open == 0 {
			t.Error("it has no temporary file: the test is of no use")
		}
		for _, sig := range sigs {
			cmd.Process.Signal(sig)
		}
		if got := endedBy(cmd.Wait()); got == nil {
			t.Errorf("%v: ended by itself", sigs)
		}
		in.Close()
		if left, _ := os.ReadDir(dir); len(left) > 0 {
			t.Errorf("%v: left behind: %v", sigs, left)
		}
	}
}

// openFiles returns the number of open files of a process that are in a directory,
// 1 if that is unknown.
func openFiles(t *testing.T, pid int, dir string) (n int) {
	fds := fmt.Sprintf("/proc/%d/fd", pid)
	list, err := os.ReadDir(fds)
	if err != nil {
		return 1
	}
	for _, fd := range list {
		if to, err := os.Readlink(filepath.Join(fds, fd.Name())); err == nil && strings.HasPrefix(to, dir) {
			n++
		}
	}
	return n
}

// TestClosedPipe checks that portdiff ends at once and silently when its reader
// does.
func TestClosedPipe(t *testing.T) {
	var lines strings.Builder
	for i := range 50000 {
		lines.WriteString(result(i, "open"))
	}
	in := filepath.Join(t.TempDir(), "in")
	if err := os.WriteFile(in, []byte(lines.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := command(t.TempDir(), os.DevNull, in)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = w, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	io.ReadFull(r, make([]byte, 10))
	r.Close()
	if got := endedBy(cmd.Wait()); got != syscall.SIGPIPE || said.Len() > 0 {
		t.Errorf("ended by %v, said %q", got, said.String())
	}
}

// TestFullDisk checks the error of a temporary file on a full disk.
func TestFullDisk(t *testing.T) {
	lab.Programs(t, "unshare")
	var lines strings.Builder
	for i := range 1 << 20 {
		lines.WriteString(result(i, "open"))
	}
	in := filepath.Join(t.TempDir(), "in")
	if err := os.WriteFile(in, []byte(lines.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	script := `mount -t tmpfs -o size=4m none "$1" || exit 99
TMPDIR=$1 "$2" /dev/null "$3" >"$1/out"; status=$?; find "$1" -name 'portdiff-*'; exit $status`
	cmd := exec.Command("unshare", "--map-root-user", "--mount", "sh", "-c", script, "sh", t.TempDir(), "./portdiff", in)
	cmd.Dir = t.TempDir()
	if err := os.Symlink(self(t), filepath.Join(cmd.Dir, "portdiff")); err != nil {
		t.Fatal(err)
	}
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) || exit != nil && (exit.ExitCode() == 99 || strings.HasPrefix(string(out), "unshare:")) {
		t.Skipf("needs a mount namespace: %v, %s", err, out)
	}
	text := string(out)
	if exit == nil || exit.ExitCode() != 2 || !strings.HasPrefix(text, "portdiff: temporary files in ") ||
		!strings.HasSuffix(text, ": no space left on device (set TMPDIR to use another directory)\n") || strings.Count(text, "\n") != 1 {
		t.Errorf("%v, said %q", err, text)
	}
}

func self(t *testing.T) string {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return exe
}
