package wire

import (
	"bytes"
	"encoding/hex"
	"net/netip"
	"strings"
	"testing"
)

func bytesOf(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var (
	a4, b4 = netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("198.51.100.7")
	a6, b6 = netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("2001:db8:1::7")
	mac    = MAC{2, 0, 0, 0, 0, 1}
)

// synPacket returns an IP packet with a SYN.
func synPacket(from, to netip.AddrPort, seq uint32) []byte {
	b := AppendIP(nil, from.Addr(), to.Addr(), ProtoTCP, 64, SYNSize)
	return AppendSYN(b, from, to, seq, 1460)
}

// TestSYNHasTheBytesOfTheRFC omits the checksums, which other tests cover.
func TestSYNHasTheBytesOfTheRFC(t *testing.T) {
	got := synPacket(netip.AddrPortFrom(a4, 61440), netip.AddrPortFrom(b4, 80), 0x01020304)
	want := bytesOf(t, `
		4500 002c 0000 4000 4006 0000 c000 0201 c633 6407
		f000 0050 01020304 00000000 6002 ffff 0000 0000 0204 05b4`)
	for _, at := range []int{10, 11, 36, 37} {
		want[at] = got[at]
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%x, want %x", got, want)
	}
	if !HeaderIntact(got) {
		t.Error("the header's checksum is wrong")
	}
}

func TestRSTHasTheBytesOfTheRFC(t *testing.T) {
	for _, c := range [][2]netip.Addr{{a4, b4}, {a6, b6}} {
		from, to := netip.AddrPortFrom(c[0], 61440), netip.AddrPortFrom(c[1], 80)
		got := AppendRST(AppendIP(nil, c[0], c[1], ProtoTCP, 64, RSTSize), from, to, 0x01020304)
		p, ok := ParseIP(got)
		if !ok || !p.Whole() || !p.Intact() {
			t.Errorf("%v: %+v", c, p)
		}
		want := bytesOf(t, "f000 0050 01020304 00000000 5004 0000 0000 0000")
		copy(want[16:18], p.Payload[16:18]) // the checksum
		if !bytes.Equal(p.Payload, want) {
			t.Errorf("%x, want %x", p.Payload, want)
		}
	}
}

// TestChecksumOfRFC1071 is the example in section 3 of the RFC.
func TestChecksumOfRFC1071(t *testing.T) {
	if got := fold(sum(0, bytesOf(t, "0001 f203 f4f5 f6f7"))); got != ^uint16(0xddf2) {
		t.Errorf("%#x", got)
	}
	if a, b := fold(sum(0, bytesOf(t, "0102 0304 05"))), fold(sum(0, bytesOf(t, "0102 0304 0500"))); a != b {
		t.Errorf("an odd byte: %#x, %#x", a, b)
	}
}

func TestParseReversesAppend(t *testing.T) {
	for _, c := range []struct{ from, to netip.Addr }{{a4, b4}, {a6, b6}} {
		from, to := netip.AddrPortFrom(c.from, 61441), netip.AddrPortFrom(c.to, 443)
		b := synPacket(from, to, 0xfffffffe)
		p, ok := ParseIP(append(b, 0, 0, 0)) // padding
		if !ok || p.Src != c.from || p.Dst != c.to || p.Proto != ProtoTCP || p.TTL != 64 || !p.Whole() || !p.Intact() {
			t.Errorf("%+v, %v", p, ok)
		}
		s, ok := ParseTCP(p.Payload, p.Size)
		if !ok || s != (TCP{SrcPort: 61441, DstPort: 443, Seq: 0xfffffffe, Flags: FlagSYN}) {
			t.Errorf("%+v, %v", s, ok)
		}
		b[len(b)-1] ^= 1
		if p, _ := ParseIP(b); p.Intact() {
			t.Error("a broken segment is intact")
		}
	}
}

// TestExtensionHeadersAreSkipped: hop-by-hop options, destination options and the
// header of a first fragment. Other fragments have no TCP header.
func TestExtensionHeadersAreSkipped(t *testing.T) {
	syn := synPacket(netip.AddrPortFrom(a6, 1), netip.AddrPortFrom(b6, 2), 3)[ipv6Size:]
	for _, c := range []struct {
		first uint8
		chain string
		want  bool
	}{
		{hopByHop, "06 00 0104 00000000", true},
		{hopByHop, "3c 00 0104 00000000 06 01 010c 000000000000000000000000", true},
		{fragment, "06 00 0000 00000000", true},
		{fragment, "06 00 0008 00000000", false},
		{auth, "06 01 0000 0000000000000000", true},
		{hopByHop, "06 ff 0104 00000000", false},
		{hopByHop, "00 00 0104 00000000 00 00 0104 00000000 00 00 0104 00000000 00 00 0104 00000000 00 00 0104 00000000" +
			"00 00 0104 00000000 00 00 0104 00000000 00 00 0104 00000000 06 00 0104 00000000", false},
	} {
		chain := bytesOf(t, c.chain)
		b := AppendIP(nil, a6, b6, c.first, 64, len(chain)+len(syn))
		p, ok := ParseIP(append(append(b, chain...), syn...))
		if ok != c.want || ok && (p.Proto != ProtoTCP || !bytes.Equal(p.Payload, syn) || p.Size != len(syn)) {
			t.Errorf("%d %s: %+v, %v", c.first, c.chain, p, ok)
		}
	}
}

func TestParseRejection(t *testing.T) {
	for _, c := range []struct {
		router, from, to netip.Addr
		proto, kind      uint8
		want             bool
	}{
		{b4, a4, b4, ProtoICMP, ICMPUnreachable, true},
		{b4, a4, b4, ProtoICMP, ICMPTimeExceeded, true},
		{b4, a4, b4, ProtoICMP, ICMPParameterProblem, true},
		{b4, a4, b4, ProtoICMP, 0, false},
		{b4, a4, b4, ProtoICMP, 4, false}, // source quench (RFC 6633)
		{b4, a6, b6, ProtoICMP, ICMPUnreachable, false},
		{b6, a6, b6, ProtoICMPv6, ICMPv6Unreachable, true},
		{b6, a6, b6, ProtoICMPv6, ICMPv6TimeExceeded, true},
		{b6, a6, b6, ProtoICMPv6, ICMPv6PacketTooBig, true},
		{b6, a6, b6, ProtoICMPv6, ICMPv6ParameterProblem, true},
		{b6, a6, b6, ProtoICMPv6, 0, false},
		{b6, a6, b6, ProtoICMPv6, 128, false},
	} {
		quoted := synPacket(netip.AddrPortFrom(c.from, 9), netip.AddrPortFrom(c.to, 7), 5)
		quoted = quoted[:len(quoted)-SYNSize+8] // no more than must be
		message := append([]byte{c.kind, 13, 0, 0, 0, 0, 0, 0}, quoted...)
		us := a4
		if c.router.Is6() {
			us = a6
		}
		p, ok := ParseIP(append(AppendIP(nil, c.router, us, c.proto, 60, len(message)), message...))
		if !ok {
			t.Fatal("no packet")
		}
		r, ok := ParseRejection(&p)
		if ok != c.want {
			t.Errorf("%+v: %v", c, ok)
		}
		if !ok {
			continue
		}
		s, ok := ParseQuotedTCP(r.About.Payload)
		if !ok || r.Kind != c.kind || r.Code != 13 || r.About.Dst != c.to || s.SrcPort != 9 || s.DstPort != 7 || s.Seq != 5 {
			t.Errorf("%+v: %+v, %+v", c, r, s)
		}
	}
}

func TestNeighborMessages(t *testing.T) {
	request := AppendARPRequest(nil, mac, a4, b4)
	if _, _, ok := ParseARP(request); ok {
		t.Error("a question is an answer")
	}
	reply := bytesOf(t, "0001 0800 06 04 0002 020000000009 c6336407 020000000001 c0000201")
	if about, has, ok := ParseARP(reply); !ok || about != b4 || has != (MAC{2, 0, 0, 0, 0, 9}) {
		t.Errorf("%v %v %v", about, has, ok)
	}
	announced := AppendARPRequest(nil, mac, b4, b4)
	if about, has, ok := ParseARP(announced); !ok || about != b4 || has != mac {
		t.Errorf("an announcement: %v %v %v", about, has, ok)
	}
	if len(request) != len(reply) || !bytes.Equal(request[8:18], append(mac[:], 192, 0, 2, 1)) {
		t.Errorf("%x", request)
	}

	group, to := SolicitedNode(netip.MustParseAddr("2001:db8::1:2:3"))
	if group.String() != "ff02::1:ff02:3" || to != (MAC{0x33, 0x33, 0xff, 2, 0, 3}) {
		t.Errorf("%v %v", group, to)
	}
	solicit := AppendSolicitation(AppendIP(nil, a6, group, ProtoICMPv6, NeighborTTL, SolicitationSize), mac, a6, group, b6)
	p, ok := ParseIP(solicit)
	if !ok || !p.Intact() || p.TTL != 255 {
		t.Errorf("%+v %v", p, ok)
	}
	advert := append([]byte{Advertisement, 0, 0, 0, 0x60, 0, 0, 0}, b6.AsSlice()...)
	advert = append(advert, 14, 1, 0, 0, 0, 0, 0, 0, targetLink, 1, 2, 0, 0, 0, 0, 9)
	p = IP{Src: b6, Dst: a6, Proto: ProtoICMPv6, TTL: NeighborTTL, Size: len(advert), Payload: advert}
	if about, has, ok := ParseAdvertisement(&p); !ok || about != b6 || has != (MAC{2, 0, 0, 0, 0, 9}) {
		t.Errorf("%v %v %v", about, has, ok)
	}
	p.TTL = 254 // a router passed it on: somebody far away made it
	if _, _, ok := ParseAdvertisement(&p); ok {
		t.Error("an advertisement from afar is read")
	}
}

// FuzzParse: parsing any bytes neither panics nor allocates, and no result is longer
// than its input.
func FuzzParse(f *testing.F) {
	for _, b := range [][]byte{
		{},
		{0x45},
		{0x60},
		synPacket(netip.AddrPortFrom(a4, 1), netip.AddrPortFrom(b4, 2), 3),
		synPacket(netip.AddrPortFrom(a6, 1), netip.AddrPortFrom(b6, 2), 3),
		append(AppendIP(nil, b4, a4, ProtoICMP, 1, 36), append([]byte{3, 1, 0, 0, 0, 0, 0, 0},
			synPacket(netip.AddrPortFrom(a4, 1), netip.AddrPortFrom(b4, 2), 3)[:28]...)...),
		AppendSolicitation(AppendIP(nil, a6, b6, ProtoICMPv6, 255, 32), mac, a6, b6, b6),
		append(AppendIP(nil, a6, b6, hopByHop, 1, 16), 6, 0, 1, 4, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8),
		AppendARPRequest(nil, mac, a4, b4),
	} {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		n := testing.AllocsPerRun(1, func() {
			ParseARP(b)
			p, ok := ParseIP(b)
			if !ok {
				return
			}
			if len(p.Payload) > p.Size || p.Size > 1<<16 {
				t.Errorf("%x: %d bytes of %d", b, len(p.Payload), p.Size)
			}
			p.Intact()
			HeaderIntact(b)
			ParseTCP(p.Payload, p.Size)
			ParseAdvertisement(&p)
			if r, ok := ParseRejection(&p); ok {
				ParseQuotedTCP(r.About.Payload)
				IntactICMP(p.Payload)
			}
		})
		if n > 0 {
			t.Errorf("%v allocations for %x", n, b)
		}
	})
}
