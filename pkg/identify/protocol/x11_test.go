package protocol

import (
	"strings"
	"testing"
)

func x11Samples() []sample {
	refused := "\x00\x40\x0b\x00\x00\x00\x10\x00Authorization required, but no authorization protocol specified\n"
	success := "\x01\x00\x0b\x00\x00\x00\x0d\x00" + "\x8f\xa5\xb8\x00" + "\x00\x00\x40\x00\xff\xff\x1f\x00\x00\x01\x00\x00" +
		"\x14\x00\xff\xff" + strings.Repeat("\x01", 12) + "The X.Org Foundation"
	return []sample{
		// Debian's Xvfb 21.1.7.
		{"no authorization", "x11", refused, Certain, facts{}},
		{"success", "x11", success, Certain, facts{product: "X.Org", version: "21.1.7", vendor: "The X.Org Foundation"}},
		{"another vendor", "x11", strings.Replace(success, "The X.Org Foundation", "A Vendor of servers.", 1), Certain, facts{vendor: "A Vendor of servers."}},
		{"another request", "smb", refused, No, facts{}},
		{"another version", "x11", strings.Replace(refused, "\x0b", "\x0a", 1), No, facts{}},
		{"wrong length", "x11", strings.Replace(refused, "\x10", "\x09", 1), No, facts{}},
		{"no text", "x11", "\x00\x04\x0b\x00\x00\x00\x01\x00\x00\x01\x02\x03", No, facts{}},
	}
}

func TestX11(t *testing.T) {
	t.Parallel()
	checkSamples(t, "x11", x11Samples())
	checkStrangers(t, "x11")
	if got := x11Version(12004000); got != "1.20.4" {
		t.Errorf("release 12004000: version %s, want 1.20.4", got)
	}
}
