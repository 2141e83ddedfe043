package protocol

import (
	"strings"
	"testing"
)

func TestPPTP(t *testing.T) {
	t.Parallel()
	zeros := func(n int) string { return strings.Repeat("\x00", n) }
	reply := func(result, vendor string) string {
		return "\x00\x9c\x00\x01\x1a\x2b\x3c\x4d\x00\x02\x00\x00\x01\x00" + result + "\x00" + zeros(8) + "\x00\x01\x00\x01" +
			"local" + zeros(59) + vendor + zeros(64-len(vendor))
	}
	checkSamples(t, "pptp", []sample{
		// Debian's pptpd 1.4.0.
		{"success", "pptp", reply("\x01", "linux"), Certain, facts{vendor: "linux"}},
		{"not authorized", "pptp", reply("\x04", "MikroTik"), Certain, facts{vendor: "MikroTik"}},
		{"unknown result", "pptp", reply("\x09", "linux"), No, facts{}},
		{"bytes after the vendor", "pptp", reply("\x01", "linux\x00x"), No, facts{}},
	})
	checkStrangers(t, "pptp")
}
