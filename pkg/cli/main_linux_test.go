package cli

import (
	"fmt"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// TestTooFewDescriptors checks that a limit at which the runtime would crash is an
// error, and that the limit which the error names is enough. The test binary has
// more descriptors open than the tools.
func TestTooFewDescriptors(t *testing.T) {
	limited := func(n string) (int, string) {
		cmd := exec.Command("sh", "-c", "ulimit -n "+n+" && exec toy")
		cmd.Stdin = strings.NewReader("line\n")
		out, _ := cmd.CombinedOutput()
		return cmd.ProcessState.ExitCode(), string(out)
	}
	for _, n := range []string{"8", "12", "16", "24"} {
		status, out := limited(n)
		message := regexp.MustCompile(fmt.Sprintf(
			`^toy: %s file descriptors are allowed, (\d+) are needed; raise the limit: ulimit -n (\d+)\n$`, n))
		m := message.FindStringSubmatch(out)
		if status != StatusUsage || m == nil || m[1] != m[2] {
			t.Errorf("ulimit -n %s: exit %d, %q", n, status, out)
			continue
		}
		if status, out := limited(m[1]); status != StatusDone || out != "line\n" {
			t.Errorf("ulimit -n %s: exit %d, %q", m[1], status, out)
		}
	}
}
