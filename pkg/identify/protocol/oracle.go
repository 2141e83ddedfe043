package protocol

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
)

// oracleRequest is a CONNECT of TNS for a service without a name, and without a user. A
// listener refuses it, with its version.
func oracleRequest(*Target) []byte {
	const data, header = "(DESCRIPTION=(CONNECT_DATA=(SERVICE_NAME=)(CID=(PROGRAM=portid))))", 58
	b := binary.BigEndian.AppendUint16(nil, uint16(header+len(data)))
	b = append(b, 0, 0, 1, 0, 0, 0) // CONNECT
	for _, n := range []uint16{314, 300, 0, 2048, 32767, 0, 0, 1, uint16(len(data)), header} {
		b = binary.BigEndian.AppendUint16(b, n) // versions, options, sizes, byte order, data
	}
	b = append(b, make([]byte, header-len(b))...)
	return append(b, data...)
}

// oracleMatch recognizes REFUSE, with a description of the error.
func oracleMatch(r *Reply) (m Match) {
	const refuse = 4
	c := cursor{rest: r.Data}
	length, sum, kind := int(c.u16()), c.u16(), c.u8()
	if len(r.Data) >= 2 && (length < 13 || length > 4096) || sum != 0 || len(r.Data) >= 5 && kind != refuse {
		return m
	}
	if len(r.Data) < max(length, 12) {
		m.More = len(r.Data) > 0 && !r.Ended
		return m
	}
	c.bytes(3 + 2) // flags, checksum, reasons
	text := string(c.bytes(int(c.u16())))
	if !c.done() || length != len(r.Data) || !strings.HasPrefix(text, "(DESCRIPTION=") || !isText([]byte(text)) {
		return m
	}
	m.Strength = Certain
	_, number, _ := strings.Cut(text, "(VSNNUM=")
	number, _, _ = strings.Cut(number, ")")
	if n, err := strconv.ParseUint(number, 10, 32); err == nil && n >= 1<<24 {
		m.Product, m.Version = "Oracle TNS listener", oracleVersion(uint32(n))
	}
	return m
}

// oracleVersion returns the parts of a version number, which are divided otherwise from
// version 18 on.
func oracleVersion(n uint32) string {
	if n>>24 >= 18 {
		return fmt.Sprintf("%d.%d.%d.%d.%d", n>>24, n>>16&0xff, n>>12&0xf, n>>4&0xff, n&0xf)
	}
	return fmt.Sprintf("%d.%d.%d.%d.%d", n>>24, n>>20&0xf, n>>12&0xff, n>>8&0xf, n&0xff)
}
