package record

import (
	"net/netip"

	"portkit/pkg/endpoint"
)

// Parts writes endpoint records in two parts, for tools that write millions: the
// head is the same for all ports of an address, the tail for a port of all
// addresses. Together they are the line of Encoder.Endpoint or AppendPlain. A Parts
// is for one goroutine.
type Parts struct {
	plain bool
	enc   Encoder
	line  []byte
	port  int // offset of the port in a sample line
	tail  int // length of the tail that Head removes
}

// NewParts returns a Parts for records, or for plain lines.
func NewParts(plain bool) *Parts {
	p := &Parts{plain: plain}
	one := p.sample(1, endpoint.TCP)
	two := p.sample(2, endpoint.TCP)
	for one[p.port] == two[p.port] {
		p.port++
	}
	p.tail = len(one) - p.port
	return p
}

// sample returns the line of a name and a port.
func (p *Parts) sample(port uint16, proto endpoint.Proto) string {
	p.line = p.append(p.line[:0], []byte("x"), endpoint.Endpoint{Port: port, Proto: proto})
	return string(p.line)
}

func (p *Parts) append(dst, host []byte, ep endpoint.Endpoint) []byte {
	if p.plain {
		return AppendPlain(dst, host, ep)
	}
	return p.enc.Endpoint(dst, host, ep, nil)
}

// Head appends the part before the port. host and addr are as in
// Encoder.Endpoint.
func (p *Parts) Head(dst, host []byte, addr netip.Addr) []byte {
	dst = p.append(dst, host, endpoint.Endpoint{Addr: addr, Port: 1})
	return dst[:len(dst)-p.tail]
}

// Tail appends the port and the rest of the line with its LF.
func (p *Parts) Tail(dst []byte, port uint16, proto endpoint.Proto) []byte {
	return append(dst, p.sample(port, proto)[p.port:]...)
}

// Extend appends a tail with extra, as in Input, inserted. In the plain form it
// leaves extra out.
func (p *Parts) Extend(dst, tail, extra []byte) []byte {
	if p.plain {
		return append(dst, tail...)
	}
	return end(append(dst, tail[:len(tail)-len(end(p.line[:0], nil))]...), extra)
}
