package recog

import "testing"

func TestFormatCPE(t *testing.T) {
	values := map[string]string{
		"version": "9.2p1", "odd": "1:2.3-rc+x~y *?", "accent": "1é", "control": "1\x00", "hyphen": "-",
		"product": "TAU 72/IP", "upper": "V2_B",
	}
	for _, c := range []struct{ uri, want string }{
		{"cpe:/a:openbsd:openssh:{version}", "cpe:2.3:a:openbsd:openssh:9.2p1:*:*:*:*:*:*:*"},
		{"cpe:/a:openbsd:openssh", "cpe:2.3:a:openbsd:openssh:*:*:*:*:*:*:*:*"},
		{"cpe:/a:openbsd:openssh:", "cpe:2.3:a:openbsd:openssh:*:*:*:*:*:*:*:*"},
		{"cpe:/a:openbsd:openssh:-", "cpe:2.3:a:openbsd:openssh:-:*:*:*:*:*:*:*"},
		{"cpe:/a:openbsd:openssh:{missing}", "cpe:2.3:a:openbsd:openssh:-:*:*:*:*:*:*:*"},
		{"cpe:/a:openbsd:openssh:{version}_{missing}", "cpe:2.3:a:openbsd:openssh:-:*:*:*:*:*:*:*"},
		{"cpe:/a:openbsd:openssh:{version}:p1", "cpe:2.3:a:openbsd:openssh:9.2p1:p1:*:*:*:*:*:*"},

		// What a service sent is characters.
		{"cpe:/a:v:p:{odd}", `cpe:2.3:a:v:p:1\:2.3-rc\+x\~y_\*\?:*:*:*:*:*:*:*`},
		{"cpe:/a:v:p:{hyphen}", "cpe:2.3:a:v:p:-:*:*:*:*:*:*:*"},
		{"cpe:/a:v:p:{upper}", "cpe:2.3:a:v:p:v2_b:*:*:*:*:*:*:*"},
		{"cpe:/a:v:p:{accent}", "cpe:2.3:a:v:p:-:*:*:*:*:*:*:*"},
		{"cpe:/a:v:p:{control}", "cpe:2.3:a:v:p:-:*:*:*:*:*:*:*"},
		{"cpe:/h:v:{product}:-", `cpe:2.3:h:v:tau_72\/ip:-:*:*:*:*:*:*:*`},
		{"cpe:/o:v:{product}_firmware:{version}", `cpe:2.3:o:v:tau_72\/ip_firmware:9.2p1:*:*:*:*:*:*:*`},

		// The example of section 6.1.2.4, and other codes.
		{"cpe:/a:hp:openview_network_manager:7.51::~~~linux~~", "cpe:2.3:a:hp:openview_network_manager:7.51:*:*:*:*:linux:*:*"},
		{"cpe:/a:v:p:1:sp2:~pro~home~linux~x64~o", "cpe:2.3:a:v:p:1:sp2:pro:*:home:linux:x64:o"},
		{"cpe:/a:v:p:1::en:fr", "cpe:2.3:a:v:p:1:*:en:fr:*:*:*:*"},
		{"cpe:/a:v:p:1::~a", `cpe:2.3:a:v:p:1:*:\~a:*:*:*:*:*`},
		{"cpe:/a:treck:tcp%2fip:6", `cpe:2.3:a:treck:tcp\/ip:6:*:*:*:*:*:*:*`},
		{`cpe:/a:treck:tcp\/ip:6`, `cpe:2.3:a:treck:tcp\/ip:6:*:*:*:*:*:*:*`},
		{"cpe:/a:v:a%3ab%5c%2A", `cpe:2.3:a:v:a\:b\\\*:*:*:*:*:*:*:*:*`},
		{"cpe:/a:v:100%", `cpe:2.3:a:v:100\%:*:*:*:*:*:*:*:*`},
		{"cpe:/o:microsoft:windows_7:Service Pack 1", "cpe:2.3:o:microsoft:windows_7:service_pack_1:*:*:*:*:*:*:*"},

		// Not a CPE, or one that names no product.
		{"", ""},
		{"{version}", ""},
		{"openssh", ""},
		{"cpe:2.3:a:v:p", ""},
		{"cpe:/", ""},
		{"cpe:/a", ""},
		{"cpe:/a:v", ""},
		{"cpe:/a:v:", ""},
		{"cpe:/a::p", ""},
		{"cpe:/a:v:{missing}:1", ""},
		{"cpe:/a:v:{accent}:1", ""},
		{"cpe:/x:v:p", ""},
		{"cpe:/ao:v:p", ""},
		{"cpe:/a:v:p:1:2:3:4:5", ""},
	} {
		if got := formatCPE(pieces(c.uri), values); got != c.want {
			t.Errorf("%s: got  %s\nwant %s", c.uri, got, c.want)
		}
	}
}
