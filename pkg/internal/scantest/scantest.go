// Package scantest helps to test readers of result files.
package scantest

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"portkit/pkg/scanfile"
	"portkit/pkg/service"
)

// Case is a file and what a reader makes of it.
type Case struct {
	Name string
	File string
	Port uint16 // of --port
	// Want contains parts of the records, one for each, in their order.
	Want []string
	// Err is a part of the error, or of a line's.
	Err string
	// Skipped is the number of results that are left out.
	Skipped uint64
}

// Run reads the files.
func Run(t *testing.T, read func(*scanfile.Input, *scanfile.Output) error, cases []Case) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			var written bytes.Buffer
			var report reporter
			out := scanfile.NewOutput(&written, service.Load(), &report)
			if err := read(&scanfile.Input{Reader: strings.NewReader(c.File), Port: c.Port}, out); err != nil {
				fmt.Fprintln(&report, err)
			}
			lines := strings.SplitAfter(written.String(), "\n")
			lines = lines[:len(lines)-1]
			if len(lines) != len(c.Want) {
				t.Fatalf("wrote %d records, want %d:\n%s%s", len(lines), len(c.Want), &written, &report)
			}
			for i, line := range lines {
				if !strings.Contains(line, c.Want[i]) {
					t.Errorf("got %swant %s", line, c.Want[i])
				}
			}
			if got := report.String(); (c.Err == "") != (got == "") || !strings.Contains(got, c.Err) {
				t.Errorf("reported %q, want %q", got, c.Err)
			}
			n := uint64(0)
			for why, count := range out.Counts().Skipped {
				if scanfile.Skipped(why) != scanfile.Unfiltered {
					n += count
				}
			}
			if n != c.Skipped {
				t.Errorf("left out %d results, want %d", n, c.Skipped)
			}
		})
	}
}

type reporter struct{ bytes.Buffer }

func (r *reporter) Bad(line int64, msg string) { fmt.Fprintf(r, "line %d: %s\n", line, msg) }

func (r *reporter) Note(msg string) { fmt.Fprintln(r, msg) }
