package udp

import (
	"errors"
	"syscall"

	"portkit/pkg/endpoint"
)

// systemReasons are Winsock's own numbers, which differ from the ones that
// package syscall makes up for the names of Unix.
var systemReasons = []errnoReason{
	{10054, endpoint.PortUnreach},  // WSAECONNRESET
	{10065, endpoint.HostUnreach},  // WSAEHOSTUNREACH
	{10051, endpoint.NetUnreach},   // WSAENETUNREACH
	{10052, endpoint.TimeExceeded}, // WSAENETRESET
}

// tooLong says that a datagram was longer than what was read of it, which
// Windows tells as WSAEMSGSIZE.
func tooLong(err error) bool { return errors.Is(err, syscall.Errno(10040)) }
