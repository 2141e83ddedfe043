package payload

import (
	"net/netip"
	"slices"
	"sync"
)

// Query is the endpoint and identity of a request.
type Query struct {
	To netip.AddrPort // destination
	// Token differs for each endpoint and each series of probes. Transaction ids,
	// cookies and nonces are derived from it, so the request of a Query is always the
	// same.
	Token uint64
}

// Request is a request to a UDP service.
type Request struct {
	// App is the protocol as in a record's field app: "dns". It is empty for the empty
	// datagram.
	App string
	// Ports are the usual ports, the registered one first.
	Ports []uint16
	// Build appends the request, at most MaxSize bytes. It does not allocate if dst has
	// room.
	Build func(dst []byte, q Query) []byte
	// Match reports whether reply is a reply to the request of q. It neither panics nor
	// allocates for any bytes.
	Match func(reply []byte, q Query) bool
	// FromOtherPort means that the reply comes from another port.
	FromOtherPort bool
	// Large means that the reply can be ten times the size of the request. Note then
	// gives the reason for sending it.
	Large bool
	// Note is a sentence for the manual: the reason for this request.
	Note string
	// Source is the RFC and section, or the vendor's specification.
	Source string

	// loose means that Match checks so little that it counts only at the request's own
	// ports.
	loose bool
}

// MaxSize is the maximum size of a request in bytes: QUIC's, which is padded (RFC 9000
// section 14.1).
const MaxSize = 1200

// For returns the requests for a port, in the order to send them. The last is the empty
// datagram, the only one for most ports. The slice is shared and must not be modified.
func For(port uint16) []*Request {
	t := built()
	if own, ok := t.ports[port]; ok {
		return own
	}
	return t.rest
}

// Recognize returns the protocol of a reply, or "". It tries the request that was sent,
// which may be nil, then the port's others, then those of all ports that check enough.
func Recognize(port uint16, sent *Request, reply []byte, q Query) string {
	if sent != nil && sent.Match(reply, q) {
		return sent.App
	}
	for _, r := range For(port) {
		if r != sent && r.Match(reply, q) {
			return r.App
		}
	}
	for _, r := range built().all {
		if !r.loose && r.Match(reply, q) {
			return r.App
		}
	}
	return ""
}

// All returns every request except the empty one, in the order of the table.
func All() []Request { return requests() }

// table is an index of the requests. It is not modified after newTable.
type table struct {
	all   []*Request
	ports map[uint16][]*Request
	rest  []*Request
}

var built = sync.OnceValue(newTable)

func newTable() *table {
	t := &table{ports: map[uint16][]*Request{}, rest: []*Request{{
		Build: func(dst []byte, _ Query) []byte { return dst },
		Match: func([]byte, Query) bool { return false },
	}}}
	all := requests()
	for i := range all {
		r := &all[i]
		t.all = append(t.all, r)
		for _, p := range r.Ports {
			t.ports[p] = append(t.ports[p], r)
		}
	}
	for p, own := range t.ports {
		t.ports[p] = slices.Clip(append(own, t.rest...))
	}
	return t
}
