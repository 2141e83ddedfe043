package portprobe

import (
	"fmt"
	"io"
	"strconv"
	"time"

	"portkit/pkg/cli"
	"portkit/pkg/endpoint"
	"portkit/pkg/ndjson"
)

// waitingAfter is the time without a settled endpoint after which progress names
// the cause.
const waitingAfter = 2 * time.Second

// progress is how far the run has come.
type progress struct {
	done, total, inFlight, open, errors int64
	silentHosts                         int64   // skipped by --skip-silent
	lostHosts                           int64   // given up after they stopped replying
	settled                             int64   // done without those found in the file of --resume
	rate                                float64 // records per second, smoothed
	elapsed                             time.Duration
	lastDone                            time.Duration // elapsed when done last grew
	waiting                             string        // what the run waits for; "" while it does not
}

// startProgress shows progress as often as the flags require, and on SIGUSR1.
func (r *run) startProgress() (stop func()) {
	show, every := r.progressStyle()
	asked, forget := cli.ProgressRequests()
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
		hint := r.skipHint()
		for {
			select {
			case <-ticks:
				last = r.progress(last)
				show(last)
				hint(last.elapsed, r.engine.Counts())
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

// progressStyle returns how progress is shown, and how often; nil if it is not.
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

// drawProgress draws the status line. It waits for the first record: until then
// the user may still be typing the input of portgen.
func (r *run) drawProgress(p progress) {
	if p.done+p.inFlight > 0 {
		r.ctx.Log.Status(p.text(r.ctx.Log.StatusColumns()))
	}
}

// progress returns the current progress. Its rate is a moving average that
// starts from that of last.
func (r *run) progress(last progress) progress {
	t, failures := r.out.count()
	counts := r.engine.Counts()
	p := progress{
		done: r.reader.answered.Load(), inFlight: counts.InFlight.Load(), silentHosts: counts.SilentHosts.Load(),
		open: t[endpoint.Open], errors: failures, elapsed: time.Since(r.began),
	}
	_, lost, _ := r.engine.Lost()
	p.lostHosts = int64(lost)
	for _, n := range t {
		p.done += n
		p.settled += n
	}
	p.total = r.expected(p.done)
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

// waitingFor returns what keeps the run from settling an endpoint.
func (r *run) waitingFor() string {
	w, unsettled := r.engine.Waiting()
	switch {
	case r.out.full.Load():
		return "the reader of the output"
	case w.Addr.IsValid():
		silence := time.Since(r.format.clock(w.Since))
		if w.Stopped {
			return fmt.Sprintf("%v: stopped replying %.0f s ago", w.Addr, max(silence, 0).Seconds())
		}
		return fmt.Sprintf("%v: no reply for %.0f s", w.Addr, max(silence, 0).Seconds())
	case unsettled && (r.Rate > 0 || r.HostRate > 0):
		return "the rate limit"
	case unsettled:
		return ""
	case r.backlog.empty():
		return "input"
	}
	return "name lookups"
}

// left returns the estimated time to the end; false if unknown. It is unknown if
// more than total are done, because then total is wrong.
func (p progress) left() (time.Duration, bool) {
	if p.done >= p.total || p.rate < 0.001 {
		return 0, p.total > 0 && p.done == p.total
	}
	return time.Duration(float64(p.total-p.done) / p.rate * float64(time.Second)), true
}

// json returns the object of --progress json. total and eta_s are absent while
// unknown.
func (p progress) json() string {
	var o ndjson.Object
	o.Add("done", p.done)
	if p.total > 0 {
		o.Add("total", p.total)
	}
	o.Add("in_flight", p.inFlight)
	o.Add("open", p.open)
	o.Add("errors", p.errors)
	o.Add("silent_hosts", p.silentHosts)
	o.Add("lost_hosts", p.lostHosts)
	o.Add("rate", decimal(p.rate, 1))
	o.Add("elapsed_s", decimal(p.elapsed.Seconds(), 3))
	if left, ok := p.left(); ok {
		o.Add("eta_s", decimal(left.Seconds(), 1))
	}
	return string(ndjson.Append(nil, o)) + "\n"
}

func decimal(f float64, digits int) ndjson.Raw {
	return ndjson.Raw(strconv.FormatFloat(f, 'f', digits, 64))
}
