// Command gotest runs go test with the arguments it is given and prints what
// go test prints without -v, and then, by name and with its reason, every
// test that was skipped. A line on a terminal shows the progress. With REQUIRE=all in the environment a skipped test
// is a failure. It is run by its file's name, as in the Makefile:
//
//	go run .ci/gotest/main.go ./...
//
// Its exit status is 0 or 1.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"time"
)

func main() {
	args := append([]string{"test", "-json"}, os.Args[1:]...)
	cmd := exec.Command("go", args...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "gotest:", err)
		os.Exit(1)
	}
	s := &status{out: os.Stdout, began: time.Now()}
	if info, err := os.Stderr.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
		s.terminal = os.Stderr
	}
	r := report{out: s, tests: map[key][]string{}, status: s}
	r.read(out)
	failed := cmd.Wait() != nil
	r.closing(os.Getenv("REQUIRE") == "all")
	if failed || r.refused {
		os.Exit(1)
	}
}

// event is a line of go test -json: see go doc test2json.
type event struct {
	Action, Package, Test, Output string
}

type key struct{ pkg, test string }

type skip struct {
	key
	reason string
}

// report turns events into text.
type report struct {
	out     io.Writer
	tests   map[key][]string // what running tests have printed
	skips   []skip
	refused bool
	status  *status
}

// read reports the lines of in until its end.
func (r *report) read(in io.Reader) {
	lines := make(chan string)
	go func() {
		defer close(lines)
		buffered := bufio.NewReader(in)
		for {
			line, err := buffered.ReadString('\n')
			if line != "" {
				lines <- line
			}
			if err != nil {
				return
			}
		}
	}()
	r.status.draw(time.Now())
	second := time.NewTicker(time.Second)
	defer second.Stop()
	for {
		select {
		case line, ok := <-lines:
			if !ok {
				r.status.clear()
				return
			}
			r.line(line)
		case now := <-second.C:
			r.status.draw(now)
		}
	}
}

// status is the line on a terminal that shows what is being done, so that a
// long test does not look like a failure.
type status struct {
	out      io.Writer // for reports; the line is cleared before them
	terminal io.Writer // nil if there is none
	began    time.Time
	packages int    // done
	test     string // the latest that was started
	shown    bool
}

// add takes note of an event.
func (s *status) add(e event) {
	switch {
	case e.Action == "run":
		s.test = strings.TrimPrefix(e.Package, "portkit/") + " " + e.Test
	case e.Test == "" && (e.Action == "pass" || e.Action == "fail" || e.Action == "skip"):
		s.packages++
		s.test = ""
	}
}

func (s *status) draw(now time.Time) {
	if s.terminal == nil {
		return
	}
	doing := "compiling"
	if s.test != "" {
		doing = s.test
	}
	text := fmt.Sprintf("%v: %d packages done; %s", now.Sub(s.began).Round(time.Second), s.packages, doing)
	fmt.Fprintf(s.terminal, "\r\033[K%.79s", text)
	s.shown = true
}

func (s *status) clear() {
	if s.shown {
		fmt.Fprint(s.terminal, "\r\033[K")
		s.shown = false
	}
}

func (s *status) Write(text []byte) (int, error) {
	s.clear()
	return s.out.Write(text)
}

func (r *report) line(line string) {
	var e event
	if json.Unmarshal([]byte(line), &e) != nil {
		fmt.Fprint(r.out, line)
		return
	}
	r.status.add(e)
	test := key{e.Package, e.Test}
	switch {
	case e.Action == "build-output":
		fmt.Fprint(r.out, e.Output)
	case e.Action == "output" && e.Test == "":
		r.packageOutput(e)
	case e.Action == "output":
		r.tests[test] = append(r.tests[test], e.Output)
	case e.Test == "":
	case e.Action == "skip":
		r.skips = append(r.skips, skip{test, reason(r.tests[test])})
		delete(r.tests, test)
	case e.Action == "pass":
		delete(r.tests, test)
	case e.Action == "fail":
		r.show(test)
	}
}

// packageOutput prints what stands outside of tests, but for what only -v
// has: the closing PASS.
func (r *report) packageOutput(e event) {
	if e.Output == "PASS\n" {
		return
	}
	if strings.HasPrefix(e.Output, "FAIL\t") {
		r.unfinished(e.Package)
	}
	fmt.Fprint(r.out, e.Output)
}

// unfinished shows the tests of a package that ended without a verdict: it
// crashed in them, or time was up.
func (r *report) unfinished(pkg string) {
	for test := range r.tests {
		if test.pkg == pkg {
			r.show(test)
		}
	}
}

func (r *report) show(test key) {
	for _, text := range r.tests[test] {
		if !strings.HasPrefix(text, "=== ") {
			fmt.Fprint(r.out, text)
		}
	}
	delete(r.tests, test)
}

var logged = regexp.MustCompile(`^\s*\S+\.go:\d+: `)

// reason is the last thing that a test said before it was skipped.
func reason(output []string) string {
	for i := len(output) - 1; i >= 0; i-- {
		text := strings.TrimSpace(logged.ReplaceAllString(output[i], ""))
		if text != "" && !strings.HasPrefix(text, "=== ") && !strings.HasPrefix(text, "--- ") {
			return text
		}
	}
	return "no reason given"
}

// closing lists the skipped tests; with require they are a failure.
func (r *report) closing(require bool) {
	if len(r.skips) == 0 {
		return
	}
	fmt.Fprintf(r.out, "\nSkipped (%d):\n", len(r.skips))
	for _, s := range r.skips {
		fmt.Fprintf(r.out, "  %s %s: %s\n", s.pkg, s.test, s.reason)
	}
	if require {
		fmt.Fprintf(r.out, "FAIL: REQUIRE=all, and the above were skipped\n")
		r.refused = true
	}
}
