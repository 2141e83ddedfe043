package protocol

import (
	"strings"
	"testing"
)

func TestSTUN(t *testing.T) {
	t.Parallel()
	own := func(attribute uint16, data string) string {
		return strings.Replace(stunReply(attribute, data), "identifiers.", stunTransaction, 1)
	}
	coturn := own(0x8022, "Coturn-4.6.1 'Gorst'")
	checkSamples(t, "stun", []sample{
		{"Debian's coturn", "stun", coturn, Certain, facts{product: "Coturn", version: "4.6.1"}},
		{"an indication follows", "stun", coturn + "\x00\x17", Certain, facts{product: "Coturn", version: "4.6.1"}},
		{"error", "stun", "\x01\x11" + own(0x0009, "\x00\x00\x04\x01")[2:], Certain, facts{}},
		{"another transaction", "stun", stunReply(0x8022, "Coturn-4.6.1"), No, facts{}},
		{"without the cookie", "stun", coturn[:4] + "\x00" + coturn[5:], No, facts{}},
		{"to another request", "http", coturn, No, facts{}},
		{"echo", "stun", string(stunRequest(nil)), No, facts{}},
	})
	checkStrangers(t, "stun")
}
