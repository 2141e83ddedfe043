package protocol

import (
	"strings"
	"testing"
)

func kerberosSamples() []sample {
	// Debian's krb5-kdc 1.20.1, to a line of text.
	reply := "\x00\x00\x00N~L0J\xa0\x03\x02\x01\x05\xa1\x03\x02\x01\x1e\xa4\x11\x18\x0f20261129022436Z\xa5\x05\x02\x03\n>\xb5\xa6\x03\x02\x01=\xa9\x05\x1b\x03LAB" +
		"\xaa\x180\x16\xa0\x03\x02\x01\x02\xa1\x0f0\x0d\x1b\x06krbtgt\x1b\x03LAB"
	return []sample{
		{"field too long", "", reply, Certain, facts{}},
		{"own request", "kerberos", reply, Certain, facts{}},
		{"another time", "kerberos", strings.Replace(reply, "20261129022436Z", "20261129022436+", 1), No, facts{}},
		{"another message", "kerberos", strings.Replace(reply, "\x02\x01\x1e", "\x02\x01\x0b", 1), No, facts{}},
		{"wrong length", "kerberos", strings.Replace(reply, "~L0J", "~L0I", 1), No, facts{}},
		{"no realm", "kerberos", strings.Replace(reply, "\xa9\x05\x1b\x03", "\xa8\x05\x1b\x03", 1), No, facts{}},
	}
}

func TestKerberos(t *testing.T) {
	t.Parallel()
	checkSamples(t, "kerberos", kerberosSamples())
	checkStrangers(t, "kerberos")
	if b := string(kerberosRequest(nil)); strings.Contains(b, "\xa1\x16") || !strings.Contains(b, "INVALID") {
		t.Errorf("request %q: contains a client name, or another realm", b)
	}
}
