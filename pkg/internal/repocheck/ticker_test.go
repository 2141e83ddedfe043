package repocheck

import (
	"errors"
	"os/exec"
	"strings"
	"testing"

	"portkit/pkg/internal/lab"
)

// TestTickerShowsStepsOnTerminalsOnly: the steps of make that take long are never silent on a terminal,
// and print nothing of their own elsewhere.
func TestTickerShowsStepsOnTerminalsOnly(t *testing.T) {
	t.Parallel()
	lab.Programs(t, "sh", "script")
	piped := exec.Command(file(".ci/ticker"), "waiting", "sh", "-c", "echo out; echo err >&2; exit 3")
	out, err := piped.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 3 || string(out) != "out\nerr\n" {
		t.Errorf("without a terminal: %v, printed %q", err, out)
	}
	// The second tick comes after one second; a busy machine may need longer.
	terminal := exec.Command("script", "-qec", file(".ci/ticker")+" waiting sh -c 'sleep 2.5; exit 3'", "/dev/null")
	terminal.Stdin = strings.NewReader("")
	out, err = terminal.CombinedOutput()
	if !errors.As(err, &exit) || exit.ExitCode() != 3 {
		t.Errorf("on a terminal: %v", err)
	}
	for _, want := range []string{"waiting: 0 s\r", "waiting: 1 s\r"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("on a terminal: %q is not in %q", want, out)
		}
	}
}
