package scanfile

import (
	"net/netip"
	"strconv"
	"strings"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/ndjson"
	"portkit/pkg/record"
)

// ParseAddr parses the address of a host.
func ParseAddr(text []byte) (netip.Addr, error) {
	_, addr, err := record.ParseHost(text)
	if err != nil || !addr.IsValid() {
		return netip.Addr{}, Badf("%q is not the address of a host", ndjson.Show(text))
	}
	return addr, nil
}

// IsName reports whether text can be the name of a host in our records.
func IsName(text []byte) bool {
	_, addr, err := record.ParseHost(text)
	return err == nil && !addr.IsValid()
}

// ParsePort parses a port.
func ParsePort(text []byte) (uint16, error) {
	n, err := strconv.ParseUint(string(text), 10, 16)
	if err != nil || n == 0 {
		return 0, Badf("%q is not a port", ndjson.Show(text))
	}
	return uint16(n), nil
}

// ParseProto parses the name of a protocol. ok is false if it is neither TCP nor UDP.
func ParseProto(text []byte) (p endpoint.Proto, ok bool) {
	return endpoint.ParseProto(strings.ToLower(string(text)))
}

// MethodOf returns the method for a protocol of a scanner that probes TCP by tcp.
func MethodOf(p endpoint.Proto, tcp endpoint.Method) endpoint.Method {
	if p == endpoint.UDP {
		return endpoint.UDPDatagram
	}
	return tcp
}

// Seconds parses a number of seconds since 1970; the zero Time if it is none, or after the
// year 9999.
func Seconds(text []byte) time.Time {
	const year10000 = 253402300800
	n, err := strconv.ParseInt(string(text), 10, 64)
	if err != nil || n <= 0 || n >= year10000 {
		return time.Time{}
	}
	return time.Unix(n, 0)
}
