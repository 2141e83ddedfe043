package portid

import (
	"context"
	"net"
	"net/netip"
	"syscall"

	"portkit/pkg/origin"
)

// dialer connects from where --source and --interface require.
type dialer struct {
	net.Dialer
	origin origin.Origin
}

func newDialer(o origin.Origin) *dialer {
	d := &dialer{net.Dialer{KeepAlive: -1}, o}
	d.Control = func(_, _ string, c syscall.RawConn) error { return o.Prepare(c) }
	if o.Source.IsValid() {
		d.LocalAddr = net.TCPAddrFromAddrPort(netip.AddrPortFrom(o.Source, 0))
	}
	return d
}

// dial opens a TCP connection.
func (d *dialer) dial(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
	if d.origin.Source.IsValid() && d.origin.Source.Is4() != to.Addr().Is4() {
		return nil, syscall.EAFNOSUPPORT
	}
	return d.DialContext(ctx, "tcp", to.String())
}
