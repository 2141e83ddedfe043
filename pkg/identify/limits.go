package identify

import (
	"context"
	"time"

	"golang.org/x/time/rate"
)

// limits are the maximum rates of connections.
type limits struct {
	all  *limiter
	host float64
}

func newLimits(all, host float64) *limits { return &limits{newLimiter(all), host} }

// wait waits until a connection to an address may be made. first reports whether it is
// the first one to its endpoint.
func (l *limits) wait(ctx context.Context, a *address, first bool) error {
	if l.host > 0 {
		if err := a.limiter(l.host).wait(ctx, first); err != nil {
			return err
		}
	}
	return l.all.wait(ctx, first)
}

// limiter is a maximum rate of connections. Of the endpoints without a connection, only
// one at a time waits for the rate itself. The others wait for that one, so that they do
// not delay the endpoints that have begun.
type limiter struct {
	*rate.Limiter
	first chan struct{} // contains an element while an endpoint waits for its first connection
}

// maxBurst is the time in which connections may be made at once.
const maxBurst = 10 * time.Millisecond

// newLimiter returns a limiter; nil without a limit.
func newLimiter(perSecond float64) *limiter {
	if perSecond == 0 {
		return nil
	}
	burst := max(1, int(perSecond*maxBurst.Seconds()))
	return &limiter{rate.NewLimiter(rate.Limit(perSecond), burst), make(chan struct{}, 1)}
}

// wait waits until a connection may be made.
func (l *limiter) wait(ctx context.Context, first bool) error {
	if l == nil {
		return nil
	}
	if first {
		select {
		case l.first <- struct{}{}:
			defer func() { <-l.first }()
		case <-ctx.Done():
			return errGone
		}
	}
	if l.Wait(ctx) != nil {
		return errGone
	}
	return nil
}
