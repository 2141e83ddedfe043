package udp

import (
	"context"
	"errors"
	"net"
	"syscall"

	"portkit/pkg/endpoint"
	"portkit/pkg/payload"
	"portkit/pkg/probe"
	"portkit/pkg/probe/internal/goroutine"
)

// NewPortable returns a transport for one worker with a goroutine and a
// connected socket for every attempt. It sees what errno tells of ICMP, no time
// to live, and no answer from another port.
func NewPortable(o Options, c probe.Clock) probe.Transport {
	a := asker{requests: o.Requests, tokens: newTokens()}
	if o.Source.IsValid() {
		a.dialer.LocalAddr = &net.UDPAddr{IP: o.Source.AsSlice(), Zone: o.Source.Zone()}
	}
	return goroutine.New(o.Room, c, a.ask)
}

// asker makes attempts one at a time.
type asker struct {
	requests Requests
	tokens   tokens
	dialer   net.Dialer
}

// ask is the whole life of an attempt.
func (k *asker) ask(ctx context.Context, a *probe.Attempt) (answer probe.Answer, ok bool) {
	conn, err := k.dialer.DialContext(ctx, "udp", a.To.String())
	if err != nil {
		return probe.Answer{Reason: endpoint.LocalError, Err: plain(err)}, true
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	q, r := k.tokens.query(a.To), k.requests.of(a.To.Port(), a.N)
	if _, err := conn.Write(r.Build(nil, q)); err != nil {
		return probe.Answer{Reason: endpoint.LocalError, Err: plain(err)}, true
	}
	var text [2048]byte
	n, err := conn.Read(text[:])
	if err != nil && !tooLong(err) {
		reason := reasonOf(err)
		return probe.Answer{Reason: reason}, reason != 0
	}
	return probe.Answer{
		Reason: endpoint.UDPResponse, From: a.To.Addr(),
		App: payload.Recognize(a.To.Port(), r, text[:n], q),
	}, true
}

// errnoReason is what an errno stands for.
type errnoReason struct {
	errno  syscall.Errno
	reason endpoint.Reason
}

// reasons are the errors of a connected socket that ICMP causes, as far as
// systems pass it on (RFC 1122 section 4.1.3.3).
var reasons = append([]errnoReason{
	{syscall.ECONNREFUSED, endpoint.PortUnreach},
	{syscall.ECONNRESET, endpoint.PortUnreach}, // Windows' word for it
	{syscall.EHOSTUNREACH, endpoint.HostUnreach},
	{syscall.EHOSTDOWN, endpoint.HostUnreach},
	{syscall.ENETUNREACH, endpoint.NetUnreach},
	{syscall.ENOPROTOOPT, endpoint.ProtoUnreach},
	{syscall.EOPNOTSUPP, endpoint.DestUnreach},
	{syscall.EACCES, endpoint.AdminProhibited},
}, systemReasons...)

// reasonOf says what an error of reading stands for; 0: nothing that was heard.
func reasonOf(err error) endpoint.Reason {
	for _, r := range reasons {
		if errors.Is(err, r.errno) {
			return r.reason
		}
	}
	return 0
}

// plain takes the addresses and the name of the call off an error: the record
// and the message name them already.
func plain(err error) error {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return errno
	}
	return err
}
