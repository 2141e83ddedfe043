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
)

// Queued is one entry of a socket's error queue: struct sock_extended_err and
// the address behind it (ip(7), IP_RECVERR; ipv6(7), IPV6_RECVERR).
type Queued struct {
	Errno      syscall.Errno
	Origin     uint8
	Kind, Code uint8      // of ICMP or ICMPv6
	Offender   netip.Addr // who reports it; the zero Addr where that is not known
}

// ParseQueued finds the entry among the control messages that came with
// MSG_ERRQUEUE. Its bytes may be anything.
func ParseQueued(b []byte) (q Queued, ok bool) {
	for m := range Messages(b) {
		if m.Level == unix.SOL_IP && m.Type == unix.IP_RECVERR || m.Level == unix.SOL_IPV6 && m.Type == unix.IPV6_RECVERR {
			return parseExtended(m.Data)
		}
	}
	return Queued{}, false
}

// Message is one control message (cmsg(3)).
type Message struct {
	Level, Type uint32
	Data        []byte
}

// Messages walks through control messages, as far as they are whole. The bytes
// may be anything.
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

// parseExtended reads struct sock_extended_err and the offender's address.
func parseExtended(b []byte) (q Queued, ok bool) {
	const size = 16
	if len(b) < size {
		return q, false
	}
	q = Queued{
		Errno:  syscall.Errno(binary.NativeEndian.Uint32(b)),
		Origin: b[4], Kind: b[5], Code: b[6],
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

const (
	icmpUnreachable   = 3 // RFC 792
	icmpFragNeeded    = 4 // code of icmpUnreachable
	icmpTimeExceeded  = 11
	icmp6Unreachable  = 1 // RFC 4443 section 3
	icmp6TimeExceeded = 3
)

// unreachable and unreachable6 are the codes that have a Reason of their own
// (RFC 792, RFC 1812 section 5.2.7.1; RFC 4443 section 3.1).
var (
	unreachable = map8{
		0: endpoint.NetUnreach, 1: endpoint.HostUnreach, 2: endpoint.ProtoUnreach, 3: endpoint.PortUnreach,
		9: endpoint.NetProhibited, 10: endpoint.HostProhibited, 13: endpoint.AdminProhibited,
	}
	unreachable6 = map8{
		0: endpoint.NetUnreach, 1: endpoint.AdminProhibited, 3: endpoint.HostUnreach,
		4: endpoint.PortUnreach, 5: endpoint.AdminProhibited, 6: endpoint.AdminProhibited,
	}
)

// map8 is a Reason by code.
type map8 [16]endpoint.Reason

func (m *map8) of(code uint8) endpoint.Reason {
	if int(code) < len(m) && m[code] != 0 {
		return m[code]
	}
	return endpoint.DestUnreach
}

// Reason is what an error from the network stands for; 0 if it is none of the
// network's.
func (q Queued) Reason() endpoint.Reason {
	switch {
	case q.Origin == unix.SO_EE_ORIGIN_ICMP && q.Kind == icmpUnreachable:
		return unreachable.of(q.Code)
	case q.Origin == unix.SO_EE_ORIGIN_ICMP6 && q.Kind == icmp6Unreachable:
		return unreachable6.of(q.Code)
	case q.Origin == unix.SO_EE_ORIGIN_ICMP && q.Kind == icmpTimeExceeded,
		q.Origin == unix.SO_EE_ORIGIN_ICMP6 && q.Kind == icmp6TimeExceeded:
		return endpoint.TimeExceeded
	}
	return 0
}

// aboutPacket reports whether an ICMP error is about the packet and not about its
// destination: fragmentation needed, packet too big, source quench, parameter
// problem, and every type that is not known.
func (q Queued) aboutPacket() bool {
	switch q.Origin {
	case unix.SO_EE_ORIGIN_ICMP:
		return q.Kind != icmpUnreachable && q.Kind != icmpTimeExceeded || q.Kind == icmpUnreachable && q.Code == icmpFragNeeded
	case unix.SO_EE_ORIGIN_ICMP6:
		return q.Kind != icmp6Unreachable && q.Kind != icmp6TimeExceeded
	}
	return false
}

// ErrOwn is a rejection that never left this machine.
var ErrOwn = errors.New("this machine's own firewall or routes reject the probe")

// Judge says what an error about an attempt at to, made from the address own,
// means. This machine tells itself by ICMP that nobody on the link answers ARP
// or neighbor solicitations (RFC 4861 section 7.2.2); whatever else it tells
// itself is its own doing. A target that is this machine speaks for itself.
func (q Queued) Judge(to, own netip.Addr) (endpoint.Reason, error) {
	r := q.Reason()
	switch {
	case q.aboutPacket():
		return endpoint.LocalError, probe.ErrPacket
	case r == 0:
		return endpoint.LocalError, q.Errno
	case r != endpoint.HostUnreach && q.IsOf(own) && own != to.WithZone(""):
		return endpoint.LocalError, ErrOwn
	}
	return r, nil
}

// IsOf says that the error came from an address.
func (q Queued) IsOf(a netip.Addr) bool { return a.IsValid() && q.Offender == a }
