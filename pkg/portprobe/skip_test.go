package portprobe

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"sync"
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
	line := `{"host":"10.0.0.1","ip":"10.0.0.1","port":80,"proto":"tcp"}` + "\n"
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
	for end := time.Now().Add(10 * time.Second); input.lines.Load() < 1000 && time.Now().Before(end); {
		time.Sleep(time.Millisecond) // polls: nothing reports that
	}
	for last := int64(-1); last != input.lines.Load(); time.Sleep(100 * time.Millisecond) { // polls
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

// TestSkippedRecordsAreTheSame compares the records of endpoints in the form of portgen,
// of which those of silent addresses need no worker, with those in a form that does.
func TestSkippedRecordsAreTheSame(t *testing.T) {
	for name, args := range map[string][]string{
		"records": nil, "order": {"--keep-order"}, "plain": {"--plain"}, "open": {"--open"},
		"scope": {"--deny", "10.0.0.0/27:60-70"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // mostly waits
			const form = `{"host":"10.0.0.%d","ip":"10.0.0.%[1]d","port":%d,"proto":"%s"}` + "\n"
			want := scanInTwoParts(strings.Replace(form, ":", ": ", 1), args)
			got := scanInTwoParts(form, args)
			if name != "order" {
				slices.Sort(want)
				slices.Sort(got)
			}
			if !slices.Equal(got, want) || len(got) == 0 {
				t.Errorf("%d records differ from %d of a worker", len(got), len(want))
			}
		})
	}
}

// scanInTwoParts returns the records of a scan without what differs from run to run. It sends the second
// part of the endpoints when nothing is written any more, so that silent addresses are
// known.
func scanInTwoParts(form string, args []string) []string {
	in, send := io.Pipe()
	var out written
	go func() {
		defer send.Close()
		lines := bufio.NewWriter(send) // its writes fail only if the tool has ended
		defer lines.Flush()
		for port := range 120 {
			for a := range 64 {
				fmt.Fprintf(lines, form, a+1, port+1, "tcp")
				fmt.Fprintf(lines, form, a+1, port+1, "udp")
			}
			lines.Flush()
			for last := -1; port == 60 && last != out.len(); time.Sleep(50 * time.Millisecond) { // polls
				last = out.len()
			}
		}
	}()
	args = append([]string{"--simulate", "dead=0.9,open=0.1", "--skip-silent", "20"}, args...)
	cli.Run(Tool(), cli.IO{In: in, Out: &out, Err: io.Discard, Context: context.Background(), Args: args})
	text := regexp.MustCompile(`"time":"[^"]*"|"attempts":[1-9]\d*`).ReplaceAllString(out.text.String(), "")
	return strings.Split(strings.TrimSpace(text), "\n")
}

// written is an output whose length may be read meanwhile.
type written struct {
	mu   sync.Mutex
	text strings.Builder
}

func (w *written) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.Write(b)
}

func (w *written) len() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.Len()
}
