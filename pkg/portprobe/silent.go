package portprobe

import (
	"errors"
	"io/fs"
	"time"

	"portkit/pkg/probe"
	"portkit/pkg/probe/echo"
)

const (
	// hintAfter is the duration of a run without --skip-silent after which the flag is
	// mentioned, and hintShare the share of its probes that were sent to addresses that
	// never replied.
	hintAfter = 10 * time.Second
	hintShare = 0.9
)

// skipHint returns a function that mentions --skip-silent once on a terminal, if the run
// would be shorter with it.
func (r *run) skipHint() func(time.Duration, *probe.Counts) {
	done := r.SkipSilent > 0 || !r.ctx.ErrTerminal || r.Progress == "json"
	return func(elapsed time.Duration, c *probe.Counts) {
		if !done && elapsed >= hintAfter && float64(c.Unheard.Load()) > hintShare*float64(c.Attempts.Load()) {
			done = true
			r.ctx.Log.Printf("most probes are sent to addresses that never reply: --skip-silent 20 skips these; use it with portgen --order interleaved or random")
		}
	}
}

// openEcho opens the sockets for the echo requests of --skip-silent. Without permission
// there are none: --skip-silent then depends on other replies alone.
func (r *run) openEcho() {
	if r.SkipSilent == 0 || r.simulate != nil {
		return
	}
	s, err := echo.Open(echo.Options{Source: r.origin.Source, Interface: r.origin.Link})
	if r.echo = s; err == nil || !r.Verbose {
		return
	}
	if errors.Is(err, fs.ErrPermission) {
		r.ctx.Log.Printf("--skip-silent sends no ICMP echo requests: they require CAP_NET_RAW or a group in net.ipv4.ping_group_range")
		return
	}
	r.ctx.Log.Printf("--skip-silent sends no ICMP echo requests: %v", err)
}

func (r *run) closeEcho() {
	if r.echo != nil {
		r.echo.Close()
		r.echo = nil
	}
}
