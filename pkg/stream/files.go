package stream

import (
	"os"
	"time"

	"portkit/pkg/cli"
	"portkit/pkg/endpoint"
	"portkit/pkg/target"
)

// FindTarget returns the first FILE that does not exist and is a target; "" without. A
// host name counts as one only with ports: else it may be a misspelled file.
func FindTarget(files []string) string {
	for _, name := range files {
		if _, err := os.Stat(name); err == nil || name == cli.StdinName {
			continue
		}
		word, ports, err := target.Split(name)
		if err != nil {
			continue
		}
		if t, err := target.Parse(word); err == nil && (ports != "" || t.Is4() || t.Is6()) {
			return name
		}
	}
	return ""
}

// ReadFiles reads all inputs, and reports whether each was read to its end. Errors are
// logged, and count in the exit status.
func (i *Input) ReadFiles(ctx *cli.Context, files []string) (whole bool) {
	unread := max(1, len(files))
	for in := range ctx.Inputs(files) {
		if i.Read(in) == nil {
			unread--
		}
	}
	return unread == 0
}

// AwaitEnd waits until all is settled, and returns 0, or until the run has to end early:
// by a signal, which grants outstanding work the time of grace, a deadline after its
// begin (0: none), or an output that fails.
func AwaitEnd(ctx *cli.Context, settled, failed <-chan struct{}, began time.Time, deadline cli.Duration, grace time.Duration) (endpoint.Reason, time.Duration) {
	var over <-chan time.Time
	if deadline > 0 {
		timer := time.NewTimer(deadline.D() - time.Since(began))
		defer timer.Stop()
		over = timer.C
	}
	select {
	case <-settled:
		return 0, 0
	case <-ctx.Done():
		return endpoint.Interrupted, grace
	case <-over:
		ctx.Log.Printf("stopped by --deadline %v", deadline)
		return endpoint.Deadline, 0
	case <-failed:
		return endpoint.Interrupted, 0
	}
}
