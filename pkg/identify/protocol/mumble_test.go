package protocol

import "testing"

func TestMumble(t *testing.T) {
	t.Parallel()
	version := "\x08\x84\x86\x04\x12\x071.3.4-4\x1a\x05Linux\x22\x1eDebian GNU/Linux 12 (bookworm)"
	data := "\x00\x00\x00\x00\x00" + string([]byte{byte(len(version))}) + version
	for _, c := range []struct {
		name, data string
		tls        bool
		want       Strength
	}{
		{"version", data, true, Certain},
		{"crypto setup follows", data + "\x00\x0f\x00\x00\x00\x04", true, Certain},
		{"without TLS", data, false, No},
		{"another type", "\x00\x01" + data[2:], true, No},
		{"wrong length", data[:5] + "\x10" + data[6:], true, No},
		{"too long", "\x00\x00\x00\x01" + data[4:], true, No},
	} {
		m := mumbleMatch(&Reply{Data: []byte(c.data), TLS: c.tls, Ended: true})
		if m.Strength != c.want {
			t.Errorf("%s: strength %d, want %d", c.name, m.Strength, c.want)
		}
		if c.want == Certain && (m.Product != "Mumble" || m.Version != "1.3.4-4" || m.OS != "Linux Debian GNU/Linux 12 (bookworm)") {
			t.Errorf("%s: %+v", c.name, m.Finding)
		}
	}
	for n := range len(data) {
		m := mumbleMatch(&Reply{Data: []byte(data[:n]), TLS: true})
		if m.Strength != No || n > 0 && !m.More {
			t.Errorf("the first %d bytes: %+v, want no match and more", n, m)
		}
	}
}
