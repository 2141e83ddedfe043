package portprobe

import (
	"fmt"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/stream"
)

// startProgress shows progress as often as the flags require, and on SIGUSR1.
func (r *run) startProgress() (stop func()) {
	hint := r.skipHint()
	d := stream.Display{
		Style: r.Progress, Ctx: r.ctx, Files: r.Files, Total: &r.total, Next: r.progress,
		Shown: func(p stream.Progress) { hint(p.Elapsed, r.engine.Counts()) },
	}
	if r.Quiet {
		d.Style = "never"
	}
	return d.Start()
}

// progress returns the current progress.
func (r *run) progress(last stream.Progress) stream.Progress {
	t, skipped := r.out.Count()
	counts := r.engine.Counts()
	_, lost, _ := r.engine.Lost()
	p := stream.Progress{
		Done: r.reader.answered.Load(), InFlight: counts.InFlight.Load(),
		Open: t[endpoint.Open], Errors: t[endpoint.Error] - skipped, Elapsed: time.Since(r.began),
		Others: []stream.Count{
			{Name: "silent_hosts", Noun: "silent host", N: counts.SilentHosts.Load()},
			{Name: "lost_hosts", N: int64(lost)},
		},
	}
	for _, n := range t {
		p.Done += n
		p.Settled += n
	}
	p.Total = r.total.Expected(p.Done)
	p.Follow(last, r.waitingFor)
	return p
}

// waitingFor returns what keeps the run from settling an endpoint.
func (r *run) waitingFor() string {
	w, unsettled := r.engine.Waiting()
	switch {
	case r.out.Behind():
		return "the reader of the output"
	case w.Addr.IsValid():
		silence := r.format.now().Sub(r.format.clock(w.Since))
		if w.Stopped {
			return fmt.Sprintf("%v: stopped replying %.0f s ago", w.Addr, max(silence, 0).Seconds())
		}
		return fmt.Sprintf("%v: no reply for %.0f s", w.Addr, max(silence, 0).Seconds())
	case unsettled && (r.Rate > 0 || r.HostRate > 0):
		return "the rate limit"
	case unsettled:
		return ""
	case r.backlog.Empty():
		return "input"
	}
	return "name lookups"
}
