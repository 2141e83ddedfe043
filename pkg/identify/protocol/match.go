package protocol

import (
	"slices"

	"portkit/pkg/endpoint"
)

// Strength is how specific a match is.
type Strength uint8

// The strengths, in ascending order.
const (
	// No: the data cannot be from this protocol, or does not show it.
	No Strength = iota
	// Weak: the data has hardly any form. It is recognized only at a port of the
	// protocol.
	Weak
	// Likely: the data follows a grammar that other protocols share. It is recognized
	// only if no other protocol matches, or if the request was this protocol's.
	Likely
	// Certain: the data has a form that only this protocol has.
	Certain
)

// Match is the result of matching a reply against a protocol.
type Match struct {
	Strength Strength
	// More means that further data may make a match of it, or add to its facts.
	More bool
	// Finding contains what the reply reveals: Product, Version, Vendor, OS, Device,
	// Limited, HTTP and the banner of SSH. The fields about the conversation are unused.
	endpoint.Finding
	// Texts are the parts of the reply by which a database may know the product.
	Texts []Text
	// Rivals are the requests of the protocols that match equally well, if that is why
	// Strength is No.
	Rivals []string
}

// Text is a part of a reply, named as in a Recog database.
type Text struct {
	Kind  string // such as "ssh.banner"
	Value string
}

// Recognize returns the strongest match of a reply among protocols, and whether further
// data may change it. If different protocols match equally well, the one that the request
// belongs to is returned, or else one of the port; without either, none is.
func Recognize(table []Protocol, r *Reply, port uint16) (best Match, more bool) {
	var rank int
	var rivals []string
	tied := false
	for i := range table {
		p := &table[i]
		m := p.Match(r)
		more = more || m.More
		if m.Strength == No || m.Strength == Weak && !p.At(port) {
			continue
		}
		if m.App == "" {
			m.App = p.App
		}
		if m.Strength == Likely && len(p.Requests) > 0 {
			rivals = append(rivals, p.Requests[0].Name)
		}
		switch n := p.rank(m.Strength, r, port); {
		case n > rank:
			best, rank, tied = m, n, false
		case n == rank && m.App != best.App:
			tied = true
		}
	}
	if tied {
		return Match{Rivals: rivals}, more
	}
	best.clean()
	return best, more
}

// clean bounds what the service reports, so that no protocol has to.
func (m *Match) clean() {
	for _, field := range []*string{&m.Product, &m.Version, &m.Vendor, &m.OS, &m.Device} {
		*field = clean(*field)
	}
}

// rank orders matches: by strength, then the protocol of the request, then the
// protocols of the port.
func (p *Protocol) rank(s Strength, r *Reply, port uint16) int {
	n := int(s) * 4
	if p.Owns(r.Request) {
		n += 2
	}
	if p.At(port) {
		n++
	}
	return n
}

// Owns reports whether a request is the protocol's.
func (p *Protocol) Owns(request string) bool {
	return slices.ContainsFunc(p.Requests, func(q Request) bool { return q.Name == request })
}

// At reports whether a port is registered for the protocol, or customary.
func (p *Protocol) At(port uint16) bool {
	return slices.Contains(p.Ports, port) || slices.Contains(p.TLSPorts, port)
}
