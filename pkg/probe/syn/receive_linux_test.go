package syn

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"testing"

	"portkit/pkg/endpoint"
	"portkit/pkg/internal/lab"
	"portkit/pkg/probe"
	"portkit/pkg/wire"
)

func TestMain(m *testing.M) { lab.Main(m) }

// ends is a target and the source address of the probes to it.
type ends struct{ us, them netip.Addr }

var bothEnds = []ends{
	{netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.9")},
	{netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("2001:db8::9")},
}

// newTestTransport returns a transport without sockets that has made three attempts at
// port 80 of each target, in slots 7 and 8.
func newTestTransport() *Transport {
	t := &Transport{
		sentProbes: newSentProbes(8), key: key{1, 2}, block: block{61440, 128},
		neighborTable: neighborTable{neighbors: map[nextHop]*neighbor{}},
		clock:         probe.Clock{},
	}
	for i, e := range bothEnds {
		t.addSource(e.us)
		for n := range uint8(3) {
			t.begin(probe.ID{Slot: 7 + uint32(i), Gen: 3}, n+1, t.key.cookie(e.them.As16(), 80, 0))
		}
	}
	return t
}

// replyTo returns a reply to attempt n with flags.
func (e ends) replyTo(t *Transport, n int, flags uint8) []byte {
	there, here := netip.AddrPortFrom(e.them, 80), netip.AddrPortFrom(e.us, 61440+uint16(n))
	b := wire.AppendIP(nil, e.them, e.us, wire.ProtoTCP, 57, wire.SYNSize)
	head := len(b)
	b = wire.AppendSYN(b, there, here, 99, 1460)
	binary.BigEndian.PutUint32(b[head+8:], t.key.cookie(e.them.As16(), 80, 0).seq()+1)
	b[head+13] = flags
	return b
}

// icmpErrorAbout returns an ICMP error about attempt n.
func (e ends) icmpErrorAbout(t *Transport, n int, kind, code uint8) []byte {
	here, there := netip.AddrPortFrom(e.us, 61440+uint16(n)), netip.AddrPortFrom(e.them, 80)
	quoted := wire.AppendIP(nil, e.us, e.them, wire.ProtoTCP, 1, wire.SYNSize)
	quoted = wire.AppendSYN(quoted, here, there, t.key.cookie(e.them.As16(), 80, 0).seq(), 1460)
	proto := uint8(wire.ProtoICMP)
	if e.us.Is6() {
		proto = wire.ProtoICMPv6
	}
	text := append([]byte{kind, code, 0, 0, 0, 0, 0, 0}, quoted...)
	return append(wire.AppendIP(nil, e.them, e.us, proto, 50, len(text)), text...)
}

// parse parses a whole packet without checksums.
func parse(t *Transport, b []byte) (a probe.Reply, ok bool) {
	ok = t.parseReply(&incoming{packet: b, toUs: true, noChecksum: true}, &a)
	return a, ok
}

func TestRepliesBelongToTheirAttempt(t *testing.T) {
	tr := newTestTransport()
	const ack, rst = wire.FlagACK, wire.FlagRST
	for i, e := range bothEnds {
		for n := range 4 {
			a, ok := parse(tr, e.replyTo(tr, n, wire.FlagSYN|ack))
			if ok != (n > 0) || ok && (a.ID.Slot != uint32(7+i) || int(a.N) != n || a.Reason != endpoint.SynAck || a.TTL != 57 || a.From != e.them) {
				t.Errorf("%v, attempt %d: %+v, %v", e, n, a, ok)
			}
		}
		for flags, want := range map[uint8]endpoint.Reason{
			wire.FlagSYN | ack: endpoint.SynAck, wire.FlagSYN | ack | 0xc0: endpoint.SynAck, rst | ack: endpoint.Reset,
			rst: 0, ack: 0, wire.FlagSYN: endpoint.SYNReceived, wire.FlagSYN | ack | rst: 0, 0: 0,
		} {
			b := e.replyTo(tr, 2, flags)
			if flags == wire.FlagSYN { // acknowledges nothing
				clear(b[len(b)-wire.SYNSize+8:][:4])
			}
			if a, ok := parse(tr, b); ok != (want != 0) || ok && a.Reason != want {
				t.Errorf("%v, flags %#x: %v, %v", e, flags, a.Reason, ok)
			}
		}
		unreachable, code := uint8(wire.ICMPUnreachable), uint8(13)
		if e.us.Is6() {
			unreachable, code = wire.ICMPv6Unreachable, 1
		}
		a, ok := parse(tr, e.icmpErrorAbout(tr, 3, unreachable, code))
		if !ok || a.N != 3 || a.Reason != endpoint.AdminProhibited || a.Unresolved {
			t.Errorf("%v: %+v, %v", e, a, ok)
		}
	}
}

// TestOwnSYNIsNoReply probes from and to ports of one block: the port that a probe
// leaves from is the target of another, or its own.
func TestOwnSYNIsNoReply(t *testing.T) {
	tr := newTestTransport()
	for i, e := range bothEnds {
		own := netip.AddrPortFrom(e.us, tr.block.first+1)
		tr.begin(probe.ID{Slot: 20 + uint32(i), Gen: 3}, 1, tr.key.cookie(own.Addr().As16(), own.Port(), 0))
		b := wire.AppendIP(nil, e.us, e.us, wire.ProtoTCP, 64, wire.SYNSize)
		if a, ok := parse(tr, wire.AppendSYN(b, own, own, 99, 1460)); ok {
			t.Errorf("%v: %+v", e, a)
		}
	}
}

// TestOtherPacketsAreNoReplies changes one property of a reply at a time.
func TestOtherPacketsAreNoReplies(t *testing.T) {
	tr := newTestTransport()
	for _, e := range bothEnds {
		for _, whole := range [][]byte{e.replyTo(tr, 2, wire.FlagRST|wire.FlagACK), e.icmpErrorAbout(tr, 2, 3, 0)} {
			head := 20
			if e.us.Is6() {
				head = 40
			}
			if _, ok := parse(tr, whole[:head+7]); ok {
				t.Errorf("%v: a truncated packet is a reply", e)
			}
			var a probe.Reply
			if tr.parseReply(&incoming{packet: whole, noChecksum: true}, &a) {
				t.Errorf("%v: a packet to another MAC address is a reply", e)
			}
			if whole[head-1] ^= 1; true { // destination address
				if _, ok := parse(tr, whole); ok {
					t.Errorf("%v: a packet to another address is a reply", e)
				}
			}
		}
		b := e.replyTo(tr, 2, wire.FlagRST|wire.FlagACK)
		if tr.parseReply(&incoming{packet: b, toUs: true}, new(probe.Reply)) {
			t.Errorf("%v: a segment with a wrong checksum is a reply", e)
		}
	}
}

// TestForgedRepliesAreRejected sends replies with the right addresses and ports, and
// random acknowledgment numbers.
func TestForgedRepliesAreRejected(t *testing.T) {
	tr := newTestTransport()
	r := rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64()))
	for i := range 1_000_000 {
		e := bothEnds[i%2]
		flags := uint8(wire.FlagSYN | wire.FlagACK)
		if i%4 < 2 {
			flags = wire.FlagRST | wire.FlagACK
		}
		b := e.replyTo(tr, 1+i%3, flags)
		at := len(b) - wire.SYNSize + 8
		right := binary.BigEndian.Uint32(b[at:])
		guess := r.Uint32()
		binary.BigEndian.PutUint32(b[at:], guess)
		if a, ok := parse(tr, b); ok && guess != right {
			t.Fatalf("%d is accepted for %d: %+v", guess, right, a)
		}
	}
}

// FuzzParseReply: no packet makes parseReply panic, allocate or return an attempt that
// was not made.
func FuzzParseReply(f *testing.F) {
	tr := newTestTransport()
	for _, e := range bothEnds {
		for _, b := range [][]byte{
			e.replyTo(tr, 2, wire.FlagSYN|wire.FlagACK), e.replyTo(tr, 1, wire.FlagRST|wire.FlagACK),
			e.icmpErrorAbout(tr, 3, 3, 1), e.icmpErrorAbout(tr, 1, 1, 4), e.icmpErrorAbout(tr, 1, 11, 0),
		} {
			f.Add(b, true)
			f.Add(append(b, make([]byte, 100)...), false)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte, noChecksum bool) {
		n := testing.AllocsPerRun(1, func() {
			var a probe.Reply
			if !tr.parseReply(&incoming{packet: b, toUs: true, noChecksum: noChecksum}, &a) {
				return
			}
			if a.ID.Gen != 3 || a.ID.Slot < 7 || a.ID.Slot > 8 || a.N < 1 || a.N > 3 || a.Reason == 0 {
				t.Errorf("%x is %+v", b, a)
			}
		})
		if n > 0 {
			t.Errorf("%v allocations for %x", n, b)
		}
	})
}
