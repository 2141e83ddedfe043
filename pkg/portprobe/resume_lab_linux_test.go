package portprobe

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"portkit/pkg/internal/lab"
)

// resumed is a scan of many ports of a host into a file, which is interrupted and
// resumed.
type resumed struct {
	host     *lab.Host
	ports    int
	in, file string
	rnd      *rand.Rand
}

func newResumed(t *testing.T, ports int, folder func(*lab.Lab) string) *resumed {
	l := lab.New(t)
	s := &resumed{
		host: l.Host("", lab.Listen(lab.Spread(1000))), ports: ports,
		in: filepath.Join(t.TempDir(), "in.ndjson"), file: filepath.Join(folder(l), "out.ndjson"),
		rnd: rand.New(rand.NewPCG(5, 1)),
	}
	if err := os.WriteFile(s.in, []byte(lines(s.host.Addr(), ports)), 0o600); err != nil {
		t.Fatal(err)
	}
	return s
}

// command returns a run over all endpoints that have no result yet.
func (s *resumed) command(args ...string) (cmd *exec.Cmd, errs *bytes.Buffer) {
	errs = &bytes.Buffer{}
	cmd = asPortprobe("/proc/self/exe", append([]string{"--resume", s.file, s.in}, args...)...)
	cmd.Stderr = errs
	return cmd, errs
}

// cut ends a run by a signal after a short time, and reports whether it was still
// running.
func (s *resumed) cut(t *testing.T, sig syscall.Signal, args ...string) bool {
	t.Helper()
	cmd, errs := s.command(args...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Duration(5+s.rnd.IntN(60)) * time.Millisecond) // a random moment
	if err := cmd.Process.Signal(sig); err != nil {
		t.Fatal(err)
	}
	err := cmd.Wait()
	if status := cmd.ProcessState.Sys().(syscall.WaitStatus); status.Signaled() && status.Signal() == sig {
		return true
	}
	if err != nil {
		t.Fatalf("%v: %s", err, errs)
	}
	return false
}

// finish completes the scan and checks that each endpoint has one result, and the
// right one.
func (s *resumed) finish(t *testing.T) {
	t.Helper()
	cmd, errs := s.command()
	if err := cmd.Run(); err != nil || errs.Len() > 0 {
		t.Errorf("the last run: %v, %s", err, errs)
	}
	s.check(t)
	before := s.size(t)
	if cmd, _ := s.command(); cmd.Run() != nil || s.size(t) != before {
		t.Error("one more run changes the file")
	}
}

func (s *resumed) check(t *testing.T) {
	t.Helper()
	out, err := os.Open(s.file)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	var open []uint16
	for _, p := range s.host.Open() {
		if int(p) <= s.ports {
			open = append(open, p)
		}
	}
	parseStates(t, out).check(t, s.ports, open...)
}

// size returns the size of the file; 0 if the run ended before it created the file.
func (s *resumed) size(t *testing.T) int64 {
	t.Helper()
	info, err := os.Stat(s.file)
	if errors.Is(err, fs.ErrNotExist) {
		return 0
	}
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

func plainFolder(t *testing.T) func(*lab.Lab) string {
	return func(*lab.Lab) string { return t.TempDir() }
}

// After any number of interrupted runs each endpoint has one result, and the right
// one.
func TestResume(t *testing.T) {
	t.Parallel() // mostly waits
	for _, c := range []struct {
		name  string
		sig   syscall.Signal
		ports int
		cuts  int
		args  []string
	}{
		{"killed", syscall.SIGKILL, 50_000, 100, []string{"-r", "10000"}},
		{"terminated", syscall.SIGTERM, 50_000, 20, []string{"-r", "10000", "--fsync", "5ms"}},
		{"interrupted, in order", syscall.SIGINT, 20_000, 10, []string{"-r", "10000", "-k"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newResumed(t, c.ports, plainFolder(t))
			cut := 0
			c.cuts = lab.Rounds(c.cuts)
			for range c.cuts {
				if s.cut(t, c.sig, c.args...) {
					cut++
				}
			}
			t.Logf("%d of %d runs cut off, %d bytes by then", cut, c.cuts, s.size(t))
			if cut < c.cuts*9/10 {
				t.Errorf("only %d of %d runs were cut off", cut, c.cuts)
			}
			s.finish(t)
		})
	}
}

// A full disk ends the run with status 3 and a message. Once there is room, the
// next run resumes.
func TestResumeAfterAFullDisk(t *testing.T) {
	const size = 64 << 20
	s := newResumed(t, 50_000, func(l *lab.Lab) string { return l.Disk(size) })
	filler := filepath.Join(filepath.Dir(s.file), "filler")
	if err := os.WriteFile(filler, make([]byte, size-3<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		cmd, errs := s.command()
		err := cmd.Run()
		if code := cmd.ProcessState.ExitCode(); code != 3 || !strings.Contains(errs.String(), "no space left on device") {
			t.Fatalf("exit %d, %v: %s", code, err, errs)
		}
		if text := readFile(t, s.file); len(text) < 2<<20 || text[len(text)-1] != '\n' {
			t.Errorf("%d bytes are left, the last lines %q", len(text), text[max(0, len(text)-100):])
		}
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	s.finish(t)
}

// A reader that dies leaves a file with a torn line, and portprobe ends without a
// message. The next run resumes.
func TestResumeAfterABrokenPipe(t *testing.T) {
	s := newResumed(t, 20_000, plainFolder(t))
	cmd := asPortprobe("/bin/sh", "-c", fmt.Sprintf(`"$0" -r 20000 %q | head -c 1000001 >%q`, s.in, s.file), exe(t))
	if output, err := cmd.CombinedOutput(); err != nil || len(output) > 0 {
		t.Errorf("%v: %s", err, output)
	}
	s.finish(t)
}

func readFile(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
