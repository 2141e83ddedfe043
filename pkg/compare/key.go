package compare

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"unsafe"

	"portkit/pkg/endpoint"
)

// A key identifies a host. Keys sort as hosts are listed: IPv4 addresses, IPv6
// addresses, names. The key of an address consists of its family and number,
// followed by its text if that is not canonical or has a zone. The key of a name
// is the name.
const (
	keyOf4    = 4
	keyOf6    = 6
	keyOfName = 7
)

// keyer makes keys.
type keyer struct {
	text []byte
}

// host appends the key of a host as written. addr is the probed address, which
// usually is the host.
func (k *keyer) host(dst, host []byte, addr netip.Addr) []byte {
	if addr.IsValid() {
		if k.text = addr.AppendTo(k.text[:0]); bytes.Equal(k.text, host) {
			return k.addr(dst, addr)
		}
	}
	if !mayBeAddress(host) {
		return appendName(dst, host)
	}
	// ParseAddr keeps its argument only in the error, which is dropped.
	written, err := netip.ParseAddr(unsafe.String(unsafe.SliceData(host), len(host)))
	if err != nil {
		return appendName(dst, host)
	}
	return append(appendNumber(dst, written.Unmap()), host...)
}

// addr appends the key of an address.
func (k *keyer) addr(dst []byte, addr netip.Addr) []byte {
	dst = appendNumber(dst, addr)
	if addr.Is6() && addr.Zone() != "" {
		dst = addr.AppendTo(dst)
	}
	return dst
}

func appendNumber(dst []byte, a netip.Addr) []byte {
	if a.Is4() {
		b := a.As4()
		return append(append(dst, keyOf4), b[:]...)
	}
	b := a.As16()
	return append(append(dst, keyOf6), b[:]...)
}

func appendName(dst, name []byte) []byte { return append(append(dst, keyOfName), name...) }

// mayBeAddress reports false for most names, so that they are not parsed.
func mayBeAddress(host []byte) bool {
	if len(host) > 0 && host[0]-'0' <= 9 {
		return true
	}
	return bytes.IndexByte(host, ':') >= 0
}

// splitKey returns the host of a key, and its address unless it is a name.
func splitKey(key []byte) (host []byte, addr netip.Addr) {
	switch key[0] {
	case keyOf4:
		addr, host = netip.AddrFrom4([4]byte(key[1:])), key[5:]
	case keyOf6:
		addr, host = netip.AddrFrom16([16]byte(key[1:])), key[17:]
	default:
		return key[1:], addr
	}
	if len(host) == 0 {
		return addr.AppendTo(nil), addr
	}
	if written, err := netip.ParseAddr(string(host)); err == nil {
		addr = written.Unmap() // with its zone
	}
	return host, addr
}

// prefix returns eight bytes that sort as hosts and ports do. For an IPv4 address
// they are complete.
func prefix(key []byte, proto endpoint.Proto, port uint16) uint64 {
	if len(key) == 5 && key[0] == keyOf4 {
		return uint64(keyOf4)<<56 | uint64(binary.BigEndian.Uint32(key[1:]))<<24 | uint64(proto)<<16 | uint64(port)
	}
	// If a key continues with a text that is not canonical, that sorts after any
	// protocol.
	var b [8]byte
	copy(b[:], key)
	return binary.BigEndian.Uint64(b[:])
}
