package portprobe

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"portkit/pkg/cli"
)

// TestInterruptWritesDeferredRecords interrupts a run while more endpoints than there may
// be jobs wait for the samples of their addresses.
func TestInterruptWritesDeferredRecords(t *testing.T) {
	t.Parallel() // mostly waits
	const hosts, ports, sample = 100, 3000, 20
	const form = `{"host":"10.0.0.%d","ip":"10.0.0.%[1]d","port":%d,"proto":"tcp"}` + "\n" // lines are equally long
	in, err := os.Create(filepath.Join(t.TempDir(), "in"))
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	w := bufio.NewWriter(in) // Flush reports its errors
	for port := range ports {
		for host := range hosts {
			fmt.Fprintf(w, form, 100+host, 50_000+port)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if _, err := in.Seek(0, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(1500*time.Millisecond, cancel) // enough to read all, unless the machine is busy
	r := toolWith(t, cli.IO{In: in, Context: ctx, Args: []string{
		"--simulate", "dead=1,clock=real", "--skip-silent", fmt.Sprint(sample), "--retries", "0", "-c", "4000",
	}})
	at, err := in.Seek(0, io.SeekCurrent)
	read := int(at) / len(fmt.Sprintf(form, 100, 50_000))
	lines, unprobed := strings.Count(r.out, "\n"), strings.Count(r.out, `"reason":"interrupted","attempts":0`)
	if err != nil || lines != read || unprobed != lines-hosts*sample {
		t.Errorf("%d records of %d that were read, %d interrupted before a probe; %v", lines, read, unprobed, err)
	}
}
