package portid

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"portkit/pkg/cli"
	"portkit/pkg/endpoint"
	"portkit/pkg/identify"
	"portkit/pkg/scope"
	"portkit/pkg/stream"
)

// counts are totals for the summary line.
type counts struct {
	mu          sync.Mutex
	apps        map[string]int64
	unknown     map[string]int64 // by evidence, of findings without an app
	connections int64
}

func (c *counts) add(o *identify.Outcome) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.apps == nil {
		c.apps, c.unknown = map[string]int64{}, map[string]int64{}
	}
	if c.connections += int64(o.Conns); o.App != "" && !endpoint.Unfinished(o.Evidence) {
		c.apps[o.App]++
		return
	}
	c.unknown[o.Evidence]++
}

// maxApps is the number of apps that the summary names.
const maxApps = 8

// text returns what was identified, the most frequent first.
func (c *counts) text() (text string, n int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var parts []string
	for i, app := range byCount(c.apps) {
		if n += c.apps[app]; i < maxApps {
			parts = append(parts, fmt.Sprintf("%d %s", c.apps[app], app))
		}
	}
	if more := len(c.apps) - maxApps; more > 0 {
		parts = append(parts, cli.Plural(int64(more), "other protocol"))
	}
	for _, evidence := range byCount(c.unknown) {
		parts = append(parts, fmt.Sprintf("%d %s", c.unknown[evidence], evidence))
	}
	return strings.Join(parts, ", "), n
}

// byCount returns the keys of a map, that with the highest count first.
func byCount(m map[string]int64) (keys []string) {
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b string) int { return cmp.Or(cmp.Compare(m[b], m[a]), cmp.Compare(a, b)) })
	return keys
}

// settings returns the first line of -v.
func (r *run) settings() string {
	text := fmt.Sprintf("effort %s, at most %d endpoints at once and %d per address, timeout %v", r.Effort, r.queue.total, r.HostConc, r.timeout())
	if r.Rate > 0 {
		text += fmt.Sprintf(", at most %v connections per second", r.Rate)
	}
	if r.HostRate > 0 {
		text += fmt.Sprintf(", at most %v to one address", r.HostRate)
	}
	return text
}

// logFound logs what was found at an item.
func (r *run) logFound(i *item, o *identify.Outcome) {
	text := o.Evidence
	if o.App != "" {
		text = o.App
		if o.TLS != nil {
			text += " in TLS"
		}
		if o.Product != "" {
			text += " (" + strings.TrimSuffix(o.Product+" "+o.Version, " ") + ")"
		}
	}
	r.ctx.Log.Printf("Port %d/%v on %s: %s", i.target.Addr.Port(), i.target.Proto, i.host, text)
}

// logNoOutput logs why standard output has no records.
func (r *run) logNoOutput() {
	switch {
	case r.Quiet || !r.readOut.Load():
	case r.reader.seq == 0 && r.reader.answered.Load() == 0:
		r.ctx.Log.Printf("no records: the input is empty")
	case r.Resume != nil && r.ctx.OutIsPipe():
		r.ctx.Log.Printf("results are in %s, not on standard output", *r.Resume)
	}
}

// logUnprobed logs how many UDP endpoints were not identified for lack of a reply.
func (r *run) logUnprobed() {
	if n := r.reader.unprobed.Load(); n > 0 && !r.Quiet {
		r.ctx.Log.Printf("%s not identified; probe with portprobe first",
			cli.Plural(n, "UDP endpoint without a recognized reply was", "UDP endpoints without a recognized reply were"))
	}
}

// logSummary logs the totals.
func (r *run) logSummary() {
	if r.Quiet || !r.Verbose && !r.ctx.ErrTerminal {
		return
	}
	by, skipped := r.out.Count()
	var records int64
	for _, n := range by {
		records += n
	}
	found, identified := r.counts.text()
	parts := []string{fmt.Sprintf("%d identified of %s", identified, cli.Plural(records, "record"))}
	if found != "" {
		parts[0] += ": " + found
	}
	if n := by[endpoint.Error] - skipped; n > 0 {
		parts = append(parts, cli.Plural(n, "error"))
	}
	if before := r.reader.answered.Load(); before > 0 {
		parts = append(parts, fmt.Sprintf("%d from an earlier run", before))
	}
	seconds := max(time.Since(r.began).Seconds(), 1e-3)
	parts = append(parts, fmt.Sprintf("%s in %.2f s", cli.Plural(r.counts.connections, "connection"), seconds))
	r.ctx.Log.Printf("%s", strings.Join(parts, "; "))
}

// startProgress shows progress as often as the flags require, and on SIGUSR1.
func (r *run) startProgress() (stop func()) {
	d := stream.Display{Style: r.Progress, Ctx: r.ctx, Files: r.Files, Total: &r.total, Next: r.progress}
	if r.Quiet {
		d.Style = "never"
	}
	return d.Start()
}

// progress returns the current progress.
func (r *run) progress(last stream.Progress) stream.Progress {
	by, skipped := r.out.Count()
	p := stream.Progress{
		Done: r.reader.answered.Load(), InFlight: r.queue.inFlight(),
		Open: by[endpoint.Open], Errors: by[endpoint.Error] - skipped, Elapsed: time.Since(r.began),
	}
	for _, n := range by {
		p.Done += n
		p.Settled += n
	}
	p.Total = r.total.Expected(p.Done)
	p.Follow(last, r.waitingFor)
	return p
}

// waitingFor returns what keeps the run from settling an endpoint.
func (r *run) waitingFor() string {
	switch {
	case r.out.Behind():
		return "the reader of the output"
	case r.queue.inFlight() > 0:
		return "replies"
	case r.backlog.Empty():
		return "input"
	}
	return "name lookups"
}

// readScope reads the lists of all flags.
func (r *run) readScope() (err error) {
	flags := scope.Flags{Allow: r.Allow, Deny: r.Deny, AllowFile: r.AllowFile, DenyFile: r.DenyFile, Link: r.origin.Link}
	r.scope, err = flags.Read(r.ctx, scope.Options{Resolver: r.resolver, Services: r.services}, r.ctx.Open, r.ctx.Getenv)
	return err
}
