package portgen

import (
	"encoding/binary"

	"portkit/pkg/endpoint"
)

const (
	// columnRoom is the size of a part of a record in a column. It exceeds the maximum
	// length.
	columnRoom = 40
	// columnRecord is the size that a record of a column is written in.
	columnRecord = 3*columnRoom + 8
)

// column has the parts of the records of one port in an IPv4 /24 network, which differ in
// the last octet of the address only. They are copied at a fixed size.
type column struct {
	before []part // the part before each occurrence of the last octet
	after  part
}

type part struct {
	text [columnRoom]byte
	len  int
}

// setColumn sets the column to a port of the network of an address.
func (e *emitter) setColumn(addr uint32, port uint16, p endpoint.Proto) {
	var network []byte
	for shift := 24; shift > 0; shift -= 8 {
		o := e.head.octets[byte(addr>>shift)]
		network = binary.LittleEndian.AppendUint32(network, o.text)[:len(network)+int(o.len)]
	}
	c, pieces := &e.column, e.head.pieces4
	c.before = c.before[:0]
	for _, piece := range pieces[:len(pieces)-1] {
		var p part
		p.add(piece.text[:piece.len])
		p.add(network)
		c.before = append(c.before, p)
	}
	var tail [tailRoom]byte
	last := pieces[len(pieces)-1]
	c.after = part{}
	c.after.add(last.text[:last.len])
	c.after.add(tail[:e.tails.put(tail[:], 0, port, p)])
}

func (p *part) add(text []byte) { p.len += copy(p.text[p.len:], text) }

// writeColumn writes the records of one port at n consecutive addresses. It returns false
// after an error.
func (e *emitter) writeColumn(addr uint32, n uint64, port uint16, p endpoint.Proto) bool {
	for n > 0 {
		octet := int(byte(addr))
		k := min(n, uint64(256-octet))
		e.setColumn(addr, port, p)
		if !e.writeOctets(octet, octet+int(k)) {
			return false
		}
		addr += uint32(k)
		n -= k
	}
	return true
}

// writeOctets writes the records of the column for the last octets from from to to-1.
func (e *emitter) writeOctets(from, to int) bool {
	c := &e.column
	buf, n := e.buf, e.n
	for i := from; i < to; i++ {
		if n > chunk-columnRecord {
			if e.n = n; !e.flush() {
				return false
			}
			n = 0
		}
		o := e.head.octets[i]
		for j := range c.before {
			*(*[columnRoom]byte)(buf[n:]) = c.before[j].text
			n += c.before[j].len
			binary.LittleEndian.PutUint32(buf[n:], o.text)
			n += int(o.len) - 1 // without the dot
		}
		*(*[columnRoom]byte)(buf[n:]) = c.after.text
		n += c.after.len
	}
	e.n = n
	return true
}
