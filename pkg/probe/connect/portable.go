package connect

import (
	"context"
	"net"
	"net/netip"

	"portkit/pkg/endpoint"
	"portkit/pkg/errno"
	"portkit/pkg/probe"
	"portkit/pkg/probe/internal/goroutine"
)

// NewPortable returns a transport for one worker that starts a goroutine with a
// net.Dialer for every attempt. It knows errors as the system's errno only: some ICMP
// codes are indistinguishable, a port-unreachable looks like a refusal, and there is
// no TTL. Two probes of this machine that connect to each other count as open.
func NewPortable(o Options, c probe.Clock) probe.Transport {
	d := net.Dialer{KeepAlive: -1, FallbackDelay: -1}
	if o.Source.IsValid() {
		d.LocalAddr = &net.TCPAddr{IP: o.Source.AsSlice(), Zone: o.Source.Zone()}
	}
	return goroutine.New(o.Room, c, func(ctx context.Context, a *probe.Attempt) (probe.Reply, bool) {
		return dial(ctx, &d, a)
	})
}

// dial makes one attempt; ok is false for no reply.
func dial(ctx context.Context, d *net.Dialer, a *probe.Attempt) (answer probe.Reply, ok bool) {
	conn, err := d.DialContext(ctx, "tcp", a.To.String())
	if err != nil {
		answer.Reason, answer.Err = reasonOf(err, a.To)
		return answer, answer.Reason != 0
	}
	defer closeWithReset(conn)
	if conn.LocalAddr().String() == conn.RemoteAddr().String() {
		return probe.Reply{Reason: endpoint.LocalError, Err: ErrSelf}, true
	}
	return probe.Reply{Reason: endpoint.SynAck, From: a.To.Addr()}, true
}

// reasonOf returns the reason of a failed connect, with the error if it is
// LocalError.
func reasonOf(err error, to netip.AddrPort) (endpoint.Reason, error) {
	reason := errno.Reason(err, endpoint.TCP)
	switch {
	case reason == endpoint.LocalError:
		return reason, errno.Bare(err)
	case reason.State(endpoint.TCP) == endpoint.Filtered:
		if err := routable(to); err != nil {
			return endpoint.LocalError, errno.Bare(err)
		}
	}
	return reason, nil
}

// routable returns the error of this machine if it has no route to an address.
// Connecting a datagram socket sends nothing, so the error cannot be the network's.
func routable(to netip.AddrPort) error {
	conn, err := net.Dial("udp", to.String())
	if err != nil {
		return err
	}
	conn.Close()
	return nil
}

// closeWithReset closes an open connection so that it does not stay in TIME_WAIT.
func closeWithReset(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
	conn.Close()
}
