package portprobe

import (
	"fmt"
	"strings"
	"time"

	"portkit/pkg/cli"
	"portkit/pkg/endpoint"
	"portkit/pkg/probe"
)

// settings returns the first line of -v.
func (r *run) settings(workers, concurrency int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, at most %d TCP and %d UDP probes outstanding, timeout %v, retries %s",
		cli.Plural(int64(workers), "worker"), concurrency, r.concurrency(endpoint.UDP), r.Timeout.D(), r.Retries)
	if r.Rate > 0 {
		fmt.Fprintf(&b, ", at most %v probes per second", r.Rate)
	}
	if r.HostRate > 0 {
		fmt.Fprintf(&b, ", at most %v to one address", r.HostRate)
	}
	if r.simulate != nil {
		b.WriteString(", on a simulated network")
	}
	return b.String()
}

// logOpen logs an open port.
func (r *run) logOpen(f *endpoint.Result) {
	service := ""
	if f.Service != "" {
		service = " (" + f.Service + ")"
	}
	r.ctx.Log.Printf("Port %d/%v on %s: open%s", f.Port, f.Proto, f.Host, service)
}

// logError logs an endpoint that could not be probed.
func (r *run) logError(f *endpoint.Result) {
	r.ctx.Log.Linef("endpoints that could not be probed", "port %d/%v on %s: %s", f.Port, f.Proto, f.Host, f.Err)
}

// logNoOutput logs why standard output has no records: the input has none, or
// they are in the file of --resume although a pipe is read.
func (r *run) logNoOutput() {
	switch {
	case r.Quiet || !r.readOut.Load():
	case r.reader.seq == 0 && r.reader.answered.Load() == 0:
		r.ctx.Log.Printf("no endpoints: the input is empty")
	case r.Resume != nil && r.ctx.OutIsPipe():
		r.ctx.Log.Printf("results are in %s, not on standard output", *r.Resume)
	}
}

// logSummary logs the totals, and the measured loss, by which the reliability of
// the results can be judged.
func (r *run) logSummary() {
	if r.Quiet || !r.Verbose && !r.ctx.ErrTerminal {
		return
	}
	t, skipped := r.out.Count()
	counts := r.engine.Counts()
	var probed int64
	var states []string
	t[endpoint.Error] -= skipped
	for s, n := range t {
		probed += n
		if n > 0 {
			states = append(states, fmt.Sprintf("%d %v", n, endpoint.State(s)))
		}
	}
	if probed == 0 {
		states = []string{"nothing to probe"}
	}
	if skipped > 0 {
		states = append(states, fmt.Sprintf("%d not probed as broadcast or multicast addresses", skipped))
	}
	if before := r.reader.answered.Load(); before > 0 {
		states = append(states, fmt.Sprintf("%d from an earlier run", before))
	}
	seconds := max(time.Since(r.began).Seconds(), 1e-3)
	attempts := cli.Plural(counts.Attempts.Load(), "attempt")
	var others []string
	if n := counts.Repeats.Load(); n > 0 {
		others = append(others, cli.Plural(n, "retransmission")+" by the system")
	}
	if n := counts.Echoes.Load(); n > 0 {
		others = append(others, cli.Plural(n, "echo request"))
	}
	if len(others) > 0 {
		attempts += " (and " + strings.Join(others, ", ") + ")"
	}
	r.ctx.Log.Printf("%d probed: %s; %s in %.2f s, %.0f per second; %s", probed,
		strings.Join(states, ", "), attempts, seconds,
		float64(counts.Attempts.Load())/seconds, lossText(counts))
}

// lossText describes the measured loss, and how reliable no-response is.
func lossText(c *probe.Counts) string {
	text := fmt.Sprintf("%.2f %% lost", 100*c.Loss())
	if c.Loss() == 0 {
		text = "no loss seen"
	}
	if doubt := c.FalseSilenceProb(); doubt > 0 {
		text += fmt.Sprintf(", probability of a wrong no-response at most %.0e if losses are independent", doubt)
	}
	if n := c.SilentHosts.Load(); n > 0 {
		text += fmt.Sprintf(", %s skipped", cli.Plural(n, "silent host"))
	}
	if n := c.Unproven.Load(); n > 0 {
		text += fmt.Sprintf(", %d no-response without a later reply from the same address", n)
	}
	if c.Short.Load() != 0 {
		text += ", probes waited for descriptors (ulimit -n)"
	}
	return text
}
