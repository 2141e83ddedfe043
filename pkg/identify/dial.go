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

	"portkit/pkg/endpoint"
	"portkit/pkg/errno"
)

// dialer makes the connections to an endpoint, one after the other.
type dialer struct {
	*Engine
	Target    // its RTT is that of the first connection if none was known
	ctx       context.Context
	clock     clock
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

// dial makes a connection. Its error is errGone, ErrStopped, or one that this machine
// caused.
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
	return &line{Conn: newWatched(d.ctx, c), port: d.Addr.Port(), table: d.all, began: time.Now()}, nil
}

// failed records why the first connection failed. What was found out before a later one
// failed stays.
func (d *dialer) failed(err error) error {
	reason, local := Classify(err)
	if local && d.ctx.Err() != nil {
		reason, local = endpoint.NoResponse, false // canceled by the timeout
	}
	switch {
	case local:
		return err
	case !d.connected:
		d.reason = reason
	}
	return errGone
}

// admit waits until a connection may be made or a datagram may be sent. The clock is
// stopped meanwhile.
func (d *dialer) admit() error {
	if d.Allowed != nil && !d.Allowed(d.Addr, d.Proto) {
		return errors.New("out of scope") // unreachable: the caller has checked
	}
	d.clock.stop()
	if err := d.waitForRate(); err != nil {
		return err
	}
	if d.ctx.Err() != nil {
		return errGone
	}
	d.clock.start()
	return nil
}

// waitForRate waits until the maximum rates permit a connection. Before the first one,
// Stop ends the wait.
func (d *dialer) waitForRate() error {
	if d.conns > 0 {
		return d.limits.wait(d.ctx, d.address, false)
	}
	ctx, cancel := context.WithCancel(d.ctx)
	defer cancel()
	defer context.AfterFunc(d.stopped, cancel)()
	err := d.limits.wait(ctx, d.address, true)
	if d.stopped.Err() != nil {
		return ErrStopped
	}
	return err
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
