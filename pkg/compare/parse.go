package compare

import (
	"bytes"
	"hash/crc32"
	"hash/maphash"
	"net/netip"

	"portkit/pkg/endpoint"
	"portkit/pkg/ndjson"
	"portkit/pkg/record"
	"portkit/pkg/resolve"
)

// view selects what identifies a host.
type view uint8

const (
	byHost view = iota // the host as written
	byIP               // the address; the host if there is none
	wanted             // the address, and also the name if it has expected ports
)

// parser reads lines into batches. It is for one goroutine.
type parser struct {
	view   view
	wanted *Expected
	seed   maphash.Seed
	ignore record.Fact

	dec     record.Decoder
	result  record.Result
	summary record.Summary
	keyer   keyer
	table   *crc32.Table
	service record.Facts
	batch   *batch

	// Host and address of the last record, which usually are those of the next one
	// too, and their keys.
	host      []byte
	addr      netip.Addr
	key, name []byte
}

func newParser(v view, e *Expected, seed maphash.Seed, ignore record.Fact) *parser {
	return &parser{view: v, wanted: e, seed: seed, ignore: ignore, dec: record.Decoder{FactsOnly: true}, table: crc32.MakeTable(crc32.Castagnoli)}
}

// block parses a block into b.
func (p *parser) block(lines *ndjson.Block, b *batch) {
	b.reset()
	p.batch = b
	for l, ok := lines.Next(); ok; l, ok = lines.Next() {
		if err := p.line(l); err != nil {
			b.bad = append(b.bad, err)
		}
	}
}

func (p *parser) line(l ndjson.Line) error {
	r := &p.result
	if err := p.dec.Result(l, r); err != nil {
		return err
	}
	if r.NoEndpoint {
		p.batch.nowhere++
		return nil
	}
	s := span{at: l.At, size: uint32(len(l.Text)), sum: crc32.Checksum(l.Text, p.table)}
	if r.Summary {
		return p.ports(l, s)
	}
	s.first, s.last = r.Port, r.Port
	s.proto, s.state, s.reason = r.Proto, r.State, r.Reason
	if r.State == endpoint.Open && (r.Identified || len(r.App) > 0) {
		p.dec.Facts(l, r, &p.service)
		s.facts = p.digest()
	}
	p.about(r.Host, r.Addr)
	p.add(s)
	p.ignored(r.Unusable)
	return nil
}

// digest returns the digest of the facts that were read last.
func (p *parser) digest() digest {
	p.batch.identified = p.batch.identified || identified(&p.service)
	if p.view == wanted {
		return appDigest(p.seed, &p.service)
	}
	return digestOf(p.seed, &p.service, p.ignore)
}

// ignored records that values of a record were ignored.
func (p *parser) ignored(u *record.Unusable) {
	if u != nil {
		p.batch.bad = append(p.batch.bad, u)
	}
}

// ports adds the ports of a summary.
func (p *parser) ports(l ndjson.Line, s span) error {
	r := &p.summary
	if err := p.dec.Summary(l, p.result.Fields, r); err != nil {
		return err
	}
	if r.Bad > 0 {
		p.batch.nowhere += r.Bad
		return nil
	}
	p.about(r.Host, r.Addr)
	s.proto = r.Proto
	for _, of := range r.Spans {
		s.first, s.last, s.state, s.reason, s.facts = of.First, of.Last, of.State, of.Reason, 0
		if of.State == endpoint.Open {
			r.Facts(of.First, &p.service)
			s.facts = p.digest()
		}
		p.add(s)
	}
	p.ignored(r.Unusable)
	return nil
}

// about sets the keys for the host and address of a record.
func (p *parser) about(host []byte, addr netip.Addr) {
	if addr == p.addr && len(p.key) > 0 && bytes.Equal(host, p.host) {
		return
	}
	p.host, p.addr = append(p.host[:0], host...), addr
	p.key, p.name = p.key[:0], p.name[:0]
	switch {
	case p.view == byHost || p.view == byIP && !addr.IsValid():
		p.key = p.keyer.host(p.key, host, addr)
	case addr.IsValid():
		p.key = p.keyer.addr(p.key, addr)
	default:
		p.key = appendName(p.key, resolve.AppendKey(nil, host))
	}
	if p.view == wanted && addr.IsValid() {
		if key := appendName(nil, resolve.AppendKey(nil, host)); p.wanted.lists(key) {
			p.name = key
		}
	}
}

// add adds ports of the current host.
func (p *parser) add(s span) {
	p.batch.turn(p.key)
	if len(p.name) == 0 {
		p.batch.add(s)
		return
	}
	whole := s
	whole.named = true
	for s.first != 0 {
		part := p.sameExpectation(s)
		p.batch.add(part)
		drop(&s, part.last)
	}
	p.batch.turn(p.name)
	p.batch.add(whole)
}

// sameExpectation returns the first ports of s that are all expected under the
// name, or all not.
func (p *parser) sameExpectation(s span) span {
	s.named = p.wanted.has(p.name, s.first, s.proto)
	for port := s.first; port < s.last; port++ {
		if p.wanted.has(p.name, port+1, s.proto) != s.named {
			s.last = port
		}
	}
	return s
}
