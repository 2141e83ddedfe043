package kernel

import (
	"encoding/binary"
	"errors"
	"iter"
	"net/netip"
	"syscall"

	"golang.org/x/sys/unix"

	"portkit/pkg/endpoint"
	"portkit/pkg/probe"
	"portkit/pkg/wire"
)

// Queued is an entry of a socket's error queue: struct sock_extended_err and the address that
// follows it (ip(7), IP_RECVERR; ipv6(7), IPV6_RECVERR).
type Queued struct {
	Errno      syscall.Errno
	Proto      uint8      // wire.ProtoICMP or ProtoICMPv6; 0: an error of this machine
	Kind, Code uint8      // of the ICMP message
	Offender   netip.Addr // sender of the ICMP message; the zero Addr if unknown
}

// ParseQueued finds the entry among the control messages of a read with MSG_ERRQUEUE, which
// may contain anything.
func ParseQueued(b []byte) (q Queued, ok bool) {
	for m := range Messages(b) {
		if m.Level == unix.SOL_IP && m.Type == unix.IP_RECVERR || m.Level == unix.SOL_IPV6 && m.Type == unix.IPV6_RECVERR {
			return parseExtended(m.Data)
		}
	}
	return Queued{}, false
}

// Message is a control message (cmsg(3)).
type Message struct {
	Level, Type uint32
	Data        []byte
}

// Messages iterates over control messages up to the first malformed one. b may contain
// anything.
func Messages(b []byte) iter.Seq[Message] {
	return func(yield func(Message) bool) {
		for len(b) >= unix.SizeofCmsghdr {
			size := controlSize(b)
			if size < unix.SizeofCmsghdr || size > uint64(len(b)) {
				return
			}
			rest := b[unix.SizeofPtr:]
			if !yield(Message{
				Level: binary.NativeEndian.Uint32(rest), Type: binary.NativeEndian.Uint32(rest[4:]),
				Data: b[min(unix.CmsgLen(0), int(size)):size],
			}) {
				return
			}
			aligned := (size + unix.SizeofPtr - 1) &^ (unix.SizeofPtr - 1)
			b = b[min(aligned, uint64(len(b))):]
		}
	}
}

// controlSize reads cmsg_len, which is as wide as a pointer.
func controlSize(b []byte) uint64 {
	if unix.SizeofPtr == 4 {
		return uint64(binary.NativeEndian.Uint32(b))
	}
	return binary.NativeEndian.Uint64(b)
}

// parseExtended parses struct sock_extended_err and the offender's address.
func parseExtended(b []byte) (q Queued, ok bool) {
	const size = 16
	if len(b) < size {
		return q, false
	}
	q = Queued{Errno: syscall.Errno(binary.NativeEndian.Uint32(b)), Kind: b[5], Code: b[6]}
	switch b[4] {
	case unix.SO_EE_ORIGIN_ICMP:
		q.Proto = wire.ProtoICMP
	case unix.SO_EE_ORIGIN_ICMP6:
		q.Proto = wire.ProtoICMPv6
	}
	b = b[size:]
	if len(b) < 2 {
		return q, true
	}
	switch family := binary.NativeEndian.Uint16(b); {
	case family == unix.AF_INET && len(b) >= 8:
		q.Offender = netip.AddrFrom4([4]byte(b[4:8]))
	case family == unix.AF_INET6 && len(b) >= 24:
		q.Offender = netip.AddrFrom16([16]byte(b[8:24])).Unmap()
	}
	return q, true
}

// ErrOwn is an ICMP error that this machine sent to itself.
var ErrOwn = errors.New("this machine's own firewall or routes reject the probe")

// Judge returns the reason that an error about a probe from the address own to the
// address to stands for, with the error if it is LocalError. This machine reports an
// unresolved neighbor to itself as host unreachable (RFC 4861 section 7.2.2). Other
// errors that it sends itself are its own firewall's or routes', unless it is the
// target.
func (q Queued) Judge(to, own netip.Addr) (endpoint.Reason, error) {
	if q.Proto == 0 {
		return endpoint.LocalError, q.Errno
	}
	r, ok := wire.ICMPReason(q.Proto, q.Kind, q.Code)
	switch {
	case !ok:
		return endpoint.LocalError, probe.ErrPacket
	case r != endpoint.HostUnreach && q.IsFrom(own) && own != to.WithZone(""):
		return endpoint.LocalError, ErrOwn
	}
	return r, nil
}

// Unresolved reports whether an error with the given reason means that this machine
// could not resolve a neighbor on the way to the address to.
func (q Queued) Unresolved(r endpoint.Reason, to, own netip.Addr) bool {
	return r == endpoint.HostUnreach && q.IsFrom(own) && own != to.WithZone("")
}

// IsFrom reports whether the error was sent by an address.
func (q Queued) IsFrom(a netip.Addr) bool { return a.IsValid() && q.Offender == a }
