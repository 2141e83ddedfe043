package udp

import (
	"context"
	"net"

	"portkit/pkg/endpoint"
	"portkit/pkg/errno"
	"portkit/pkg/payload"
	"portkit/pkg/probe"
	"portkit/pkg/probe/internal/goroutine"
)

// NewPortable returns a transport for one worker that starts a goroutine with a
// connected socket for every attempt. It knows ICMP errors as the system's errno
// only, and neither TTLs nor replies from other ports.
func NewPortable(o Options, c probe.Clock) probe.Transport {
	p := prober{requests: o.Requests, tokens: newTokens()}
	if o.Source.IsValid() {
		p.dialer.LocalAddr = &net.UDPAddr{IP: o.Source.AsSlice(), Zone: o.Source.Zone()}
	}
	return goroutine.New(o.Room, c, p.probe)
}

// prober makes attempts.
type prober struct {
	requests Requests
	tokens   tokens
	dialer   net.Dialer
}

// probe makes one attempt; ok is false for no reply.
func (p *prober) probe(ctx context.Context, a *probe.Attempt) (answer probe.Reply, ok bool) {
	conn, err := p.dialer.DialContext(ctx, "udp", a.To.String())
	if err != nil {
		return probe.Reply{Reason: endpoint.LocalError, Err: errno.Bare(err)}, true
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	q, r := p.tokens.query(a.To), p.requests.of(a.To.Port(), a.N)
	if _, err := conn.Write(r.Build(nil, q)); err != nil {
		return probe.Reply{Reason: endpoint.LocalError, Err: errno.Bare(err)}, true
	}
	var text [2048]byte
	n, err := conn.Read(text[:])
	if err != nil && !errno.Truncated(err) {
		// A local error while waiting is not evidence, like no reply.
		reason := errno.Reason(err, endpoint.UDP)
		return probe.Reply{Reason: reason}, reason != 0 && reason != endpoint.LocalError
	}
	return probe.Reply{
		Reason: endpoint.UDPResponse, From: a.To.Addr(),
		App: payload.Recognize(a.To.Port(), r, text[:n], q),
	}, true
}
