//go:build !race

// The race detector's own memory would count too.

package portgen

import (
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"portkit/pkg/internal/lab"
)

// TestMemoryDependsOnTargetsOnly: not on the size of the space, in any order. It is
// measured in a process of its own, the test binary.
func TestMemoryDependsOnTargetsOnly(t *testing.T) {
	lab.Slow(t, "memory")
	for _, args := range []string{
		"10.0.0.0/8 -p- --order random --seed 1",
		"10.0.0.0/8 -p- --tcp --udp --order random --seed 1",
		"10.0.0.0/8 -p-",
		"10.0.0.0/8 2001:db8::/32 10.1.0.1-10.200.0.0 -p- --tcp --udp --order interleaved -x 10.0.0.9",
		"2001:db8::/32 -p- --order interleaved --shard 2/3 --plain",
		"2001:db8::/32 -p- --order random --seed 1 --plain",
	} {
		used := resident(t, args, 200<<20)
		if used > 20<<10 {
			t.Errorf("portgen %s: %d KiB resident, at most 20 MiB", args, used)
		}
	}
}

// resident returns the maximum resident memory of portgen in KiB while it writes a
// number of bytes.
func resident(t *testing.T, args string, bytes int64) (used int) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe, strings.Fields(args)...)
	cmd.Args[0] = "portgen" // testscript.Main runs what the process is called
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.CopyN(io.Discard, out, bytes); err != nil {
		t.Fatal(err)
	}
	used = lab.HighWater(cmd.Process.Pid)
	_ = out.Close() // ends it
	_ = cmd.Wait()
	if used == 0 {
		t.Fatal("its memory cannot be told")
	}
	return used
}
