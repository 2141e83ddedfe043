package protocol

import "testing"

func TestEPMD(t *testing.T) {
	t.Parallel()
	checkSamples(t, "epmd", []sample{
		// Debian's epmd of Erlang/OTP 25.
		{"a node", "epmd", "\x00\x00\x11\x11name rabbit at port 40071\n", Certain, facts{}},
		{"two nodes", "epmd", "\x00\x00\x11\x11name a at port 1\nname b at port 65535\n", Certain, facts{}},
		{"no nodes", "epmd", "\x00\x00\x11\x11", Likely, facts{}},
		{"another request", "http", "\x00\x00\x11\x11name rabbit at port 40071\n", No, facts{}},
		{"port out of range", "epmd", "\x00\x01\x11\x11name rabbit at port 40071\n", No, facts{}},
		{"another line", "epmd", "\x00\x00\x11\x11name rabbit on port 40071\n", No, facts{}},
		{"no port", "epmd", "\x00\x00\x11\x11name rabbit at port 0\n", No, facts{}},
		{"half a line", "epmd", "\x00\x00\x11\x11name a at port 1\nname b", No, facts{}},
	})
	checkStrangers(t, "epmd")
}
