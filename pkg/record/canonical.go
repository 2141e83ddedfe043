package record

import (
	"bytes"
	"math"
	"net/netip"

	"portkit/pkg/endpoint"
)

// canonical parses a line exactly as Encoder.Endpoint writes an address without further
// fields, which most lines are, in a fraction of the time of any. It reports whether the
// line has this form. Others may be valid too.
func (d *Decoder) canonical(line []byte, in *Input) bool {
	rest, ok := bytes.CutPrefix(line, []byte(`{"host":"`))
	end := bytes.IndexByte(rest, '"')
	if !ok || end < 0 {
		return false
	}
	host := rest[:end]
	rest, ok = bytes.CutPrefix(rest[end:], []byte(`","ip":"`))
	if !ok || !bytes.HasPrefix(rest, host) {
		return false
	}
	rest, ok = bytes.CutPrefix(rest[len(host):], []byte(`","port":`))
	if !ok {
		return false
	}
	port, end := leadingNumber(rest)
	if port == 0 || port > math.MaxUint16 {
		return false
	}
	proto := endpoint.TCP
	switch string(rest[end:]) {
	case `,"proto":"tcp"}`:
	case `,"proto":"udp"}`:
		proto = endpoint.UDP
	default:
		return false
	}
	addr, ok := d.canonicalAddr(host)
	if ok {
		in.Host, in.Canonical, in.Addr, in.Port, in.Proto = host, true, addr, uint16(port), proto
	}
	return ok
}

// leadingNumber returns the number, of up to five digits and without leading zeros, that
// b begins with, and the index behind it; 0 if there is none.
func leadingNumber(b []byte) (n, end int) {
	for end < len(b) && b[end]-'0' <= 9 && end < 5 {
		n = n*10 + int(b[end]-'0')
		if end++; n == 0 {
			break
		}
	}
	return n, end
}

// canonicalAddr parses an address without a zone in canonical form, and reports whether it
// is one that a host can have.
func (d *Decoder) canonicalAddr(text []byte) (netip.Addr, bool) {
	addr, ok := parse4(text) // accepts the canonical form only
	if !ok {
		if addr, ok = parseAddr(text); !ok || addr.Zone() != "" {
			return addr, false
		}
		d.hostText = addr.AppendTo(d.hostText[:0])
		ok = bytes.Equal(d.hostText, text)
	}
	return addr, ok && !addr.IsUnspecified()
}
