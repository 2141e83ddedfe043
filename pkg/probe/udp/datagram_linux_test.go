package udp

import (
	"net"
	"net/netip"
	"testing"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/payload"
	"portkit/pkg/probe"
	"portkit/pkg/probe/internal/kernel"
)

// loopbacks are addresses to ask, of either family.
var loopbacks = []netip.Addr{netip.MustParseAddr("127.0.0.1"), netip.IPv6Loopback()}

// newDatagram is a transport that sends every port an x.
func newDatagram(t testing.TB) *Datagram {
	t.Helper()
	x := []*payload.Request{{
		Build: func(dst []byte, _ payload.Query) []byte { return append(dst, 'x') },
		Match: func([]byte, payload.Query) bool { return false },
	}}
	d, err := NewDatagram(Options{Room: 64, Requests: func(uint16) []*payload.Request { return x }}, probe.NewClock(time.Now()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// peer is a udp socket of an address; it skips where there is no such address.
func peer(t *testing.T, a netip.Addr) (*net.UDPConn, netip.AddrPort) {
	t.Helper()
	c, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(a, 0)))
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { c.Close() })
	return c, c.LocalAddr().(*net.UDPAddr).AddrPort()
}

// ask sends one attempt.
func ask(t *testing.T, d *Datagram, to netip.AddrPort, slot uint32) *probe.Attempt {
	t.Helper()
	a := &probe.Attempt{To: to, ID: probe.ID{Slot: slot, Gen: 1}, N: 1, Proto: endpoint.UDP}
	if _, err := d.Send([]*probe.Attempt{a}); err != nil {
		t.Fatal(err)
	}
	return a
}

// heardBy reads one datagram and returns who asked.
func heardBy(t *testing.T, c *net.UDPConn) netip.AddrPort {
	t.Helper()
	if err := c.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	_, from, err := c.ReadFromUDPAddrPort(make([]byte, 9))
	if err != nil {
		t.Fatal(err)
	}
	return from
}

func say(t *testing.T, c *net.UDPConn, to netip.AddrPort) {
	t.Helper()
	if _, err := c.WriteToUDPAddrPort([]byte("yes"), to); err != nil {
		t.Fatal(err)
	}
}

// answers polls until there are so many, or none comes for a while.
func answers(t *testing.T, d *Datagram, n int) (all []probe.Answer) {
	t.Helper()
	for end := d.Now().Add(10 * time.Second); len(all) < n && d.Now() < end; {
		into := make([]probe.Answer, 16)
		got, _, err := d.Poll(end, into)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, into[:got]...)
	}
	return all
}

// nothing holds that nothing is told until a port-unreachable, which is sent for
// after, has come.
func nothing(t *testing.T, d *Datagram, at netip.Addr) {
	t.Helper()
	c, to := peer(t, at)
	c.Close()
	ask(t, d, to, 99)
	got := answers(t, d, 1)
	if len(got) != 1 || got[0].ID.Slot != 99 || got[0].Reason != endpoint.PortUnreach {
		t.Errorf("told was %+v", got)
	}
}

// TestLateAndDoubleAnswersAreNotFromElsewhere: what comes after an attempt has
// ended is still its answer, and what comes twice is nobody's, though others of
// that address are waited for.
func TestLateAndDoubleAnswersAreNotFromElsewhere(t *testing.T) {
	for _, at := range loopbacks {
		d := newDatagram(t)
		c, to := peer(t, at)
		for i := range uint32(2 * sharedSockets) { // at every socket
			_, other := peer(t, at)
			ask(t, d, other, 10+i)
		}
		late := ask(t, d, to, 1)
		from := heardBy(t, c)
		d.Forget(late)
		say(t, c, from)
		if got := answers(t, d, 1); len(got) != 1 || got[0].ID != late.ID || got[0].N != 1 || got[0].FromOtherPort {
			t.Fatalf("%v: a late answer is told as %+v", at, got)
		}
		again := ask(t, d, to, 2)
		from = heardBy(t, c)
		say(t, c, from)
		if got := answers(t, d, 1); len(got) != 1 || got[0].ID != again.ID {
			t.Fatalf("%v: told was %+v", at, got)
		}
		d.Forget(again)
		say(t, c, from)
		nothing(t, d, at)
	}
}

// TestAnswersFromElsewhere are told as such where several endpoints of the
// address are asked, and count where one has a socket of its own.
func TestAnswersFromElsewhere(t *testing.T) {
	for _, at := range loopbacks {
		d := newDatagram(t)
		c, to := peer(t, at)
		elsewhere, _ := peer(t, at)
		ask(t, d, to, 1)
		say(t, elsewhere, heardBy(t, c))
		if got := answers(t, d, 1); len(got) != 1 || !got[0].FromOtherPort || got[0].From != at {
			t.Fatalf("%v: told was %+v", at, got)
		}
		a := &probe.Attempt{To: to, ID: probe.ID{Slot: 1, Gen: 1}, N: 2, Proto: endpoint.UDP, Exclusive: true}
		if _, err := d.Send([]*probe.Attempt{a}); err != nil {
			t.Fatal(err)
		}
		say(t, elsewhere, heardBy(t, c))
		if got := answers(t, d, 1); len(got) != 1 || got[0].N != 2 || got[0].Reason != endpoint.UDPResponse {
			t.Fatalf("%v: told was %+v", at, got)
		}
		before := d.fds
		d.Forget(a)
		if d.fds != before-1 {
			t.Errorf("%v: its socket stays open", at)
		}
	}
}

// TestFloodersAreNotHeard: the kernel throws away what a flooder sends, tells what
// ICMP says of it, and hands out what others send.
func TestFloodersAreNotHeard(t *testing.T) {
	for i, at := range loopbacks {
		d := newDatagram(t)
		c, to := peer(t, at)
		ask(t, d, to, 1)
		from := heardBy(t, c)
		another := []netip.Addr{netip.MustParseAddr("127.0.0.9"), netip.MustParseAddr("fd00::9")}[i]
		for range 300 { // more than go into one filter
			d.deafen(another)
		}
		say(t, c, from)
		if got := answers(t, d, 1); len(got) != 1 || got[0].Reason != endpoint.UDPResponse {
			t.Fatalf("%v: another's filter: told was %+v", at, got)
		}
		for range 2 * flood {
			d.watch(at)
		}
		if !d.floods(at) {
			t.Fatalf("%v does not flood", at)
		}
		heard := d.counts[at]
		say(t, c, from)
		nothing(t, d, at)
		if d.counts[at] != heard {
			t.Errorf("%v is heard", at)
		}
		if i == 0 {
			other, _ := peer(t, another)
			say(t, other, from)
			answersNobody(t, d)
			if d.counts[another] != 0 {
				t.Errorf("%v is heard", another)
			}
		}
		a := ask(t, d, to, 5)
		if !d.sockets.all[sockOf(d, a)].own {
			t.Errorf("%v is asked from a socket that does not hear it", at)
		}
		say(t, c, heardBy(t, c))
		if got := answers(t, d, 1); len(got) != 1 || got[0].ID.Slot != 5 || got[0].Reason != endpoint.UDPResponse {
			t.Errorf("%v: its own socket: told was %+v", at, got)
		}
	}
}

func answersNobody(t *testing.T, d *Datagram) {
	t.Helper()
	into := make([]probe.Answer, 4)
	if n, _, err := d.Poll(d.Now().Add(20*time.Millisecond), into); n != 0 || err != nil {
		t.Errorf("told was %+v, %v", into[:n], err)
	}
}

func sockOf(d *Datagram, a *probe.Attempt) uint32 { return d.sentProbes.all[uint32(a.Handle)-1].sock }

// TestFlightsAreBounded: what has ended is forgotten in the end.
func TestFlightsAreBounded(t *testing.T) {
	f := newSentProbes()
	r := payload.For(1)[0]
	for i := range 10 * maxPast {
		a := &probe.Attempt{To: netip.AddrPortFrom(loopbacks[0], uint16(i)), N: 1}
		s := endpointKey{hostKeyOf(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), 0, uint32(i%4)), uint16(i)}
		if f.taken(s) {
			t.Fatal("an attempt that has ended is under way")
		}
		a.Handle = f.add(s, a, r)
		if i%3 == 0 {
			f.at(s).heard = true
		}
		if _, ok := f.remove(a.Handle); !ok {
			t.Fatal("an attempt had ended before")
		}
		if _, ok := f.remove(a.Handle); ok {
			t.Fatal("an attempt ends twice")
		}
		if i%3 != 0 && f.at(s) == nil {
			t.Fatal("a late answer would be nobody's")
		}
		if i%5 == 0 { // the same endpoint again
			a.Handle = f.add(s, a, r)
			f.remove(a.Handle)
		}
	}
	if len(f.all) > maxPast+2 || len(f.spots) > maxPast+1 || len(f.places) != 0 || len(f.past) > maxPast {
		t.Errorf("%d flights, %d spots, %d places, %d past", len(f.all), len(f.spots), len(f.places), len(f.past))
	}
}

// FuzzReceive lets anything arrive: bytes, control messages and names.
func FuzzReceive(f *testing.F) {
	f.Add([]byte("x"), []byte{}, []byte{2, 0, 0, 7, 127, 0, 0, 1}, 1, 0, 8)
	f.Add(make([]byte, 3000), make([]byte, 300), make([]byte, 28), 1<<20, 1<<20, 28)
	d := newDatagram(f)
	a := &probe.Attempt{To: netip.AddrPortFrom(loopbacks[0], 7), N: 1}
	a.Handle = d.sentProbes.add(endpointKey{hostKeyOf(loopbacks[0], 0, 0), 7}, a, payload.For(7)[0])
	if _, err := d.common(kernel.FamilyOf(loopbacks[0])); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text, control, name []byte, length, controls, names int) {
		copy(d.in.text[0][:], text)
		copy(d.in.control[0][:], control)
		copy(d.in.names[0][:], name)
		h := &d.in.headers[0]
		h.length, h.header.Namelen = uint32(length), uint32(names)
		h.header.SetControllen(controls)
		var into probe.Answer
		clear(d.counts) // nobody floods
		n := testing.AllocsPerRun(1, func() {
			parseAbout(control)
			parseAbout(d.in.messages(0))
			d.datagram(0, 0, 1, &into)
			d.rejection(0, 0, 1, &into)
		})
		if n > 2 { // an errno above 255, as an error; a table that grows
			t.Errorf("%v allocations", n)
		}
	})
}
