package portprobe

import (
	"bytes"
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

// slowReader returns 400 lines, and then blocks until its context ends.
type slowReader struct {
	ctx context.Context
	n   int
}

func (s *slowReader) Read(b []byte) (int, error) {
	if s.n >= 400 {
		<-s.ctx.Done()
		time.Sleep(50 * time.Millisecond) // as a terminal, it does not end at once
		return 0, io.EOF
	}
	s.n++
	return copy(b, fmt.Sprintf("10.0.%d.1:80\n", s.n%250)), nil
}

func TestInterruptSettlesReadRecords(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(300*time.Millisecond, cancel)
	began := time.Now()
	r := toolWith(t, cli.IO{
		In: &slowReader{ctx: ctx}, Context: ctx,
		Args: []string{"--simulate", "rtt=50ms,silent=0.5,clock=real", "-r", "200", "-t", "1"},
	})
	reasons := map[any]int{}
	for _, m := range records(t, r.out) {
		reasons[m["reason"]]++
	}
	if n := strings.Count(r.out, "\n"); n != 400 {
		t.Errorf("400 records were read, %d came out: %v", n, reasons)
	}
	if reasons["interrupted"] < 100 || reasons["conn-refused"] < 10 {
		t.Errorf("%v", reasons)
	}
	if d := time.Since(began); d > 2500*time.Millisecond {
		t.Errorf("it took %v to end", d)
	}
}

// Every line that was read has a result, including buffered lines and those of a
// read in progress.
func TestInterruptWritesAllReadRecords(t *testing.T) {
	t.Parallel() // mostly waits
	const line = "10.0.0.1:80\n"
	name := filepath.Join(t.TempDir(), "in")
	if err := os.WriteFile(name, []byte(strings.Repeat(line, 300_000)), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 50 {
		in, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		time.AfterFunc(20*time.Millisecond, cancel)
		r := toolWith(t, cli.IO{In: in, Context: ctx, Args: []string{"--simulate", "rtt=5ms,clock=real", "-t", "0.3", "-c", "100"}})
		at, err := in.Seek(0, io.SeekCurrent)
		if taken := int(at) / len(line); err != nil || strings.Count(r.out, "\n") != taken {
			t.Fatalf("%d lines were read, %d came out; %v", taken, strings.Count(r.out, "\n"), err)
		}
		_ = in.Close()
	}
}

// Every line in the pipe either has a result or is left in the pipe.
func TestInterruptLeavesUnreadRecordsInThePipe(t *testing.T) {
	both := 0
	for round := range 20 {
		in, out, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		written := make(chan int)
		ctx, cancel := context.WithCancel(context.Background())
		time.AfterFunc(time.Duration(20+5*round)*time.Millisecond, cancel) // a busy machine takes long to begin to read
		over := make(chan struct{})
		go func() {
			for n := 0; ; {
				select {
				case <-over:
					_ = out.Close()
					written <- n
					return
				case <-time.After(50 * time.Microsecond):
					if n < 4000 { // less than the capacity of a pipe
						fmt.Fprintln(out, "10.0.0.1:80")
						n++
					}
				}
			}
		}()
		r := toolWith(t, cli.IO{In: in, Context: ctx, Args: []string{"--simulate", "rtt=50ms,clock=real", "-t", "0.3"}})
		close(over)
		n := <-written
		rest, err := io.ReadAll(in)
		came, left := strings.Count(r.out, "\n"), strings.Count(string(rest), "\n")
		if err != nil || came+left != n {
			t.Fatalf("%d lines were written, %d came out, %d are left; %v", n, came, left, err)
		}
		if came > 0 && left > 0 {
			both++
		}
		_ = in.Close()
	}
	if both == 0 {
		t.Error("no interrupt came while lines were read and written")
	}
}

// The run ends although the pipe stays open and empty. It leaves no reader behind.
func TestInterruptDoesNotWaitForInput(t *testing.T) {
	for range 20 {
		in, out, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(out, "10.0.0.1:80\n10.0.0.1") // the second line is incomplete
		ctx, cancel := context.WithCancel(context.Background())
		stuck := time.AfterFunc(20*time.Second, func() { _ = out.Close() })
		came := &firstWrite{then: func() { time.AfterFunc(5*time.Millisecond, cancel) }}
		r := toolWith(t, cli.IO{In: in, Out: came, Context: ctx, Args: []string{"--simulate", "rtt=1ms"}})
		_ = in.Close() // blocks while anything polls it
		if !stuck.Stop() || r.status == 0 || came.n != 1 {
			t.Fatalf("stuck, or not one record: exit %d, %d", r.status, came.n)
		}
		_ = out.Close()
	}
}

// firstWrite counts lines, and calls a function at the first write.
type firstWrite struct {
	n    int
	then func()
}

func (f *firstWrite) Write(b []byte) (int, error) {
	if f.n == 0 {
		f.then()
	}
	f.n += bytes.Count(b, []byte("\n"))
	return len(b), nil
}
