package syn

import (
	"net/netip"
	"testing"

	"golang.org/x/net/bpf"

	"portkit/pkg/wire"
)

// packets returns packets by name, and whether the filter for ports 61440 to 61567 has
// to accept each.
func packets() map[string]struct {
	bytes []byte
	want  bool
} {
	type one = struct {
		bytes []byte
		want  bool
	}
	all := map[string]one{}
	for name, ends := range map[string][2]netip.Addr{
		"4": {netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.9")},
		"6": {netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("2001:db8::9")},
	} {
		us, them := ends[0], ends[1]
		icmp := uint8(wire.ProtoICMP)
		kinds := map[uint8]bool{wire.ICMPUnreachable: true, wire.ICMPTimeExceeded: true, wire.ICMPParameterProblem: true, 4: false, 8: false}
		if us.Is6() {
			icmp = wire.ProtoICMPv6
			kinds = map[uint8]bool{
				wire.ICMPv6Unreachable: true, wire.ICMPv6PacketTooBig: true, wire.ICMPv6TimeExceeded: true,
				wire.ICMPv6ParameterProblem: true, 128: false,
			}
		}
		for port, want := range map[uint16]bool{61439: false, 61440: true, 61567: true, 61568: false, 0: false} {
			here, there := netip.AddrPortFrom(us, port), netip.AddrPortFrom(them, 80)
			reply := wire.AppendSYN(wire.AppendIP(nil, them, us, wire.ProtoTCP, 64, wire.SYNSize), there, here, 1, 1460)
			probe := wire.AppendSYN(wire.AppendIP(nil, us, them, wire.ProtoTCP, 64, wire.SYNSize), here, there, 1, 1460)
			id := name + string(rune('a'+port%7))
			all["tcp"+id] = one{reply, want}
			for kind, is := range kinds {
				text := append([]byte{kind, 1, 0, 0, 0, 0, 0, 0}, probe...)
				b := append(wire.AppendIP(nil, them, us, icmp, 64, len(text)), text...)
				all["icmp"+id+string(rune('a'+kind%26))] = one{b, want && is}
			}
			all["udp"+id] = one{append(wire.AppendIP(nil, them, us, 17, 64, 8), probe[:8]...), false}
		}
	}
	return all
}

func TestFilterAcceptsPossibleReplies(t *testing.T) {
	b := block{61440, 128}
	machines := map[uint8]*bpf.VM{}
	for version, program := range map[uint8][]bpf.Instruction{4: b.filter4(), 6: b.filter6()} {
		if _, err := bpf.Assemble(program); err != nil {
			t.Fatal(err)
		}
		vm, err := bpf.NewVM(program)
		if err != nil {
			t.Fatal(err)
		}
		machines[version] = vm
	}
	for name, p := range packets() {
		n, err := machines[p.bytes[0]>>4].Run(p.bytes)
		if err != nil || (n > 0) != p.want {
			t.Errorf("%s: %d, %v, want %v", name, n, err, p.want)
		}
	}
	// Packets with extension headers are parsed later.
	odd := wire.AppendIP(nil, netip.MustParseAddr("2001:db8::9"), netip.MustParseAddr("2001:db8::1"), 0, 64, 0)
	if n, _ := machines[6].Run(append(odd, make([]byte, 40)...)); n == 0 {
		t.Error("a packet with extension headers is dropped")
	}
	fragment := wire.AppendIP(nil, netip.MustParseAddr("192.0.2.9"), netip.MustParseAddr("192.0.2.1"), 6, 64, 24)
	fragment[6], fragment[7] = 0, 1
	if n, _ := machines[4].Run(append(fragment, make([]byte, 24)...)); n != 0 {
		t.Error("a fragment is accepted")
	}
}

func TestBlockContainsItsPortsOnly(t *testing.T) {
	b := block{61440, 128}
	for port := range 1 << 16 {
		i, ok := b.find(uint16(port))
		if want := port >= 61440 && port < 61568; ok != want || ok && i != port-61440 {
			t.Fatalf("%d: %d, %v", port, i, ok)
		}
	}
}
