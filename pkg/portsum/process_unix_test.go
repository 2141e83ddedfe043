//go:build unix

package portsum

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A terminal sends the signal to the whole pipe. portsum still reads the rest from
// the tools before it and prints the summary, then ends by the signal.
func TestSignalEndsAfterTheInput(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		cmd := exec.Command(os.Args[0])
		cmd.Args = []string{"portsum"} // selects the command in TestMain
		in, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		cmd.Stdout = &out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		// More than the capacity of a pipe: once written, the tool is reading.
		line := `{"ip":"192.0.2.1","port":22,"state":"open"}` + "\n"
		io.WriteString(in, strings.Repeat(line, 1<<20/len(line)))
		cmd.Process.Signal(sig)
		time.Sleep(100 * time.Millisecond) // the signal must arrive before the end of the input
		io.WriteString(in, strings.ReplaceAll(line, "22", "23"))
		in.Close()
		err = cmd.Wait()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != sig {
			t.Errorf("%v: ended with %v", sig, err)
		}
		if !strings.Contains(out.String(), `"open":[22,23]`) {
			t.Errorf("%v: printed %q", sig, out.String())
		}
	}
}
