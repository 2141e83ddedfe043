package protocol

import (
	"bytes"
	"encoding/binary"
	"strings"
)

const (
	pptpSize   = 156
	pptpCookie = 0x1a2b3c4d
)

// pptpRequest is Start-Control-Connection-Request (RFC 2637 section 2.1). It starts no
// call, and the control connection ends with that of TCP.
func pptpRequest(t *Target) []byte {
	b := binary.BigEndian.AppendUint32([]byte{0, pptpSize, 0, 1}, pptpCookie)
	b = append(b, 0, 1, 0, 0, // request
		1, 0, 0, 0, // version 1.0
		0, 0, 0, 1, 0, 0, 0, 1, // asynchronous framing, analog access
		0, 0, 0, 0) // channels, firmware
	b = append(b, make([]byte, 64)...) // host name
	vendor := make([]byte, 64)
	copy(vendor[:63], t.Agent)
	return append(b, vendor...)
}

// pptpMatch recognizes Start-Control-Connection-Reply (section 2.2).
func pptpMatch(r *Reply) (m Match) {
	const control, reply = 1, 2
	c := cursor{rest: r.Data}
	for i, want := range []byte{0, pptpSize, 0, control, 0x1a, 0x2b, 0x3c, 0x4d, 0, reply} {
		if i < len(r.Data) && r.Data[i] != want {
			return m
		}
	}
	if len(r.Data) < pptpSize {
		m.More = len(r.Data) > 0 && !r.Ended
		return m
	}
	c.bytes(12 + 2) // header, version
	result := c.u8()
	c.bytes(1 + 4 + 4 + 2 + 2) // error, framing, bearer, channels, firmware
	c.bytes(64)                // host name
	vendor, zero, _ := bytes.Cut(c.bytes(64), []byte{0})
	if !c.done() || result < 1 || result > 5 || !isText(vendor) || strings.Trim(string(zero), "\x00") != "" {
		return m
	}
	m.Strength, m.Vendor = Certain, string(vendor)
	return m
}
