package protocol

import "testing"

func Test9P(t *testing.T) {
	t.Parallel()
	reply := "\x15\x00\x00\x00\x65\xff\xff\x00\x20\x00\x00\x08\x009P2000.L"
	checkSamples(t, "9p", []sample{
		// Debian's diod 1.0.24; the others from the Plan 9 manual, section 5, version.
		{"same version", "9p", reply, Certain, facts{}},
		{"unknown version", "9p", "\x14\x00\x00\x00\x65\xff\xff\x00\x20\x00\x00\x07\x00unknown", Certain, facts{}},
		{"another tag", "9p", reply[:5] + "\x01\x00" + reply[7:], No, facts{}},
		{"another version", "9p", reply[:13] + "8P2000.L", No, facts{}},
		{"wrong length", "9p", "\x16" + reply[1:] + "x", No, facts{}},
	})
	checkStrangers(t, "9p")
}
