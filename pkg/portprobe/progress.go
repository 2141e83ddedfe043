package portprobe

import (
	"fmt"
	"io"
	"strings"
	"time"

	"portkit/pkg/cli"
	"portkit/pkg/endpoint"
	"portkit/pkg/probe"
)

// waitingAfter is how long nothing must be settled before progress names the
// cause.
const waitingAfter = 2 * time.Second

// progress is how far the run has come.
type progress struct {
	done, total, inFlight, open, errors int64
	settled                             int64   // of done, those that the file of --resume did not answer
	rate                                float64 // records per second, smoothed
	elapsed                             time.Duration
	lastDone                            time.Duration // elapsed when done last grew
	waiting                             string        // what the run waits for; "" while it does not
}

// startProgress shows progress as the flags want it, and returns what ends it.
func (r *run) startProgress() (stop func()) {
	show, every := r.progressStyle()
	asked, forget := cli.StatusAsked()
	quit, done := make(chan struct{}), make(chan struct{})
	if show != nil {
		r.countInputs(quit)
	}
	go func() {
		defer close(done)
		defer forget()
		var ticks <-chan time.Time
		if show != nil {
			tick := time.NewTicker(every)
			defer tick.Stop()
			ticks = tick.C
		}
		var last progress
		for {
			select {
			case <-ticks:
				last = r.progress(last)
				show(last)
			case <-asked:
				last = r.progress(last)
				r.ctx.Log.Printf("%s", last.text(0))
			case <-quit:
				if show != nil {
					show(r.progress(last))
					r.ctx.Log.Status("")
				}
				return
			}
		}
	}()
	return func() { close(quit); <-done }
}

// progressStyle is how progress is shown, and how often; nil for not at all.
func (r *run) progressStyle() (show func(progress), every time.Duration) {
	switch {
	case r.Quiet || r.Progress == "never":
		return nil, 0
	case r.Progress == "json":
		return func(p progress) { io.WriteString(r.ctx.Stderr, p.json()) }, time.Second
	case r.ctx.ErrTerminal:
		return r.drawProgress, time.Second / 5
	case r.Progress == "always":
		return func(p progress) { r.ctx.Log.Printf("%s", p.text(0)) }, time.Second
	}
	return nil, 0
}

// drawProgress puts p on the status line. There is none before the first record:
// until then somebody may type what portgen reads.
func (r *run) drawProgress(p progress) {
	if p.done+p.inFlight == 0 {
		return
	}
	r.ctx.Log.Status(p.text(r.ctx.Log.StatusColumns()))
}

// progress counts anew. Its rate is over the time since last, smoothed.
func (r *run) progress(last progress) progress {
	t, failures := r.out.count()
	p := progress{
		done: r.reader.answered.Load(), inFlight: r.engine.Counts().InFlight.Load(),
		open: t[endpoint.Open], errors: failures, elapsed: time.Since(r.began),
	}
	for _, n := range t {
		p.done += n
		p.settled += n
	}
	p.total = r.ofTotal(p.done)
	p.rate = last.rate
	if d := (p.elapsed - last.elapsed).Seconds(); d > 0.05 {
		now := float64(p.settled-last.settled) / d
		p.rate += (now - p.rate) * 0.3
		if last.elapsed == 0 {
			p.rate = now
		}
	}
	if p.lastDone = last.lastDone; p.done != last.done {
		p.lastDone = p.elapsed
	}
	if p.elapsed-p.lastDone >= waitingAfter {
		p.waiting = r.waitingFor()
	}
	return p
}

// waitingFor names what keeps the run from settling anything.
func (r *run) waitingFor() string {
	w, unsettled := r.engine.Waiting()
	switch {
	case r.out.full.Load():
		return "the reader of the output"
	case w.Addr.IsValid():
		silence := time.Since(r.scribe.clock(w.Since))
		return fmt.Sprintf("%v: no reply for %.0f s", w.Addr, max(silence, 0).Seconds())
	case unsettled && (r.Rate > 0 || r.HostRate > 0):
		return "the rate limit"
	case unsettled:
		return ""
	case r.gate.empty():
		return "input"
	}
	return "name lookups"
}

// left is the time to the end, and whether there is one to be seen. More done
// than there should be says that there are more to come than was said.
func (p progress) left() (time.Duration, bool) {
	if p.done >= p.total || p.rate < 0.001 {
		return 0, p.total > 0 && p.done == p.total
	}
	return time.Duration(float64(p.total-p.done) / p.rate * float64(time.Second)), true
}

// json is the object for programs; total and eta_s are absent while unknown.
func (p progress) json() string {
	var b strings.Builder
	fmt.Fprintf(&b, `{"done":%d`, p.done)
	if p.total > 0 {
		fmt.Fprintf(&b, `,"total":%d`, p.total)
	}
	fmt.Fprintf(&b, `,"in_flight":%d,"open":%d,"errors":%d,"rate":%.1f,"elapsed_s":%.3f`,
		p.inFlight, p.open, p.errors, p.rate, p.elapsed.Seconds())
	if left, ok := p.left(); ok {
		fmt.Fprintf(&b, `,"eta_s":%.1f`, left.Seconds())
	}
	return b.String() + "}\n"
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

// closingLine logs the totals and the measured loss, by which the results can be
// judged.
func (r *run) closingLine() {
	if r.Quiet || !r.Verbose && !r.ctx.ErrTerminal {
		return
	}
	t, counts := r.out.tally, r.engine.Counts()
	var asked int64
	var states []string
	t[endpoint.Error] -= r.out.skipped
	for s, n := range t {
		asked += n
		if n > 0 {
			states = append(states, fmt.Sprintf("%d %v", n, endpoint.State(s)))
		}
	}
	if asked == 0 {
		states = []string{"nothing to probe"}
	}
	if r.out.skipped > 0 {
		states = append(states, fmt.Sprintf("%d not probed as broadcast or multicast addresses", r.out.skipped))
	}
	if before := r.reader.answered.Load(); before > 0 {
		states = append(states, fmt.Sprintf("%d from an earlier run", before))
	}
	seconds := max(time.Since(r.began).Seconds(), 1e-3)
	attempts := plural(counts.Attempts.Load(), "attempt")
	if n := counts.Repeats.Load(); n > 0 {
		attempts += fmt.Sprintf(" (and %s by the system)", plural(n, "retransmission"))
	}
	r.ctx.Log.Printf("%d probed: %s; %s in %.2f s, %.0f per second; %s", asked,
		strings.Join(states, ", "), attempts, seconds,
		float64(counts.Attempts.Load())/seconds, lossSeen(counts))
}

func plural(n int64, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// lossSeen describes the loss and how reliable silence is.
func lossSeen(c *probe.Counts) string {
	text := fmt.Sprintf("%.2f %% lost", 100*c.Loss())
	if c.Loss() == 0 {
		text = "no loss seen"
	}
	if doubt := c.FalseSilenceProb(); doubt > 0 {
		text += fmt.Sprintf(", probability of a wrong no-response at most %.0e if losses are independent", doubt)
	}
	if n := c.Unproven.Load(); n > 0 {
		text += fmt.Sprintf(", %d no-response without a later reply from the same address", n)
	}
	if c.Short.Load() != 0 {
		text += ", probes waited for descriptors (ulimit -n)"
	}
	return text
}
