package portgen

import (
	"encoding/binary"
	"fmt"
	"strconv"

	"portkit/pkg/endpoint"
	"portkit/pkg/record"
)

// tailRoom is the size that put writes.
const tailRoom = 8 + behindRoom

// behindRoom is the size of the text after a port.
const behindRoom = 24

// tails writes the part of a record from the port on. It computes digits instead of
// using a table of all tails: in random order, each record would wait for memory.
type tails struct {
	digits [1000]digits
	behind [2]behind // by protocol
}

// digits is the text of a number below 1000 as of pack: as it is, and with three
// digits.
type digits struct{ bare, padded, len uint32 }

type behind struct {
	text [behindRoom]byte
	len  int
}

func newTails(parts *record.Parts) *tails {
	t := &tails{}
	for i := range t.digits {
		d := &t.digits[i]
		d.bare, d.len = pack(strconv.Itoa(i))
		d.padded, _ = pack(fmt.Sprintf("%03d", i))
	}
	for p := range t.behind {
		b := &t.behind[p]
		b.len = copy(b.text[:], parts.Tail(nil, 1, endpoint.Proto(p))[1:])
	}
	return t
}

// pack returns up to four characters as an integer, the first in the lowest byte.
func pack(s string) (text, length uint32) {
	var b [4]byte
	n := copy(b[:], s)
	return binary.LittleEndian.Uint32(b[:]), uint32(n)
}

// put writes the tail of a port at buf[n:], which has tailRoom, and returns its end.
func (t *tails) put(buf []byte, n int, port uint16, p endpoint.Proto) int {
	low := &t.digits[port%1000]
	if port < 1000 {
		binary.LittleEndian.PutUint32(buf[n:], low.bare)
		n += int(low.len)
	} else {
		high := &t.digits[port/1000]
		binary.LittleEndian.PutUint32(buf[n:], high.bare)
		n += int(high.len)
		binary.LittleEndian.PutUint32(buf[n:], low.padded)
		n += 3
	}
	b := &t.behind[p&1]
	*(*[behindRoom]byte)(buf[n:]) = b.text
	return n + b.len
}
