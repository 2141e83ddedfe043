// Command gotest runs go test with its arguments and prints what go test prints
// without -v. Then it counts the skipped tests by cause. A line on a terminal
// shows the progress.
//
// SKIPS=names in the environment lists the skipped tests, and REQUIRE=all makes
// them a failure. The exit status is 0 or 1.
package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"regexp"
	"slices"
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
	r.closing(os.Getenv("REQUIRE") == "all", os.Getenv("SKIPS") == "names")
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
	tests   map[key][]string // output of tests that have not ended
	skips   []skip
	refused bool
	status  *status
}

// read reports the events of in until its end.
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

// status is the line on a terminal that shows the running test, so that a long
// one does not look like a failure.
type status struct {
	out      io.Writer // of the report; the line is cleared before each write
	terminal io.Writer // nil if there is none
	began    time.Time
	packages int    // done
	test     string // last one started
	shown    bool
}

// add records an event.
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

// packageOutput prints the output of a package outside of its tests, except the
// closing PASS, which only -v prints.
func (r *report) packageOutput(e event) {
	if e.Output == "PASS\n" {
		return
	}
	if strings.HasPrefix(e.Output, "FAIL\t") {
		r.unfinished(e.Package)
	}
	fmt.Fprint(r.out, e.Output)
}

// unfinished shows the tests in which a package crashed or timed out.
func (r *report) unfinished(pkg string) {
	for test := range r.tests {
		if test.pkg == pkg {
			fmt.Fprintf(r.out, "--- UNFINISHED: %s\n", test.test)
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

// logged is what t.Log prepends, and scripted what testscript prints of a skip.
var (
	logged   = regexp.MustCompile(`^\s*\S+\.go:\d+: `)
	scripted = regexp.MustCompile(`^> .*skip '(.*)'$`)
)

// reason returns the last line that a test printed before it was skipped.
func reason(output []string) string {
	for i := len(output) - 1; i >= 0; i-- {
		text := strings.TrimSpace(logged.ReplaceAllString(output[i], ""))
		if text != "" && !strings.HasPrefix(text, "=== ") && !strings.HasPrefix(text, "--- ") {
			return scripted.ReplaceAllString(text, "$1")
		}
	}
	return "has no reason"
}

// closing lists the skipped tests: by cause, and by name with SKIPS=names. With
// REQUIRE=all they are a failure, and named.
func (r *report) closing(require, names bool) {
	if len(r.skips) == 0 {
		return
	}
	fmt.Fprintf(r.out, "\nSkipped:\n")
	switch {
	case require || names:
		for _, s := range r.skips {
			fmt.Fprintf(r.out, "  %s %s: %s\n", s.pkg, s.test, s.reason)
		}
	default:
		for _, line := range causes(r.skips) {
			fmt.Fprintln(r.out, " ", line)
		}
		fmt.Fprintln(r.out, "SKIPS=names lists the tests.")
	}
	if require {
		fmt.Fprintf(r.out, "FAIL: REQUIRE=all, and the above were skipped\n")
		r.refused = true
	}
}

// causes returns one line per cause: the part of a reason before its first colon.
// What follows that is listed once.
func causes(skips []skip) (lines []string) {
	plural := map[string]string{"needs": "need", "is": "are", "has": "have"}
	count := map[string]int{}
	details := map[string][]string{}
	for _, s := range skips {
		cause, detail, _ := strings.Cut(s.reason, ": ")
		count[cause]++
		if detail != "" && !slices.Contains(details[cause], detail) {
			details[cause] = append(details[cause], detail)
		}
	}
	for _, cause := range slices.Sorted(maps.Keys(count)) {
		line := "1 test " + cause
		if n := count[cause]; n > 1 {
			verb, object, _ := strings.Cut(cause, " ")
			line = fmt.Sprintf("%d tests %s %s", n, cmp.Or(plural[verb], verb), object)
		}
		if list := details[cause]; list != nil {
			slices.Sort(list)
			line += ": " + strings.Join(list, ", ")
		}
		lines = append(lines, line)
	}
	return lines
}
