package connect

import (
	"context"
	"net"

	"portkit/pkg/endpoint"
	"portkit/pkg/probe"
	"portkit/pkg/probe/internal/goroutine"
)

// NewPortable returns a transport for one worker with a goroutine and a
// net.Dialer for every attempt. It sees what errno tells: a rejection by ICMP as
// far as the system passes it on, no time to live, and a port-unreachable as a
// refusal. Two probes of this machine that connect to each other count as open.
func NewPortable(o Options, c probe.Clock) probe.Transport {
	d := net.Dialer{KeepAlive: -1, FallbackDelay: -1}
	if o.Source.IsValid() {
		d.LocalAddr = &net.TCPAddr{IP: o.Source.AsSlice(), Zone: o.Source.Zone()}
	}
	return goroutine.New(o.Room, c, func(ctx context.Context, a *probe.Attempt) (probe.Answer, bool) {
		return dial(ctx, &d, a)
	})
}

// dial makes one attempt.
func dial(ctx context.Context, d *net.Dialer, a *probe.Attempt) (answer probe.Answer, ok bool) {
	conn, err := d.DialContext(ctx, "tcp", a.To.String())
	if err != nil {
		answer.Reason, answer.Err = reasonOf(err, a.To)
		return answer, answer.Reason != 0
	}
	defer hangUp(conn)
	if conn.LocalAddr().String() == conn.RemoteAddr().String() {
		return probe.Answer{Reason: endpoint.LocalError, Err: ErrSelf}, true
	}
	return probe.Answer{Reason: endpoint.SynAck, From: a.To.Addr()}, true
}

// hangUp ends an open connection with a reset, so that it leaves nothing
// behind that waits.
func hangUp(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
	conn.Close()
}
