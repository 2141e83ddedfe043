package cli

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"portkit/pkg/internal/lab"
)

// terminal opens a pseudo-terminal (pty(7)): the user's side, and the side for the
// standard streams of a process.
func terminal(t *testing.T, columns uint16) (person, process *os.File) {
	t.Helper()
	person, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip("needs pseudo-terminals: ", err)
	}
	t.Cleanup(func() { _ = person.Close() })
	fd := int(person.Fd())
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		err = unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: columns})
	}
	if err != nil {
		t.Skip("needs pseudo-terminals: ", err)
	}
	process, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("needs pseudo-terminals: ", err)
	}
	t.Cleanup(func() { _ = process.Close() })
	return person, process
}

func TestOnTerminal(t *testing.T) {
	const eof = "\x04"
	for _, c := range []struct {
		name, args, typed string
		env               string
		want              string // with the echo of what is typed
	}{
		{
			"says what it waits for", "", eof, "",
			"toy: reading lines from the terminal; end with ctrl-D\r\n",
		},
		{
			"escapes what it writes", "/dev/stdin", "a\u202eb\n" + eof, "",
			"a\u202eb\r\n" + `a\u202eb` + "\r\n",
		},
		{
			"draws and erases the status line", "--status half --spam 1 /dev/null", "", "",
			"toy: line 1: torn\r\nhalf\r\x1b[K",
		},
		{
			"draws none while somebody types", "--status half --spam 1", eof, "",
			"toy: line 1: torn\r\nhalf\r\x1b[Ktoy: reading lines from the terminal; end with ctrl-D\r\n",
		},
		{
			"cuts it at the edge", "--status " + strings.Repeat("x", 70) + " /dev/null", "", "",
			strings.Repeat("x", 59) + "\r\x1b[K",
		},
		{"draws none on a dumb terminal", "--status half /dev/null", "", "TERM=dumb", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			person, process := terminal(t, 60)
			cmd := exec.Command("toy", strings.Fields(c.args)...)
			cmd.Env = append(os.Environ(), "TERM=xterm", c.env)
			startAt(t, process, cmd)
			_, _ = io.WriteString(person, c.typed)
			got, _ := io.ReadAll(person) // ends with EIO when the process is gone
			if err := cmd.Wait(); err != nil || string(got) != c.want {
				t.Errorf("%v\n got %q\nwant %q", err, got, c.want)
			}
		})
	}
}

// startAt starts a process with its own terminal, and kills it after 10 s.
func startAt(t *testing.T, process *os.File, cmd *exec.Cmd) {
	t.Helper()
	cmd.Stdin, cmd.Stdout, cmd.Stderr = process, process, process
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	giveUp := time.AfterFunc(10*time.Second, func() { _ = cmd.Process.Kill() })
	t.Cleanup(func() { giveUp.Stop() })
	_ = process.Close()
}

// TestInterruptAtTerminal checks that a ReadOn tool ends at once if its input is a
// terminal.
func TestInterruptAtTerminal(t *testing.T) {
	person, process := terminal(t, 60)
	cmd := exec.Command("readtoy")
	startAt(t, process, cmd)
	if _, err := person.Read(make([]byte, 100)); err != nil { // the prompt
		t.Fatal(err)
	}
	_, _ = io.WriteString(person, "\x03")
	_, _ = io.ReadAll(person)
	_ = cmd.Wait()
	if s := cmd.ProcessState.Sys().(syscall.WaitStatus); s.Signal() != syscall.SIGINT {
		t.Errorf("it ended by %v", s.Signal())
	}
}

// TestStatusLineOfJob checks that a job draws the status line in the foreground
// only.
func TestStatusLineOfJob(t *testing.T) {
	lab.Programs(t, "bash")
	for script, want := range map[string]string{
		"set -m; toy --status half /dev/null; :":                         "half\r\x1b[K",
		"set -m; toy --status half /dev/null & set +m; wait $!":          "",
		"set -m; toy --status half --spam 1 /dev/null & set +m; wait $!": "toy: line 1: torn\r\n",
	} {
		person, process := terminal(t, 60)
		cmd := exec.Command("bash", "-c", script)
		cmd.Env = append(os.Environ(), "TERM=xterm")
		startAt(t, process, cmd)
		got, _ := io.ReadAll(person)
		if err := cmd.Wait(); err != nil || string(got) != want {
			t.Errorf("%s: %v\n got %q\nwant %q", script, err, got, want)
		}
	}
}
