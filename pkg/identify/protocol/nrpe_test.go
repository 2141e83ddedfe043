package protocol

import (
	"encoding/binary"
	"hash/crc32"
	"testing"
)

func nrpeResponse(text string) string {
	b := make([]byte, nrpeSize)
	b[1], b[3] = 2, 2
	copy(b[10:], text)
	binary.BigEndian.PutUint32(b[4:], crc32.ChecksumIEEE(b))
	return string(b)
}

func TestNRPE(t *testing.T) {
	t.Parallel()
	reply := nrpeResponse("NRPE v4.1.0")
	checkSamples(t, "nrpe", []sample{
		// Debian's NRPE 4.1.0 without TLS.
		{"version", "nrpe", reply, Certain, facts{product: "NRPE", version: "4.1.0"}},
		{"another text", "nrpe", nrpeResponse("NRPE: Command '_NRPE_CHECK' not defined"), Certain, facts{}},
		{"wrong CRC", "nrpe", reply[:100] + "x" + reply[101:], No, facts{}},
		{"too long", "nrpe", reply + "x", No, facts{}},
	})
	checkStrangers(t, "nrpe")
}
