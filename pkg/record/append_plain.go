package record

import (
	"strconv"

	"portkit/pkg/endpoint"
)

// AppendPlain appends an endpoint as the line that portprobe and other tools
// read, with its LF: `192.0.2.7:80`, `[2001:db8::1]:80`, `host.example:80` while
// there is not an address; behind it "/udp" where that is the protocol.
func AppendPlain(dst, host []byte, ep endpoint.Endpoint) []byte {
	switch {
	case ep.Addr.Is6():
		dst = append(dst, '[')
		dst = ep.Addr.AppendTo(dst)
		dst = append(dst, ']')
	case ep.Addr.IsValid():
		dst = ep.Addr.AppendTo(dst)
	default:
		dst = append(dst, host...)
	}
	dst = append(dst, ':')
	dst = strconv.AppendUint(dst, uint64(ep.Port), 10)
	if ep.Proto != endpoint.TCP {
		dst = append(append(dst, '/'), ep.Proto.String()...)
	}
	return append(dst, '\n')
}
