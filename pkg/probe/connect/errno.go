package connect

import (
	"errors"
	"net"
	"net/netip"
	"syscall"

	"portkit/pkg/endpoint"
)

// reasons are the errors of connect that something on the network caused. On
// the way to errno most systems fold the codes of ICMP together (RFC 1122
// section 4.2.3.9): what is told apart here is what they keep apart.
var reasons = []struct {
	errno  syscall.Errno
	reason endpoint.Reason
}{
	{syscall.ECONNREFUSED, endpoint.ConnRefused},
	// A reset can only follow a handshake: before one it is a refusal.
	{syscall.ECONNRESET, endpoint.SynAck},
	{syscall.EHOSTUNREACH, endpoint.HostUnreach},
	{syscall.EHOSTDOWN, endpoint.HostUnreach},
	{syscall.ENETUNREACH, endpoint.NetUnreach},
	{syscall.ENOPROTOOPT, endpoint.ProtoUnreach},
	{syscall.EOPNOTSUPP, endpoint.DestUnreach}, // ICMP 3/5, source route failed
	{syscall.EACCES, endpoint.AdminProhibited},
	{syscall.EPROTO, 0}, // ICMP parameter problem: about the packet, not the port
	// The system gave up by itself: that is silence, which the worker judges.
	{syscall.ETIMEDOUT, 0},
}

// reasonOf says what an error of connect stands for: a Reason of the network,
// 0 for silence, or LocalError with the error of this machine.
func reasonOf(err error, to netip.AddrPort) (endpoint.Reason, error) {
	for _, r := range append(reasons, systemReasons...) {
		if !errors.Is(err, r.errno) {
			continue
		}
		if r.reason.State(endpoint.TCP) == endpoint.Filtered {
			if local := sendable(to); local != nil {
				return endpoint.LocalError, plain(local)
			}
		}
		return r.reason, nil
	}
	return endpoint.LocalError, plain(err)
}

// sendable asks this machine whether it has a way to an address at all. To
// connect a datagram socket sends nothing (RFC 768 has no handshake): an error
// can only be this machine's own.
func sendable(to netip.AddrPort) error {
	conn, err := net.Dial("udp", to.String())
	if err != nil {
		return err
	}
	conn.Close()
	return nil
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
