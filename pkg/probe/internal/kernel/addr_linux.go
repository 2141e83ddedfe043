package kernel

import (
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"strconv"

	"golang.org/x/sys/unix"
)

// Sockaddr is a sockaddr_in or sockaddr_in6 (ip(7), ipv6(7)).
type Sockaddr [unix.SizeofSockaddrInet6]byte

// Set writes an address and returns the bytes in use. scope is the index of the interface of
// a link-local address, else 0.
func (s *Sockaddr) Set(to netip.AddrPort, scope uint32) []byte {
	binary.BigEndian.PutUint16(s[2:], to.Port())
	if to.Addr().Is4() {
		binary.NativeEndian.PutUint16(s[:], unix.AF_INET)
		ip := to.Addr().As4()
		copy(s[4:], ip[:])
		return s[:unix.SizeofSockaddrInet4]
	}
	binary.NativeEndian.PutUint16(s[:], unix.AF_INET6)
	binary.NativeEndian.PutUint32(s[4:], 0) // flow information
	ip := to.Addr().As16()
	copy(s[8:], ip[:])
	binary.NativeEndian.PutUint32(s[24:], scope)
	return s[:]
}

// Get returns the address, without a zone.
func (s *Sockaddr) Get() netip.AddrPort {
	port := binary.BigEndian.Uint16(s[2:])
	if binary.NativeEndian.Uint16(s[:]) == unix.AF_INET {
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte(s[4:8])), port)
	}
	return netip.AddrPortFrom(netip.AddrFrom16([16]byte(s[8:24])), port)
}

// Scope returns the index of the interface of a link-local address, else 0.
func (s *Sockaddr) Scope() uint32 {
	if binary.NativeEndian.Uint16(s[:]) == unix.AF_INET {
		return 0
	}
	return binary.NativeEndian.Uint32(s[24:])
}

// Unspecified is an address of family AF_UNSPEC. Connecting a socket to it aborts the current
// connection, after which the socket can be used again.
var Unspecified [unix.SizeofSockaddrInet4]byte

// FamilyOf returns the address family of a.
func FamilyOf(a netip.Addr) int {
	if a.Is4() {
		return unix.AF_INET
	}
	return unix.AF_INET6
}

// ErrNoZone is the error of a link-local address without a link.
var ErrNoZone = errors.New("a link-local address requires a zone, as in fe80::1%eth0")

// Scopes caches the indexes of interfaces by zone.
type Scopes map[string]uint32

// NewScopes returns Scopes in which a link-local address without a zone is on the named link;
// "" for no link.
func NewScopes(link string) Scopes {
	s := Scopes{}
	if i, err := net.InterfaceByName(link); link != "" && err == nil {
		s[""] = uint32(i.Index)
	}
	return s
}

// Of returns the index of the interface that the zone of an address names (RFC 4007 section
// 11); 0 if it has no zone.
func (s Scopes) Of(a netip.Addr) (uint32, error) {
	zone := a.Zone()
	if zone == "" {
		if a.Is6() && a.IsLinkLocalUnicast() {
			return s[""], nil
		}
		return 0, nil
	}
	if i, ok := s[zone]; ok {
		return i, nil
	}
	i, err := strconv.ParseUint(zone, 10, 31)
	if err != nil {
		link, err := net.InterfaceByName(zone)
		if err != nil {
			return 0, unix.ENODEV
		}
		i = uint64(link.Index)
	}
	s[zone] = uint32(i)
	return uint32(i), nil
}
