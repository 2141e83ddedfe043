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

// ends is a target and the address that it is asked from.
type ends struct{ us, them netip.Addr }

var bothEnds = []ends{
	{netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.9")},
	{netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("2001:db8::9")},
}

// inFlight is a transport without sockets that has made three attempts at port 80 of
// either target. Their slot is 7.
func inFlight() *Transport {
	t := &Transport{
		flights: newFlights(8), key: key{1, 2}, block: block{61440, 128},
		neighborTable: neighborTable{known: map[nextHop]*neighbor{}},
		clock:         probe.Clock{},
	}
	for i, e := range bothEnds {
		t.addSource(e.us)
		for n := range uint8(3) {
			t.begin(probe.ID{Slot: 7 + uint32(i), Gen: 3}, n+1, t.key.of(e.them.As16(), 80, 0))
		}
	}
	return t
}

// answerTo is an answer to the n-th attempt, with flags.
func (e ends) answerTo(t *Transport, n int, flags uint8) []byte {
	there, here := netip.AddrPortFrom(e.them, 80), netip.AddrPortFrom(e.us, 61440+uint16(n))
	b := wire.AppendIP(nil, e.them, e.us, wire.ProtoTCP, 57, wire.SYNSize)
	head := len(b)
	b = wire.AppendSYN(b, there, here, 99, 1460)
	binary.BigEndian.PutUint32(b[head+8:], uint32(t.key.of(e.them.As16(), 80, 0))+1)
	b[head+13] = flags
	return b
}

// rejectionOf is an ICMP error about the n-th attempt.
func (e ends) rejectionOf(t *Transport, n int, kind, code uint8) []byte {
	here, there := netip.AddrPortFrom(e.us, 61440+uint16(n)), netip.AddrPortFrom(e.them, 80)
	quoted := wire.AppendIP(nil, e.us, e.them, wire.ProtoTCP, 1, wire.SYNSize)
	quoted = wire.AppendSYN(quoted, here, there, uint32(t.key.of(e.them.As16(), 80, 0)), 1460)
	proto := uint8(wire.ProtoICMP)
	if e.us.Is6() {
		proto = wire.ProtoICMPv6
	}
	text := append([]byte{kind, code, 0, 0, 0, 0, 0, 0}, quoted...)
	return append(wire.AppendIP(nil, e.them, e.us, proto, 50, len(text)), text...)
}

// look is what is made of a packet that came in whole, its sums left to make.
func look(t *Transport, b []byte) (a probe.Answer, ok bool) {
	ok = t.answer(&incoming{packet: b, host: true, unsummed: true}, &a)
	return a, ok
}

func TestAnswersAreOfTheirAttempt(t *testing.T) {
	tr := inFlight()
	const ack, rst = wire.FlagACK, wire.FlagRST
	for i, e := range bothEnds {
		for n := range 4 {
			a, ok := look(tr, e.answerTo(tr, n, wire.FlagSYN|ack))
			if ok != (n > 0) || ok && (a.ID.Slot != uint32(7+i) || int(a.N) != n || a.Reason != endpoint.SynAck || a.TTL != 57 || a.From != e.them) {
				t.Errorf("%v, attempt %d: %+v, %v", e, n, a, ok)
			}
		}
		for flags, want := range map[uint8]endpoint.Reason{
			wire.FlagSYN | ack: endpoint.SynAck, wire.FlagSYN | ack | 0xc0: endpoint.SynAck, rst | ack: endpoint.Reset,
			rst: 0, ack: 0, wire.FlagSYN: endpoint.SYNReceived, wire.FlagSYN | ack | rst: 0, 0: 0,
		} {
			b := e.answerTo(tr, 2, flags)
			if flags == wire.FlagSYN { // acknowledges nothing
				clear(b[len(b)-wire.SYNSize+8:][:4])
			}
			if a, ok := look(tr, b); ok != (want != 0) || ok && a.Reason != want {
				t.Errorf("%v, flags %#x: %v, %v", e, flags, a.Reason, ok)
			}
		}
		unreachable, code := uint8(wire.ICMPUnreachable), uint8(13)
		if e.us.Is6() {
			unreachable, code = wire.ICMPv6Unreachable, 1
		}
		a, ok := look(tr, e.rejectionOf(tr, 3, unreachable, code))
		if !ok || a.N != 3 || a.Reason != endpoint.AdminProhibited || a.Unresolved {
			t.Errorf("%v: %+v, %v", e, a, ok)
		}
	}
}

// TestOwnSYNIsNoAnswer probes from and to ports of one block: the port that a probe
// leaves from is the target of another, or its own.
func TestOwnSYNIsNoAnswer(t *testing.T) {
	tr := inFlight()
	for i, e := range bothEnds {
		own := netip.AddrPortFrom(e.us, tr.block.first+1)
		tr.begin(probe.ID{Slot: 20 + uint32(i), Gen: 3}, 1, tr.key.of(own.Addr().As16(), own.Port(), 0))
		b := wire.AppendIP(nil, e.us, e.us, wire.ProtoTCP, 64, wire.SYNSize)
		if a, ok := look(tr, wire.AppendSYN(b, own, own, 99, 1460)); ok {
			t.Errorf("%v: %+v", e, a)
		}
	}
}

// TestOtherPacketsAreNoAnswers changes what makes an answer one, bit by bit.
func TestOtherPacketsAreNoAnswers(t *testing.T) {
	tr := inFlight()
	for _, e := range bothEnds {
		for _, whole := range [][]byte{e.answerTo(tr, 2, wire.FlagRST|wire.FlagACK), e.rejectionOf(tr, 2, 3, 0)} {
			head := 20
			if e.us.Is6() {
				head = 40
			}
			if _, ok := look(tr, whole[:head+7]); ok {
				t.Errorf("%v: a packet that was cut is an answer", e)
			}
			var a probe.Answer
			if tr.answer(&incoming{packet: whole, unsummed: true}, &a) {
				t.Errorf("%v: a packet to another's link address is an answer", e)
			}
			if whole[head-1] ^= 1; true { // the address that it came to
				if _, ok := look(tr, whole); ok {
					t.Errorf("%v: an answer to another address is one", e)
				}
			}
		}
		b := e.answerTo(tr, 2, wire.FlagRST|wire.FlagACK)
		if tr.answer(&incoming{packet: b, host: true}, new(probe.Answer)) {
			t.Errorf("%v: a segment with a wrong checksum is an answer", e)
		}
	}
}

// TestAMillionForgedAnswers come to the right address and ports, from the right
// ones, with the numbers of somebody who guesses.
func TestAMillionForgedAnswers(t *testing.T) {
	tr := inFlight()
	r := rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64()))
	for i := range 1_000_000 {
		e := bothEnds[i%2]
		flags := uint8(wire.FlagSYN | wire.FlagACK)
		if i%4 < 2 {
			flags = wire.FlagRST | wire.FlagACK
		}
		b := e.answerTo(tr, 1+i%3, flags)
		at := len(b) - wire.SYNSize + 8
		right := binary.BigEndian.Uint32(b[at:])
		guess := r.Uint32()
		binary.BigEndian.PutUint32(b[at:], guess)
		if a, ok := look(tr, b); ok && guess != right {
			t.Fatalf("%d is taken for %d: %+v", guess, right, a)
		}
	}
}

// FuzzAnswer: whatever comes in does not panic or allocate, and is no answer but for
// what is one.
func FuzzAnswer(f *testing.F) {
	tr := inFlight()
	for _, e := range bothEnds {
		for _, b := range [][]byte{
			e.answerTo(tr, 2, wire.FlagSYN|wire.FlagACK), e.answerTo(tr, 1, wire.FlagRST|wire.FlagACK),
			e.rejectionOf(tr, 3, 3, 1), e.rejectionOf(tr, 1, 1, 4), e.rejectionOf(tr, 1, 11, 0),
		} {
			f.Add(b, true)
			f.Add(append(b, make([]byte, 100)...), false)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte, unsummed bool) {
		n := testing.AllocsPerRun(1, func() {
			var a probe.Answer
			if !tr.answer(&incoming{packet: b, host: true, unsummed: unsummed}, &a) {
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
