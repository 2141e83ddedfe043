// Package errno translates the errors of socket calls into reasons. It knows the
// numbers of Unix and of Winsock, which do not overlap: those of Unix are below
// 10000.
package errno

import (
	"errors"
	"syscall"

	"portkit/pkg/endpoint"
)

// noReply is the reason of errors that are not evidence: the engine treats them as
// a timeout.
const noReply endpoint.Reason = 0

// The numbers of Winsock. Package syscall gives the names of Unix other numbers on
// Windows, which system calls do not return.
const (
	wsaMsgSize     syscall.Errno = 10040
	wsaNetUnreach  syscall.Errno = 10051
	wsaNetReset    syscall.Errno = 10052
	wsaConnReset   syscall.Errno = 10054
	wsaTimedOut    syscall.Errno = 10060
	wsaConnRefused syscall.Errno = 10061
	wsaHostDown    syscall.Errno = 10064
	wsaHostUnreach syscall.Errno = 10065
)

// reasons are the errors that the network causes: those of connect for TCP, those
// of a connected socket for UDP. Most systems map several ICMP codes to one errno
// (RFC 1122 sections 4.1.3.3 and 4.2.3.9).
var reasons = []struct {
	errno    syscall.Errno
	tcp, udp endpoint.Reason
}{
	{syscall.ECONNREFUSED, endpoint.ConnRefused, endpoint.PortUnreach},
	{wsaConnRefused, endpoint.ConnRefused, endpoint.PortUnreach},
	// TCP: a reset before the handshake would be a refusal, so this one follows it.
	// UDP: Windows reports a port-unreachable as a reset.
	{syscall.ECONNRESET, endpoint.SynAck, endpoint.PortUnreach},
	{wsaConnReset, endpoint.SynAck, endpoint.PortUnreach},
	{syscall.EHOSTUNREACH, endpoint.HostUnreach, endpoint.HostUnreach},
	{wsaHostUnreach, endpoint.HostUnreach, endpoint.HostUnreach},
	{syscall.EHOSTDOWN, endpoint.HostUnreach, endpoint.HostUnreach},
	{wsaHostDown, endpoint.HostUnreach, endpoint.HostUnreach},
	{syscall.ENETUNREACH, endpoint.NetUnreach, endpoint.NetUnreach},
	{wsaNetUnreach, endpoint.NetUnreach, endpoint.NetUnreach},
	{syscall.ENOPROTOOPT, endpoint.ProtoUnreach, endpoint.ProtoUnreach},
	{syscall.EOPNOTSUPP, endpoint.DestUnreach, endpoint.DestUnreach}, // ICMP 3/5, source route failed
	{syscall.EACCES, endpoint.AdminProhibited, endpoint.AdminProhibited},
	{syscall.EPROTO, noReply, noReply}, // ICMP parameter problem: about the packet, not the port
	{syscall.ETIMEDOUT, noReply, noReply},
	{wsaTimedOut, noReply, noReply},
	{wsaNetReset, endpoint.LocalError, endpoint.TimeExceeded},
}

// Reason returns the reason that an error of a socket stands for: 0 for no reply,
// LocalError for an error that the network does not cause.
func Reason(err error, p endpoint.Proto) endpoint.Reason {
	e, ok := find(err)
	for _, r := range reasons {
		switch {
		case !ok || r.errno != e:
		case p == endpoint.UDP:
			return r.udp
		default:
			return r.tcp
		}
	}
	return endpoint.LocalError
}

// Truncated reports whether an error only means that a datagram was longer than
// the buffer. Windows alone reports that.
func Truncated(err error) bool {
	e, ok := find(err)
	return ok && e == wsaMsgSize
}

// Bare returns the errno in an error, without addresses and call names, which the
// record contains already. An error without an errno is returned as it is.
func Bare(err error) error {
	if e, ok := find(err); ok {
		return e
	}
	return err
}

func find(err error) (e syscall.Errno, ok bool) {
	ok = errors.As(err, &e)
	return e, ok
}
