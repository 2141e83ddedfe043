// Command demo shows the tools at work, for make demo:
//
//	go run ./pkg/internal/lab/demo bin
//
// It starts a few servers on loopback, scans and identifies them, scans all TCP ports of
// 127.0.0.1 with the tools in the folder it is given, prints the command lines that it
// runs and their output, reports the result and tidies up. Nothing leaves the machine. It
// needs a POSIX shell. Exit status: 0 if every port has one result and every server was
// found, 1 otherwise.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: demo FOLDER (where the tools are)")
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := demo(ctx, os.Args[1], os.Stdout)
	if ctx.Err() != nil {
		err = errors.New("interrupted; everything is tidied up")
	}
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

const (
	allPorts = 65_535
	saved    = "results.ndjson" // what portprobe wrote of all ports
)

// demo runs the demonstration with the tools in the folder bin.
func demo(ctx context.Context, bin string, out io.Writer) error {
	bin, err := filepath.Abs(bin)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "portkit-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	ours, err := listen([...]int{20022, 20080, 20443})
	if err != nil {
		return err
	}
	defer ours.close()
	sh := shell{ctx: ctx, dir: dir, path: bin, out: out}

	fmt.Fprintf(out, "The demo has an SSH, an HTTP and an HTTPS server on ports %s of 127.0.0.1; port %d is closed.\n\n", list(ours.ports), ours.vacant)
	scan := fmt.Sprintf("portgen 127.0.0.1 -p %s,%d | portprobe --keep-order", join(ours.ports, ","), ours.vacant)
	sh.run(scan)
	sh.run(scan + " | portid --keep-order")
	began := time.Now()
	sh.run("portgen 127.0.0.1 -p- | portprobe | tee " + saved + " | portsum -o text")
	took := time.Since(began)
	if sh.err != nil {
		return sh.err
	}
	seen, err := readResults(filepath.Join(dir, saved))
	if err != nil {
		return err
	}
	fmt.Fprint(out, seen.story(ours.ports, took))
	return seen.check(ours.ports)
}

// shell runs command lines and shows them; after the first that fails it
// runs no more.
type shell struct {
	ctx       context.Context
	dir, path string
	out       io.Writer
	err       error
}

func (s *shell) run(line string) {
	if s.err != nil {
		return
	}
	fmt.Fprintf(s.out, "$ %s\n", line)
	cmd := exec.CommandContext(s.ctx, "sh", "-c", line)
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), "PATH="+s.path+string(os.PathListSeparator)+os.Getenv("PATH"))
	cmd.Stdout, cmd.Stderr = s.out, os.Stderr
	cmd.WaitDelay = 5 * time.Second
	if err := cmd.Run(); err != nil {
		s.err = fmt.Errorf("%s: %w", line, err)
	}
	fmt.Fprintln(s.out)
}
