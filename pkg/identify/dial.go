package identify

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"time"

	"golang.org/x/time/rate"

	"portkit/pkg/endpoint"
	"portkit/pkg/errno"
)

// Classify returns the reason that an error of connecting stands for, and whether it is
// an error of this machine. No reply in time is no-response.
func Classify(err error) (reason endpoint.Reason, local bool) {
	if isTimeout(err) || errors.Is(err, context.DeadlineExceeded) {
		return endpoint.NoResponse, false
	}
	switch reason = errno.Reason(err, endpoint.TCP); reason {
	case 0:
		return endpoint.NoResponse, false
	case endpoint.LocalError:
		return reason, true
	}
	return reason, false
}

func isTimeout(err error) bool {
	var n net.Error
	return errors.Is(err, os.ErrDeadlineExceeded) || errors.As(err, &n) && n.Timeout()
}

// isReset reports whether a connection was reset, not closed.
func isReset(err error) bool {
	return !errors.Is(err, io.EOF) && errors.Is(err, syscall.ECONNRESET)
}

// bucket limits the connections to an address.
type bucket = *rate.Limiter

// limits are the maximum rates of connections.
type limits struct {
	all  *rate.Limiter
	host float64
}

// maxBurst is the time in which connections may be made at once.
const maxBurst = 10 * time.Millisecond

func newLimiter(perSecond float64) *rate.Limiter {
	if perSecond == 0 {
		return nil
	}
	return rate.NewLimiter(rate.Limit(perSecond), max(1, int(perSecond*maxBurst.Seconds())))
}

func newLimits(all, host float64) *limits { return &limits{newLimiter(all), host} }

// wait waits until a connection to an address may be made.
func (l *limits) wait(ctx context.Context, a *address) error {
	if l.host > 0 {
		a.mu.Lock()
		if a.bucket == nil {
			a.bucket = newLimiter(l.host)
		}
		b := a.bucket
		a.mu.Unlock()
		if err := b.Wait(ctx); err != nil {
			return errGone
		}
	}
	if l.all != nil && l.all.Wait(ctx) != nil {
		return errGone
	}
	return nil
}
