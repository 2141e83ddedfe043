package portprobe

import (
	"fmt"
	"net"
	"net/netip"
	"testing"

	"portkit/pkg/internal/lab"
)

// --interface can supply the zone of a link-local target or source, with every
// method.
func TestLinkLocalByInterface(t *testing.T) {
	t.Parallel() // mostly waits
	lab.NotRaced(t)
	l := lab.New(t)
	h := l.Host("", lab.Listen("7777"), lab.Answer("7777", lab.Echo))
	bare, zoned := h.LinkLocal().WithZone("").String(), h.LinkLocal().String()
	for _, c := range []struct {
		to   string
		args []string
	}{
		{bare, []string{"--interface", h.Link()}},
		{bare, []string{"--interface", h.Link(), "--source", "fe80::1"}},
		{zoned, []string{"--interface", h.Link(), "--source", "fe80::1"}},
		{zoned, []string{"--source", "fe80::1%" + h.Link()}},
		{zoned, []string{"--source", ownLinkLocal(t, h)}},
	} {
		in := fmt.Sprintf(`{"host":"%s","port":7777}`+"\n"+`{"host":"%s","port":7777,"proto":"udp"}`+"\n", c.to, c.to)
		for name, r := range map[string]ran{
			"connect": toolOver(t, false, in, c.args...), "syn": toolBySYN(t, in, c.args...),
		} {
			if r.err != "" {
				t.Errorf("%s %v %v: %s", name, c.to, c.args, r.err)
			}
			for _, m := range records(t, r.out) {
				if m["state"] != "open" {
					t.Errorf("%s %v %v: %v", name, c.to, c.args, m)
				}
			}
		}
	}
}

// ownLinkLocal returns the kernel's link-local address (RFC 4862 section 5.3) on
// this machine's end of a link. No other link has it.
func ownLinkLocal(t *testing.T, h *lab.Host) string {
	t.Helper()
	link, err := net.InterfaceByName(h.Link())
	if err != nil {
		t.Fatal(err)
	}
	addrs, err := link.Addrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range addrs {
		if p := netip.MustParsePrefix(a.String()); p.Addr().IsLinkLocalUnicast() && p.Addr() != netip.MustParseAddr("fe80::1") {
			return p.Addr().String()
		}
	}
	t.Fatal("the link has no address of the kernel's")
	return ""
}
