package identify

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"syscall"
	"time"

	"golang.org/x/time/rate"

	"portkit/pkg/endpoint"
	"portkit/pkg/errno"
)

// dialer makes the connections to an endpoint, one after the other.
type dialer struct {
	*Engine
	Target    // its RTT is that of the first connection if none was known
	ctx       context.Context
	address   *address
	conns     int           // connections made, or datagrams sent
	connected bool          // the endpoint accepted a connection, or replied to a datagram
	took      time.Duration // by the first connection; negative without one
	reason    endpoint.Reason
	local     netip.Addr // of this end of the connections
}

// connectTimeout is the time of three retransmissions of a SYN.
const connectTimeout = 10 * time.Second

// maxConns is the maximum number of connections to an endpoint, by effort.
var maxConns = [...]int{Quick: 3, Normal: 12, Thorough: 120}

// errGone means that the endpoint accepts no connections, or may be sent no more.
var errGone = errors.New("no further connection")

// dial makes a connection. Its error is errGone, or one that this machine caused.
func (d *dialer) dial() (*line, error) {
	if d.conns >= maxConns[d.Effort] {
		return nil, errGone
	}
	if err := d.admit(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(d.ctx, connectTimeout)
	defer cancel()
	began := time.Now()
	c, err := d.Dial(ctx, "tcp", d.Addr)
	d.conns++
	if err != nil {
		return nil, d.failed(err)
	}
	if !d.connected {
		d.connected, d.took, d.local = true, time.Since(began), localAddr(c)
		if d.RTT < 0 {
			d.RTT = d.took
		}
	}
	if end, ok := d.ctx.Deadline(); ok {
		c.SetWriteDeadline(end)
	}
	return &line{Conn: newWatched(d.ctx, c), port: d.Addr.Port(), table: d.table, began: time.Now()}, nil
}

// failed records why the first connection failed. What was found out before a later one
// failed stays.
func (d *dialer) failed(err error) error {
	reason, local := Classify(err)
	switch {
	case d.ctx.Err() != nil:
	case local:
		return err
	case !d.connected:
		d.reason = reason
	}
	return errGone
}

// admit waits until a connection may be made or a datagram may be sent.
func (d *dialer) admit() error {
	if d.Allowed != nil && !d.Allowed(d.Addr, d.Proto) {
		return errors.New("out of scope") // unreachable: the caller has checked
	}
	return d.limits.wait(d.ctx, d.address)
}

// watched is a connection that the end of a context closes.
type watched struct {
	net.Conn
	stop func() bool
}

func newWatched(ctx context.Context, c net.Conn) *watched {
	return &watched{c, context.AfterFunc(ctx, func() { c.Close() })}
}

func (w *watched) Close() error {
	w.stop()
	return w.Conn.Close()
}

// localAddr returns the address of this end of a connection.
func localAddr(c net.Conn) netip.Addr {
	if a, ok := c.LocalAddr().(interface{ AddrPort() netip.AddrPort }); ok {
		return a.AddrPort().Addr().Unmap()
	}
	return netip.IPv4Unspecified()
}

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
	if l.host > 0 && a.limiter(l.host).Wait(ctx) != nil || l.all != nil && l.all.Wait(ctx) != nil {
		return errGone
	}
	return nil
}
