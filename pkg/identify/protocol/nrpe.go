package protocol

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"strings"
)

// nrpeSize is the size of a packet of version 2: version, type, CRC, result, a buffer of
// 1,024 bytes, and two bytes of padding.
const nrpeSize = 2 + 2 + 4 + 2 + 1024 + 2

// nrpeRequest is a query for the version of the daemon, a check that all of them have.
func nrpeRequest(*Target) []byte {
	b := make([]byte, nrpeSize)
	b[1], b[3] = 2, 1 // version 2, query
	copy(b[10:], "_NRPE_CHECK")
	binary.BigEndian.PutUint32(b[4:], crc32.ChecksumIEEE(b))
	return b
}

// nrpeMatch recognizes a response with a valid CRC.
func nrpeMatch(r *Reply) (m Match) {
	const response = "\x00\x02\x00\x02" // version 2, response
	if len(r.Data) == 0 || !begins(string(r.Data), response) || len(r.Data) > nrpeSize {
		return m
	}
	if len(r.Data) < nrpeSize {
		m.More = !r.Ended
		return m
	}
	b := bytes.Clone(r.Data)
	sum := binary.BigEndian.Uint32(b[4:])
	copy(b[4:], "\x00\x00\x00\x00")
	text, _, ended := bytes.Cut(b[10:10+1024], []byte{0})
	if crc32.ChecksumIEEE(b) != sum || !ended || !isText(text) {
		return m
	}
	m.Strength = Certain
	if version, ok := strings.CutPrefix(string(text), "NRPE v"); ok {
		m.Product = "NRPE"
		m.Version, _, _ = strings.Cut(version, " ")
	}
	return m
}
