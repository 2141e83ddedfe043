package compare

import (
	"fmt"
	"io"
	"math"
	"net/netip"
	"slices"

	"lukechampine.com/uint128"

	"portkit/pkg/endpoint"
	"portkit/pkg/portspec"
	"portkit/pkg/resolve"
	"portkit/pkg/target"
)

// MaxExpected is the maximum number of expected endpoints: more are a mistake, such
// as a prefix of IPv6 addresses.
const MaxExpected = 1 << 28

// Expected is the set of expected open ports. The zero value is empty.
type Expected struct {
	lines []expectation
	names map[string]*expectedName // by key
	total uint64

	services []string          // names of services
	numbers  map[string]digest // number of each in services, from 1
	added    uint32            // number of sets of services
}

// expectation holds the ports of some addresses.
type expectation struct {
	target target.Target
	spans  []span
}

// expectedName holds the ports of a name.
type expectedName struct {
	name  string // as first written
	ports portspec.Set
	spans []span // of the services
}

// Add adds the ports of a target. An address matches results for this address
// under any name, and a name matches results for this name at any address.
func (e *Expected) Add(t target.Target, ports portspec.Set) error {
	count := t.Count()
	if count.Cmp64(MaxExpected) <= 0 {
		e.total += count.Lo * uint64(ports.Len())
	}
	if count.Cmp64(MaxExpected) > 0 || e.total > MaxExpected {
		return fmt.Errorf("more than %d open ports are expected with it; name the hosts", MaxExpected)
	}
	if n := e.name(t); n != nil {
		n.ports = n.ports.Union(ports)
	} else {
		e.lines = append(e.lines, expectation{t, openSpans(ports)})
	}
	return nil
}

// AddService adds the name of the service at ports of a target, a registered name or an app,
// which Add has added too. The last one of a port counts.
func (e *Expected) AddService(t target.Target, ports portspec.Set, name string) {
	if e.numbers[name] == 0 {
		if e.numbers == nil {
			e.numbers = map[string]digest{}
		}
		e.services = append(e.services, name)
		e.numbers[name] = digest(len(e.services))
	}
	e.added++
	spans := openSpans(ports)
	for i := range spans {
		spans[i].facts, spans[i].sum = e.numbers[name], math.MaxUint32-e.added
	}
	if n := e.name(t); n != nil {
		n.spans = append(n.spans, spans...)
	} else {
		e.lines = append(e.lines, expectation{t, spans})
	}
}

// name returns what is expected of a target that is a name; nil for an address.
func (e *Expected) name(t target.Target) *expectedName {
	name, ok := t.Name()
	if !ok {
		return nil
	}
	if e.names == nil {
		e.names = map[string]*expectedName{}
	}
	key := string(appendName(nil, resolve.AppendKey(nil, []byte(name))))
	if e.names[key] == nil {
		e.names[key] = &expectedName{name: name}
	}
	return e.names[key]
}

// openSpans returns ports as open spans, TCP before UDP.
func openSpans(ports portspec.Set) (spans []span) {
	for _, proto := range []endpoint.Proto{endpoint.TCP, endpoint.UDP} {
		for port, p := range ports.All() {
			n := len(spans)
			switch {
			case p != proto:
			case n > 0 && spans[n-1].proto == p && spans[n-1].last+1 == port:
				spans[n-1].last = port
			default:
				spans = append(spans, span{at: noLine, first: port, last: port, proto: p, state: endpoint.Open})
			}
		}
	}
	return spans
}

// lists reports whether a name has expected ports.
func (e *Expected) lists(key []byte) bool { return e.names[string(key)] != nil }

// has reports whether a port of a name is expected.
func (e *Expected) has(key []byte, port uint16, proto endpoint.Proto) bool {
	n := e.names[string(key)]
	return n != nil && n.ports.Has(port, proto)
}

// about returns an expected host for its change record.
func (e *Expected) about(key []byte) (host []byte, addr netip.Addr) {
	if n := e.names[string(key)]; n != nil {
		return []byte(n.name), addr
	}
	return splitKey(key)
}

// expectedBatch is the approximate number of spans in a batch of expectations.
const expectedBatch = 4096

// expecting returns expectations as batches: addresses as listed, then names.
type expecting struct {
	e     *Expected
	line  int
	at    uint64 // index of the next address of the line
	names []string
	batch batch
	keyer keyer
	key   []byte
}

func (e *Expected) batches() *expecting {
	x := &expecting{e: e}
	for key := range e.names {
		x.names = append(x.names, key)
	}
	slices.Sort(x.names)
	return x
}

func (x *expecting) Close() {}

func (x *expecting) Next() (*batch, error) {
	x.batch.reset()
	for len(x.batch.spans) < expectedBatch && x.line < len(x.e.lines) {
		x.address()
	}
	for len(x.batch.spans) < expectedBatch && x.line == len(x.e.lines) && len(x.names) > 0 {
		n := x.e.names[x.names[0]]
		x.add([]byte(x.names[0]), append(openSpans(n.ports), n.spans...))
		x.names = x.names[1:]
	}
	if len(x.batch.hosts) == 0 {
		return nil, io.EOF
	}
	return &x.batch, nil
}

// address adds one address of the current line, or goes to the next line.
func (x *expecting) address() {
	of := &x.e.lines[x.line]
	if of.target.Count().Cmp64(x.at) <= 0 {
		x.line, x.at = x.line+1, 0
		return
	}
	x.key = x.keyer.addr(x.key[:0], of.target.At(uint128.From64(x.at)))
	x.add(x.key, of.spans)
	x.at++
}

func (x *expecting) add(key []byte, spans []span) {
	x.batch.turn(key)
	for _, s := range spans {
		x.batch.add(s)
	}
}
