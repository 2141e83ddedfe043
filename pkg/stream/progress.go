package stream

import (
	"io"
	"strconv"
	"time"

	"portkit/pkg/cli"
	"portkit/pkg/ndjson"
)

// waitingAfter is the time without a settled endpoint after which progress names
// the cause.
const waitingAfter = 2 * time.Second

// Progress is how far the run has come.
type Progress struct {
	Done, Total, InFlight, Open, Errors int64

	Others  []Count
	Settled int64   // done without those found in the file of --resume
	Rate    float64 // records per second, smoothed
	Elapsed time.Duration
	Waiting string // what the run waits for; "" while it does not

	lastDone time.Duration // elapsed when Done last grew
}

// Count is a count that one tool adds to the progress.
type Count struct {
	Name string // in JSON
	Noun string // in text, in the singular; "" if it is not shown there
	N    int64
}

// Follow sets what depends on the progress before: the rate, as a moving average, and
// what the run waits for.
func (p *Progress) Follow(last Progress, waitingFor func() string) {
	p.Rate = last.Rate
	if d := (p.Elapsed - last.Elapsed).Seconds(); d > 0.05 {
		now := float64(p.Settled-last.Settled) / d
		p.Rate += (now - p.Rate) * 0.3
		if last.Elapsed == 0 {
			p.Rate = now
		}
	}
	if p.lastDone = last.lastDone; p.Done != last.Done {
		p.lastDone = p.Elapsed
	}
	if p.Elapsed-p.lastDone >= waitingAfter {
		p.Waiting = waitingFor()
	}
}

// Display shows progress as often as the flags require, and on SIGUSR1.
type Display struct {
	Style string // of --progress; "never" with --quiet
	Ctx   *cli.Context
	Files []string
	Total *Total
	// Next returns the current progress, after the one before.
	Next func(last Progress) Progress
	// Shown is called after progress was shown; may be nil.
	Shown func(Progress)
}

// Start starts showing progress, which ends with stop.
func (d *Display) Start() (stop func()) {
	show, every := d.style()
	asked, forget := cli.ProgressRequests()
	quit, done := make(chan struct{}), make(chan struct{})
	if show != nil {
		d.Total.Count(d.Ctx, d.Files, quit)
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
		var last Progress
		for {
			select {
			case <-ticks:
				last = d.Next(last)
				show(last)
				if d.Shown != nil {
					d.Shown(last)
				}
			case <-asked:
				last = d.Next(last)
				d.Ctx.Log.Printf("%s", last.text(0))
			case <-quit:
				if show != nil {
					show(d.Next(last))
					d.Ctx.Log.Status("")
				}
				return
			}
		}
	}()
	return func() { close(quit); <-done }
}

// style returns how progress is shown, and how often; nil if it is not.
func (d *Display) style() (show func(Progress), every time.Duration) {
	switch {
	case d.Style == "never":
		return nil, 0
	case d.Style == "json":
		return func(p Progress) { io.WriteString(d.Ctx.Stderr, p.json()) }, time.Second
	case d.Ctx.ErrTerminal:
		return d.draw, time.Second / 5
	case d.Style == "always":
		return func(p Progress) { d.Ctx.Log.Printf("%s", p.text(0)) }, time.Second
	}
	return nil, 0
}

// draw draws the status line. It waits for the first record: until then the user may
// still be typing the input of portgen.
func (d *Display) draw(p Progress) {
	if p.Done+p.InFlight > 0 {
		d.Ctx.Log.Status(p.text(d.Ctx.Log.StatusColumns()))
	}
}

// left returns the estimated time to the end; false if unknown. It is unknown if
// more than Total are done, because then Total is wrong.
func (p *Progress) left() (time.Duration, bool) {
	if p.Done >= p.Total || p.Rate < 0.001 {
		return 0, p.Total > 0 && p.Done == p.Total
	}
	return time.Duration(float64(p.Total-p.Done) / p.Rate * float64(time.Second)), true
}

// json returns the object of --progress json. total and eta_s are absent while
// unknown.
func (p *Progress) json() string {
	var o ndjson.Object
	o.Add("done", p.Done)
	if p.Total > 0 {
		o.Add("total", p.Total)
	}
	o.Add("in_flight", p.InFlight)
	o.Add("open", p.Open)
	o.Add("errors", p.Errors)
	for _, c := range p.Others {
		o.Add(c.Name, c.N)
	}
	o.Add("rate", decimal(p.Rate, 1))
	o.Add("elapsed_s", decimal(p.Elapsed.Seconds(), 3))
	if left, ok := p.left(); ok {
		o.Add("eta_s", decimal(left.Seconds(), 1))
	}
	return string(ndjson.Append(nil, o)) + "\n"
}

func decimal(f float64, digits int) ndjson.Raw {
	return ndjson.Raw(strconv.FormatFloat(f, 'f', digits, 64))
}
