package protocol

import "testing"

func TestTor(t *testing.T) {
	t.Parallel()
	const versions, certs = "\x00\x00\x07\x00\x06\x00\x03\x00\x04\x00\x05", "\x00\x00\x00\x00\x81\x05\xa7\x05"
	for _, c := range []struct {
		name, data string
		tls        bool
		want       Strength
	}{
		{"Debian's tor 0.4.9", versions + certs, true, Certain}, // of Debian 12
		{"only version 3", "\x00\x00\x07\x00\x02\x00\x03\x00\x00\x81\x05", true, Certain},
		{"without TLS", versions + certs, false, No},
		{"echo", versions, true, No},
		{"another cell", versions + "\x00\x00\x00\x00\x08\x05\xa7", true, No},
		{"no common version", "\x00\x00\x07\x00\x02\x00\x02\x00\x00\x81\x05", true, No},
		{"odd length", "\x00\x00\x07\x00\x03\x00\x03\x00" + certs, true, No},
		{"empty list", "\x00\x00\x07\x00\x00" + certs, true, No},
	} {
		r := Reply{Request: "tor", Sent: torRequest(nil), Data: []byte(c.data), TLS: c.tls, Ended: true}
		if m := torMatch(&r); m.Strength != c.want || m.More || (m.Product == "Tor") != (c.want == Certain) {
			t.Errorf("%s: %+v, want strength %d", c.name, m, c.want)
		}
		for n := range len(c.data) {
			r.Data, r.Ended = []byte(c.data[:n]), false
			if m := torMatch(&r); m.Strength != No && c.want != Certain || n > 0 && c.want == Certain && m.Strength == No && !m.More {
				t.Errorf("%s: the first %d bytes: %+v", c.name, n, m)
			}
		}
	}
	checkStrangers(t, "tor")
}
