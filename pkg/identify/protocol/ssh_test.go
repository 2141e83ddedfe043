package protocol

import "testing"

func TestSSHIdentification(t *testing.T) {
	for _, c := range []struct {
		data             string
		want             Strength
		product, version string
	}{
		{"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10\r\n", Certain, "OpenSSH", "9.2p1"},
		{"SSH-2.0-dropbear_2022.83\r\n\x00\x00\x01\xfc\x07\x14", Certain, "dropbear", "2022.83"},
		{"Welcome\r\nto this host\r\nSSH-2.0-OpenSSH_9.2p1\r\n", Certain, "OpenSSH", "9.2p1"},
		{"SSH-1.99-Cisco-1.25\n", Certain, "Cisco", "1.25"},
		{"220 mail.example SSH-2.0-OpenSSH_9.2p1\r\n", No, "", ""},
		{"HTTP/1.1 400 Bad Request\r\n\r\nSSH", No, "", ""},
		{"SSH-", No, "", ""},
		{"SSH--\r\n", No, "", ""},
	} {
		m := sshMatch(&Reply{Data: []byte(c.data), Ended: true})
		if m.Strength != c.want || m.Product != c.product || m.Version != c.version {
			t.Errorf("%q: strength %d, %q %q; want %d, %q %q", c.data, m.Strength, m.Product, m.Version, c.want, c.product, c.version)
		}
	}
}

func TestSSHNeedsTheWholeLine(t *testing.T) {
	if m := sshMatch(&Reply{Data: []byte("SSH-2.0-Open")}); m.Strength != No || !m.More {
		t.Errorf("half a line: %+v, want no match and more", m)
	}
}
