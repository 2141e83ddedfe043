package portgen

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"strconv"

	"portkit/pkg/record"
)

const (
	// headRoom exceeds the maximum length of a head: a name of 254 characters and an
	// address with a zone of 64.
	headRoom = 512
	// shortHead is the maximum length of a head that is copied at a fixed size, which
	// includes those of IPv4 addresses.
	shortHead = 64
	// pieceRoom is the size of a piece, and of an IPv4 address.
	pieceRoom = 16
)

// head is the part of a record before the port. It is the same for all ports of an
// address.
type head struct {
	text [headRoom]byte
	len  int

	parts            *record.Parts
	pieces4, pieces6 []piece // text before, between and after the addresses
	octets           [256]octet
	buf              []byte
}

type piece struct {
	text [pieceRoom]byte
	len  int
}

// octet is the text of an octet and its dot, as of pack.
type octet struct{ text, len uint32 }

func newHead(parts *record.Parts) head {
	h := head{parts: parts}
	h.pieces4 = cutHead(parts, netip.AddrFrom4([4]byte{192, 0, 2, 1}))
	h.pieces6 = cutHead(parts, netip.IPv6LinkLocalAllNodes())
	for i := range h.octets {
		o := &h.octets[i]
		o.text, o.len = pack(strconv.Itoa(i) + ".")
	}
	return h
}

// cutHead splits a head at its addresses.
func cutHead(parts *record.Parts, sample netip.Addr) (pieces []piece) {
	for _, text := range bytes.Split(parts.Head(nil, nil, sample), []byte(sample.String())) {
		p := piece{len: len(text)}
		copy(p.text[:], text)
		pieces = append(pieces, p)
	}
	return pieces
}

// set4 sets the head of an IPv4 address.
func (h *head) set4(addr uint32) {
	var text [pieceRoom]byte
	n := uint32(0)
	for shift := 24; shift >= 0; shift -= 8 {
		o := &h.octets[byte(addr>>shift)]
		binary.LittleEndian.PutUint32(text[n:], o.text)
		n += o.len
	}
	at := copy(h.text[:], h.pieces4[0].text[:h.pieces4[0].len])
	for i := 1; i < len(h.pieces4); i++ {
		*(*[pieceRoom]byte)(h.text[at:]) = text
		at += int(n) - 1 // without the last dot
		*(*[pieceRoom]byte)(h.text[at:]) = h.pieces4[i].text
		at += h.pieces4[i].len
	}
	h.len = at
}

// set6 sets the head of an IPv6 address without a zone.
func (h *head) set6(addr netip.Addr) {
	h.buf = addr.AppendTo(h.buf[:0])
	at := copy(h.text[:], h.pieces6[0].text[:h.pieces6[0].len])
	for i := 1; i < len(h.pieces6); i++ {
		at += copy(h.text[at:], h.buf)
		*(*[pieceRoom]byte)(h.text[at:]) = h.pieces6[i].text
		at += h.pieces6[i].len
	}
	h.len = at
}

// set sets the head of a host and address, as in record.Parts.
func (h *head) set(host string, addr netip.Addr) {
	switch {
	case host == "" && addr.Is4():
		b := addr.As4()
		h.set4(binary.BigEndian.Uint32(b[:]))
	case host == "" && addr.Zone() == "":
		h.set6(addr)
	default:
		var name []byte
		if host != "" {
			name = []byte(host)
		}
		h.buf = h.parts.Head(h.buf[:0], name, addr)
		h.len = copy(h.text[:], h.buf)
	}
}
