package protocol

import (
	"strings"
	"testing"
)

func TestNBD(t *testing.T) {
	t.Parallel()
	old := "NBDMAGIC\x00\x00\x42\x02\x81\x86\x12\x53\x00\x00\x00\x00\x00\x10\x00\x00\x00\x00\x00\x01" + strings.Repeat("\x00", 124)
	checkSamples(t, "nbd", []sample{
		// Debian's nbd-server 3.24.
		{"newstyle", "", "NBDMAGICIHAVEOPT\x00\x03", Certain, facts{}},
		{"oldstyle", "", old, Certain, facts{}},
		{"more data", "", "NBDMAGICIHAVEOPT\x00\x03x", No, facts{}},
		{"another magic number", "", "NBDMAGICIHAVENOT\x00\x03", No, facts{}},
	})
	checkStrangers(t, "nbd")
}
