package portprobe

import (
	"strings"
	"testing"
	"time"

	"portkit/pkg/cli"
	"portkit/pkg/probe"
)

// The flag is mentioned once, on a terminal, in a run without it.
func TestSkipSilentIsMentioned(t *testing.T) {
	for name, c := range map[string]struct {
		change   func(*Command, *cli.Context)
		elapsed  time.Duration
		unheard  int64
		mentions int
	}{
		"mostly dead":      {nil, 10 * time.Second, 901, 1},
		"too early":        {nil, 9 * time.Second, 1000, 0},
		"many replies":     {nil, time.Minute, 900, 0},
		"with the flag":    {func(c *Command, _ *cli.Context) { c.SkipSilent = 20 }, time.Minute, 1000, 0},
		"no terminal":      {func(_ *Command, ctx *cli.Context) { ctx.ErrTerminal = false }, time.Minute, 1000, 0},
		"progress as JSON": {func(c *Command, _ *cli.Context) { c.Progress = "json" }, time.Minute, 1000, 0},
	} {
		var log strings.Builder
		ctx := &cli.Context{ErrTerminal: true, Log: cli.NewLog("portprobe", &log, func() int { return 80 })}
		r := &run{Command: &Command{}, ctx: ctx}
		if c.change != nil {
			c.change(r.Command, ctx)
		}
		var counts probe.Counts
		counts.Attempts.Store(1000)
		counts.Unheard.Store(c.unheard)
		hint := r.skipHint()
		hint(c.elapsed, &counts)
		hint(c.elapsed, &counts)
		if n := strings.Count(log.String(), "--skip-silent 20"); n != c.mentions {
			t.Errorf("%s: %d mentions, want %d: %s", name, n, c.mentions, log.String())
		}
	}
}
