//go:build !race

// The memory of the race detector would count too.

package portdiff

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"portkit/pkg/internal/lab"
)

// TestMemoryIsBounded compares large scans, in order or not, from files and pipes.
// Ten million records per side use no more memory than the 1.5 million here.
func TestMemoryIsBounded(t *testing.T) {
	lab.Slow(t, "memory")
	const records = 1_500_000
	dir := t.TempDir()
	write := func(name string, at func(i int) int) string {
		f, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		w := bufio.NewWriter(f)
		for i := range records {
			n := at(i)
			state := "closed"
			if n%1000 == len(name) { // differs between old and new
				state = "open"
			}
			fmt.Fprintf(w, `{"ip":"10.%d.%d.%d","port":%d,"state":"%s"}`+"\n", n>>18, n>>10&255, n>>2&255, 80+n&3, state)
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		return f.Name()
	}
	ordered := func(i int) int { return i }
	mixed := func(i int) int { return i * 1_000_003 % records }
	for _, c := range []struct {
		name     string
		at       func(int) int
		pipe     bool
		most     int64
		old, new string
	}{
		{"in order", ordered, false, 40, "old", "newer"},
		{"not in order", mixed, false, 200, "old.x", "newer.x"},
		{"not in order, through a pipe", mixed, true, 230, "old.x", "newer.x"},
	} {
		old, new := write(c.old, c.at), write(c.new, c.at)
		cmd := command(dir, old, new)
		if c.pipe {
			cmd = command(dir, old, "-")
			cat := exec.Command("cat", new)
			var err error
			if cmd.Stdin, err = cat.StdoutPipe(); err != nil {
				t.Fatal(err)
			}
			if err := cat.Start(); err != nil {
				t.Fatal(err)
			}
			defer cat.Wait()
		}
		out, err := cmd.Output()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != 1 {
			t.Fatalf("%s: %v", c.name, err)
		}
		used := cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss >> 10
		if used > c.most {
			t.Errorf("%s: %d MiB resident, at most %d MiB", c.name, used, c.most)
		}
		if n := len(out); n < 2*records/1000*100 {
			t.Errorf("%s: only %d bytes of changes", c.name, n)
		}
		t.Logf("%s: %d MiB", c.name, used)
	}
}
