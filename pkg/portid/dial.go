package portid

import (
	"context"
	"net"
	"net/netip"
	"syscall"

	"portkit/pkg/endpoint"
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
	return d
}

// dial opens a connection over "tcp" or "udp".
func (d *dialer) dial(ctx context.Context, network string, to netip.AddrPort) (net.Conn, error) {
	from := d.Dialer
	switch source := netip.AddrPortFrom(d.origin.Source, 0); {
	case !d.origin.Source.IsValid():
	case d.origin.Source.Is4() != to.Addr().Is4():
		return nil, syscall.EAFNOSUPPORT
	case network == endpoint.UDP.String():
		from.LocalAddr = net.UDPAddrFromAddrPort(source)
	default:
		from.LocalAddr = net.TCPAddrFromAddrPort(source)
	}
	return from.DialContext(ctx, network, to.String())
}
