package protocol

import "testing"

func TestOpenVPN(t *testing.T) {
	t.Parallel()
	// Debian's OpenVPN 2.6.3, but for our session id.
	reply := "\x00\x1a\x40\xac\x9b\x2b2\xa7e\xd8\xcc\x01\x00\x00\x00\x00portid\x56\x0b\x00\x00\x00\x00"
	checkSamples(t, "openvpn", []sample{
		{"hard reset", "openvpn", reply, Certain, facts{}},
		{"another session", "openvpn", reply[:16] + "x" + reply[17:], No, facts{}},
		{"another request", "dns", reply, No, facts{}},
		{"another opcode", "openvpn", "\x00\x1a\x38" + reply[3:], No, facts{}},
	})
	checkStrangers(t, "openvpn")
}
