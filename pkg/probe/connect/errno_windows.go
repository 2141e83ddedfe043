package connect

import (
	"syscall"

	"portkit/pkg/endpoint"
)

// systemReasons are Winsock's own numbers, which differ from the ones that
// package syscall makes up for the names of Unix.
var systemReasons = []struct {
	errno  syscall.Errno
	reason endpoint.Reason
}{
	{10061, endpoint.ConnRefused}, // WSAECONNREFUSED
	{10054, endpoint.SynAck},      // WSAECONNRESET
	{10065, endpoint.HostUnreach}, // WSAEHOSTUNREACH
	{10064, endpoint.HostUnreach}, // WSAEHOSTDOWN
	{10051, endpoint.NetUnreach},  // WSAENETUNREACH
	{10060, 0},                    // WSAETIMEDOUT
}
