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

// loopbacks are targets, one of each family.
var loopbacks = []netip.Addr{netip.MustParseAddr("127.0.0.1"), netip.IPv6Loopback()}

// newDatagram returns a transport that sends an x to every port.
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

// peer returns a UDP socket of an address. It skips the test if there is no such address.
func peer(t *testing.T, a netip.Addr) (*net.UDPConn, netip.AddrPort) {
	t.Helper()
	c, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(a, 0)))
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { c.Close() })
	return c, c.LocalAddr().(*net.UDPAddr).AddrPort()
}

// send sends an attempt.
func send(t *testing.T, d *Datagram, to netip.AddrPort, slot uint32) *probe.Attempt {
	t.Helper()
	a := &probe.Attempt{To: to, ID: probe.ID{Slot: slot, Gen: 1}, N: 1, Proto: endpoint.UDP}
	if _, err := d.Send([]*probe.Attempt{a}); err != nil {
		t.Fatal(err)
	}
	return a
}

// receive reads one datagram and returns its sender.
func receive(t *testing.T, c *net.UDPConn) netip.AddrPort {
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

func reply(t *testing.T, c *net.UDPConn, to netip.AddrPort) {
	t.Helper()
	if _, err := c.WriteToUDPAddrPort([]byte("yes"), to); err != nil {
		t.Fatal(err)
	}
}

// answers polls until there are n answers, for at most 10 s.
func answers(t *testing.T, d *Datagram, n int) (all []probe.Reply) {
	t.Helper()
	for end := d.Now().Add(10 * time.Second); len(all) < n && d.Now() < end; {
		into := make([]probe.Reply, 16)
		got, _, err := d.Poll(end, into)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, into[:got]...)
	}
	return all
}

// noAnswer fails if an answer arrives before that of a closed port, which is probed now.
func noAnswer(t *testing.T, d *Datagram, at netip.Addr) {
	t.Helper()
	c, to := peer(t, at)
	c.Close()
	send(t, d, to, 99)
	got := answers(t, d, 1)
	if len(got) != 1 || got[0].ID.Slot != 99 || got[0].Reason != endpoint.PortUnreach {
		t.Errorf("answers are %+v", got)
	}
}

// TestLateAndDuplicateRepliesAreNotFromOtherPort has attempts at other ports of the address
// outstanding.
func TestLateAndDuplicateRepliesAreNotFromOtherPort(t *testing.T) {
	for _, at := range loopbacks {
		d := newDatagram(t)
		c, to := peer(t, at)
		for i := range uint32(2 * sharedSockets) { // at every socket
			_, other := peer(t, at)
			send(t, d, other, 10+i)
		}
		late := send(t, d, to, 1)
		from := receive(t, c)
		d.Forget(late)
		reply(t, c, from)
		if got := answers(t, d, 1); len(got) != 1 || got[0].ID != late.ID || got[0].N != 1 || got[0].FromOtherPort {
			t.Fatalf("%v: a late reply causes %+v", at, got)
		}
		again := send(t, d, to, 2)
		from = receive(t, c)
		reply(t, c, from)
		if got := answers(t, d, 1); len(got) != 1 || got[0].ID != again.ID {
			t.Fatalf("%v: answers are %+v", at, got)
		}
		d.Forget(again)
		reply(t, c, from)
		noAnswer(t, d, at)
	}
}

// TestReplyFromOtherPortNeedsExclusiveSocket: only there it is a response of the endpoint.
func TestReplyFromOtherPortNeedsExclusiveSocket(t *testing.T) {
	for _, at := range loopbacks {
		d := newDatagram(t)
		c, to := peer(t, at)
		other, _ := peer(t, at)
		send(t, d, to, 1)
		reply(t, other, receive(t, c))
		if got := answers(t, d, 1); len(got) != 1 || !got[0].FromOtherPort || got[0].From != at {
			t.Fatalf("%v: answers are %+v", at, got)
		}
		a := &probe.Attempt{To: to, ID: probe.ID{Slot: 1, Gen: 1}, N: 2, Proto: endpoint.UDP, Exclusive: true}
		if _, err := d.Send([]*probe.Attempt{a}); err != nil {
			t.Fatal(err)
		}
		reply(t, other, receive(t, c))
		if got := answers(t, d, 1); len(got) != 1 || got[0].N != 2 || got[0].Reason != endpoint.UDPResponse {
			t.Fatalf("%v: answers are %+v", at, got)
		}
		before := d.fds
		d.Forget(a)
		if d.fds != before-1 {
			t.Errorf("%v: the exclusive socket stays open", at)
		}
	}
}

// TestFloodingAddressIsMuted: the kernel drops its datagrams, and passes ICMP errors about
// it and the datagrams of others.
func TestFloodingAddressIsMuted(t *testing.T) {
	for i, at := range loopbacks {
		d := newDatagram(t)
		c, to := peer(t, at)
		send(t, d, to, 1)
		from := receive(t, c)
		another := []netip.Addr{netip.MustParseAddr("127.0.0.9"), netip.MustParseAddr("fd00::9")}[i]
		for range 300 { // more than fit into one filter
			d.mute(another)
		}
		reply(t, c, from)
		if got := answers(t, d, 1); len(got) != 1 || got[0].Reason != endpoint.UDPResponse {
			t.Fatalf("%v: with a filter for another address: %+v", at, got)
		}
		for range 2 * floodLimit {
			d.onUnsolicited(at)
		}
		if !d.floods(at) {
			t.Fatalf("%v is not flooding", at)
		}
		counted := d.counts[at]
		reply(t, c, from)
		noAnswer(t, d, at)
		if d.counts[at] != counted {
			t.Errorf("datagrams of %v arrive", at)
		}
		if i == 0 {
			other, _ := peer(t, another)
			reply(t, other, from)
			noAnswerNow(t, d)
			if d.counts[another] != 0 {
				t.Errorf("datagrams of %v arrive", another)
			}
		}
		a := send(t, d, to, 5)
		if !d.sockets.all[sockOf(d, a)].exclusive {
			t.Errorf("%v is probed from a socket that drops its replies", at)
		}
		reply(t, c, receive(t, c))
		if got := answers(t, d, 1); len(got) != 1 || got[0].ID.Slot != 5 || got[0].Reason != endpoint.UDPResponse {
			t.Errorf("%v: exclusive socket: %+v", at, got)
		}
	}
}

func noAnswerNow(t *testing.T, d *Datagram) {
	t.Helper()
	into := make([]probe.Reply, 4)
	if n, _, err := d.Poll(d.Now().Add(20*time.Millisecond), into); n != 0 || err != nil {
		t.Errorf("answers are %+v, %v", into[:n], err)
	}
}

func sockOf(d *Datagram, a *probe.Attempt) uint32 { return d.sentProbes.all[uint32(a.Handle)-1].sock }

func TestEndedAttemptsAreBounded(t *testing.T) {
	f := newSentProbes()
	r := payload.For(1)[0]
	for i := range 10 * maxExpired {
		a := &probe.Attempt{To: netip.AddrPortFrom(loopbacks[0], uint16(i)), N: 1}
		s := endpointKey{hostKeyOf(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), 0, uint32(i%4)), uint16(i)}
		if f.isOutstanding(s) {
			t.Fatal("an ended attempt is outstanding")
		}
		a.Handle = f.add(s, a, r)
		if i%3 == 0 {
			f.find(s).replied = true
		}
		if _, ok := f.end(a.Handle); !ok {
			t.Fatal("an attempt had ended already")
		}
		if _, ok := f.end(a.Handle); ok {
			t.Fatal("an attempt ends twice")
		}
		if i%3 != 0 && f.find(s) == nil {
			t.Fatal("a late reply would not be recognized")
		}
		if i%5 == 0 { // the same endpoint again
			a.Handle = f.add(s, a, r)
			f.end(a.Handle)
		}
	}
	if len(f.all) > maxExpired+2 || len(f.endpoints) > maxExpired+1 || len(f.hosts) != 0 || len(f.expired) > maxExpired {
		t.Errorf("%d attempts, %d endpoints, %d hosts, %d expired", len(f.all), len(f.endpoints), len(f.hosts), len(f.expired))
	}
}

// FuzzReceive receives arbitrary datagrams, control messages and addresses.
func FuzzReceive(f *testing.F) {
	f.Add([]byte("x"), []byte{}, []byte{2, 0, 0, 7, 127, 0, 0, 1}, 1, 0, 8)
	f.Add(make([]byte, 3000), make([]byte, 300), make([]byte, 28), 1<<20, 1<<20, 28)
	d := newDatagram(f)
	a := &probe.Attempt{To: netip.AddrPortFrom(loopbacks[0], 7), N: 1}
	a.Handle = d.sentProbes.add(endpointKey{hostKeyOf(loopbacks[0], 0, 0), 7}, a, payload.For(7)[0])
	if _, err := d.sharedOf(kernel.FamilyOf(loopbacks[0])); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text, control, name []byte, length, controls, names int) {
		copy(d.in.text[0][:], text)
		copy(d.in.control[0][:], control)
		copy(d.in.names[0][:], name)
		h := &d.in.headers[0]
		h.Length, h.Header.Namelen = uint32(length), uint32(names)
		h.Header.SetControllen(controls)
		var into probe.Reply
		clear(d.counts) // nothing is flooding
		n := testing.AllocsPerRun(1, func() {
			parseMetadata(control)
			parseMetadata(d.in.messages(0))
			d.onDatagram(0, 0, 1, &into)
			d.onError(0, 0, 1, &into)
		})
		if n > 2 { // an errno above 255, as an error; a table that grows
			t.Errorf("%v allocations", n)
		}
	})
}
