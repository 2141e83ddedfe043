package portprobe

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"portkit/pkg/cli"
)

// counted counts the lines that are read.
type counted struct {
	io.Reader
	lines atomic.Int64
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.Reader.Read(b)
	c.lines.Add(int64(bytes.Count(b[:n], []byte{'\n'})))
	return n, err
}

// TestSlowOutputSlowsSkipping has nobody read the results of an address that was
// concluded silent. Its records need no worker, and wait in the input all the same.
func TestSlowOutputSlowsSkipping(t *testing.T) {
	t.Parallel() // mostly waits
	const first, rest, most = 100, 200_000, 30_000
	line := "10.0.0.1:80\n"
	in, send := io.Pipe()
	out, results := io.Pipe()
	input := &counted{Reader: in}
	ended := make(chan int, 1)
	go func() {
		ended <- cli.Run(Tool(), cli.IO{
			In: input, Out: results, Err: io.Discard, Context: context.Background(),
			Args: []string{"--simulate", "dead=1", "--skip-silent", "1", "--no-share"},
		})
		results.Close()
	}()
	lines := bufio.NewScanner(out)
	_, _ = io.WriteString(send, strings.Repeat(line, first)) // fails only if the tool has ended
	for range first {
		lines.Scan()
	}
	go func() {
		_, _ = io.WriteString(send, strings.Repeat(line, rest)) // as above
		send.Close()
	}()
	for last := int64(-1); last != input.lines.Load(); time.Sleep(100 * time.Millisecond) {
		last = input.lines.Load() // until nothing is read any more
	}
	if n := input.lines.Load(); n < 1000 || n > most {
		t.Errorf("%d lines were read while nobody read the results, want at most %d", n, most)
	}
	n := first
	for lines.Scan() {
		n++
	}
	if status := <-ended; status != 0 || n != first+rest {
		t.Errorf("status %d, %d results of %d", status, n, first+rest)
	}
}
