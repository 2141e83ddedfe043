package protocol

import "testing"

func TestSOCKS5(t *testing.T) {
	t.Parallel()
	checkSamples(t, "socks5", []sample{
		// Debian's Dante, tor and microsocks.
		{"no authentication", "socks5", "\x05\x00", Certain, facts{}},
		{"no method", "socks5", "\x05\xff", Certain, facts{}},
		{"no method, another request", "http", "\x05\xff", Likely, facts{}},
		{"a method, another request", "http", "\x05\x00", No, facts{}},
		{"three bytes", "socks5", "\x05\x00\x00", No, facts{}},
		{"another version", "socks5", "\x04\x00", No, facts{}},
		{"text", "socks5", "\x05A", No, facts{}},
	})
	checkStrangers(t, "socks5")
}

func TestSOCKS4(t *testing.T) {
	t.Parallel()
	checkSamples(t, "socks4", []sample{
		// Debian's Dante.
		{"rejected", "socks4", "\x00\x5b\x00\x00\x00\x00\x00\x00", Certain, facts{}},
		{"another request", "http", "\x00\x5b\x00\x00\x00\x00\x00\x00", No, facts{}},
		{"another code", "socks4", "\x00\x50\x00\x00\x00\x00\x00\x00", No, facts{}},
		{"nine bytes", "socks4", "\x00\x5b\x00\x00\x00\x00\x00\x00\x00", No, facts{}},
	})
	checkStrangers(t, "socks4")
}
