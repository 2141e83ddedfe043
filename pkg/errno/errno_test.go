package errno

import (
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"testing"

	"portkit/pkg/endpoint"
)

// wrapped returns an errno as package net returns it.
func wrapped(e syscall.Errno) error {
	return &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", e)}
}

func TestReasonOfEveryProtocol(t *testing.T) {
	for _, c := range []struct {
		err      error
		tcp, udp endpoint.Reason
	}{
		{syscall.ECONNREFUSED, endpoint.ConnRefused, endpoint.PortUnreach},
		{wrapped(syscall.ECONNREFUSED), endpoint.ConnRefused, endpoint.PortUnreach},
		{wrapped(10061), endpoint.ConnRefused, endpoint.PortUnreach},
		{wrapped(10054), endpoint.SynAck, endpoint.PortUnreach},
		{syscall.ECONNRESET, endpoint.SynAck, endpoint.PortUnreach},
		{syscall.EHOSTUNREACH, endpoint.HostUnreach, endpoint.HostUnreach},
		{syscall.ENETUNREACH, endpoint.NetUnreach, endpoint.NetUnreach},
		{syscall.EACCES, endpoint.AdminProhibited, endpoint.AdminProhibited},
		{wrapped(syscall.ETIMEDOUT), 0, 0},
		{syscall.EPROTO, 0, 0},
		{syscall.EMFILE, endpoint.LocalError, endpoint.LocalError},
		{wrapped(10052), endpoint.LocalError, endpoint.TimeExceeded},
		{io.EOF, endpoint.LocalError, endpoint.LocalError},
	} {
		if got := Reason(c.err, endpoint.TCP); got != c.tcp {
			t.Errorf("TCP: %v is %v, want %v", c.err, got, c.tcp)
		}
		if got := Reason(c.err, endpoint.UDP); got != c.udp {
			t.Errorf("UDP: %v is %v, want %v", c.err, got, c.udp)
		}
	}
}

func TestEveryErrnoHasOneRow(t *testing.T) {
	seen := map[syscall.Errno]bool{}
	for _, r := range reasons {
		if seen[r.errno] {
			t.Errorf("%v has two rows", r.errno)
		}
		seen[r.errno] = true
	}
}

func TestBareRemovesAddressAndCall(t *testing.T) {
	if got := Bare(wrapped(syscall.ENETUNREACH)); got != syscall.ENETUNREACH {
		t.Errorf("%#v", got)
	}
	other := errors.New("no suitable address")
	if got := Bare(other); got != other {
		t.Errorf("%#v", got)
	}
}

func TestTruncatedIsWinsockAlone(t *testing.T) {
	if !Truncated(wrapped(10040)) || Truncated(syscall.EMSGSIZE) || Truncated(nil) {
		t.Error("only WSAEMSGSIZE reports a truncated datagram")
	}
}
