package payload

import (
	"net/netip"
	"slices"
	"sync"
)

// Query is what a request is built for and an answer is checked against.
type Query struct {
	To netip.AddrPort // who is asked
	// Token differs for each endpoint and series of attempts. Transaction
	// ids, cookies and nonces are made of it; a request made twice of one
	// Query is the same bytes twice.
	Token uint64
}

// Request is one way of asking a udp service.
type Request struct {
	// App is the protocol's name, as in a record's field app: "dns". It is
	// empty for the empty datagram alone.
	App string
	// Ports are those it is registered or customary for, the registered one
	// first.
	Ports []uint16
	// Build appends the request to dst, at most MaxSize bytes. It allocates
	// nothing when dst has room.
	Build func(dst []byte, q Query) []byte
	// Match is whether answer is what this protocol answers to the request
	// of q. Whatever the bytes, it neither panics nor allocates.
	Match func(answer []byte, q Query) bool
	// Elsewhere says that the answer comes from another port than the one that
	// was asked.
	Elsewhere bool
	// Large says that the answer can be ten times the request; Note then
	// says why it is asked all the same.
	Large bool
	// Note is a sentence for the manual: why this request and no other.
	Note string
	// Source is the RFC and section, or the vendor's specification.
	Source string

	// loose says that Match knows the answer by so little that it counts
	// only for a port of the request.
	loose bool
}

// MaxSize is the size of the longest request, in bytes: quic's, which is
// padded to that (RFC 9000 section 14.1).
const MaxSize = 1200

// For returns what is sent to a port, in the order to try. The empty datagram
// is last for every port, and alone for a port without a request of its own.
// The slice is shared: it must not be written to.
func For(port uint16) []*Request {
	t := built()
	if own, ok := t.ports[port]; ok {
		return own
	}
	return t.rest
}

// Recognize returns the name of the protocol that answer is of, "" if it is
// none that is known here. It looks at the request that was asked first, then
// at the port's others, then at those of other ports whose answers cannot be
// mistaken. asked may be nil.
func Recognize(port uint16, asked *Request, answer []byte, q Query) string {
	if asked != nil && asked.Match(answer, q) {
		return asked.App
	}
	for _, r := range For(port) {
		if r != asked && r.Match(answer, q) {
			return r.App
		}
	}
	for _, r := range built().all {
		if !r.loose && r.Match(answer, q) {
			return r.App
		}
	}
	return ""
}

// All returns every request that is not empty, in the order of the table: for
// manuals and tests.
func All() []Request { return requests() }

// table is what For looks up. It does not change once it is built.
type table struct {
	all   []*Request
	ports map[uint16][]*Request
	rest  []*Request
}

// built is the table, built when it is first asked for.
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
