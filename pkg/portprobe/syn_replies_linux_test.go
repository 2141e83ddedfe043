package portprobe

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"portkit/pkg/internal/lab"
	"portkit/pkg/wire"
)

// responder replies to SYNs for a host's ports with packets of its own.
type responder struct {
	fd      int
	replies map[uint16]func(s *responder, q receivedSYN)
	done    chan struct{}
	delayed map[uint16]bool // ports whose first SYN got a late reply
	late    atomic.Int64    // Unix time of the latest such reply, in nanoseconds
	slow    atomic.Int64    // maximum time from a SYN to the end of the reply, in nanoseconds
}

// receivedSYN is a received SYN.
type receivedSYN struct {
	from, to netip.AddrPort
	seq      uint32
	ether    []byte // header of the reply
}

// newResponder listens on a host's link until the test ends.
func newResponder(t *testing.T, h *lab.Host, replies map[uint16]func(*responder, receivedSYN)) *responder {
	t.Helper()
	s := &responder{replies: replies, done: make(chan struct{}), delayed: map[uint16]bool{}}
	err := h.Do(func() (err error) {
		if s.fd, err = unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0); err != nil {
			return err
		}
		link, err := net.InterfaceByName("eth0")
		if err != nil {
			return err
		}
		const all = unix.ETH_P_ALL<<8 | unix.ETH_P_ALL>>8 // network byte order
		tv := unix.NsecToTimeval(int64(50 * time.Millisecond))
		if err := unix.SetsockoptTimeval(s.fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &tv); err != nil {
			return err
		}
		if err := unix.SetsockoptInt(s.fd, unix.SOL_PACKET, unix.PACKET_IGNORE_OUTGOING, 1); err != nil {
			return err
		}
		if err := unix.SetsockoptInt(s.fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1); err != nil {
			return err
		}
		return unix.Bind(s.fd, &unix.SockaddrLinklayer{Protocol: all & 0xffff, Ifindex: link.Index})
	})
	if err != nil {
		t.Fatal(err)
	}
	quit := make(chan struct{})
	t.Cleanup(func() { close(quit); <-s.done; unix.Close(s.fd) })
	go s.live(quit)
	return s
}

func (s *responder) live(quit <-chan struct{}) {
	defer close(s.done)
	buf, oob := make([]byte, 2048), make([]byte, 64)
	for {
		select {
		case <-quit:
			return
		default:
		}
		n, size, _, _, err := unix.Recvmsg(s.fd, buf, oob, 0)
		if err != nil || n < wire.EthernetSize {
			continue
		}
		p, ok := wire.ParseIP(buf[wire.EthernetSize:n])
		h, ok2 := wire.ParseTCP(p.Payload, p.Size)
		if respond := s.replies[h.DstPort]; ok && ok2 && p.Proto == wire.ProtoTCP && h.Flags == wire.FlagSYN && respond != nil {
			q := receivedSYN{from: netip.AddrPortFrom(p.Src, h.SrcPort), to: netip.AddrPortFrom(p.Dst, h.DstPort), seq: h.Seq}
			q.ether = append(append(append(q.ether, buf[6:12]...), buf[:6]...), buf[12:14]...)
			respond(s, q)
			s.slow.Store(max(s.slow.Load(), int64(time.Since(lab.Arrival(oob[:size])))))
		}
	}
}

// slowest returns the maximum time since the last call that a reply has taken, because the
// machine was busy. sendLate is not counted.
func (s *responder) slowest() time.Duration { return time.Duration(s.slow.Swap(0)) }

// reply describes a segment in reply to a SYN, and how it is damaged.
type reply struct {
	flags         uint8
	ack           uint32 // added to the correct one
	from          uint16 // source port; 0: the probed one
	options, text []byte
	ipOptions     []byte
	spoil         func(segment []byte)
	cut           int // number of bytes that are sent; 0: all
	padding       int
	tag           []byte // VLAN tag (IEEE 802.1Q)
}

func (s *responder) send(q receivedSYN, r reply) {
	from := q.to.Port()
	if r.from != 0 {
		from = r.from
	}
	b := binary.BigEndian.AppendUint16(nil, from)
	b = binary.BigEndian.AppendUint16(b, q.from.Port())
	b = binary.BigEndian.AppendUint32(b, rand.Uint32())
	b = binary.BigEndian.AppendUint32(b, q.seq+1+r.ack)
	b = append(b, byte(20+len(r.options))/4<<4, r.flags, 0xff, 0xff, 0, 0, 0, 0)
	b = append(append(b, r.options...), r.text...)
	binary.BigEndian.PutUint16(b[16:], checksum(pseudoHeader(q, wire.ProtoTCP, len(b)), b))
	if r.spoil != nil {
		r.spoil(b)
	}
	if r.cut > 0 {
		b = b[:r.cut]
	}
	ip := wire.AppendIP(nil, q.to.Addr(), q.from.Addr(), wire.ProtoTCP, 61, len(b)+len(r.ipOptions))
	if len(r.ipOptions) > 0 {
		ip = append(ip, r.ipOptions...)
		ip[0] = 4<<4 | byte(len(ip)/4)
		ip[10], ip[11] = 0, 0
		binary.BigEndian.PutUint16(ip[10:], checksum(nil, ip))
	}
	ether := append(append(append([]byte(nil), q.ether[:12]...), r.tag...), q.ether[12:]...)
	frame := append(append(ether, ip...), b...)
	s.write(append(frame, make([]byte, r.padding)...))
}

// sendLate replies to a port's first SYN after 700 ms or more. On a busy machine
// the reply to the next SYN could overtake it.
func (s *responder) sendLate(q receivedSYN, r reply) {
	if s.delayed[q.to.Port()] {
		return
	}
	s.delayed[q.to.Port()] = true
	time.AfterFunc(700*time.Millisecond, func() {
		s.send(q, r)
		s.late.Store(time.Now().UnixNano())
	})
}

func (s *responder) write(frame []byte) { _, _ = unix.Write(s.fd, frame) }

// pseudoHeader returns the sum of the pseudo-header of either family (RFC 9293
// section 3.1).
func pseudoHeader(q receivedSYN, proto byte, size int) []byte {
	b := append(q.to.Addr().AsSlice(), q.from.Addr().AsSlice()...)
	return append(b, 0, proto, byte(size>>8), byte(size))
}

// checksum returns the checksum of RFC 1071 over two parts. The first has an even
// length.
func checksum(first, second []byte) uint16 {
	var sum uint32
	for i, b := range append(append([]byte(nil), first...), second...) {
		sum += uint32(b) << (8 * (1 - i%2))
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return ^uint16(sum)
}

// oddReplies are replies that no kernel sends, and the expected result of each
// port. "late" requires an RTT.
var oddReplies = []struct {
	name, want string
	respond    func(*responder, receivedSYN)
}{
	{"two SYN-ACKs", "open syn-ack", func(s *responder, q receivedSYN) {
		s.send(q, reply{flags: synAck})
		s.send(q, reply{flags: synAck})
	}},
	{"a bare SYN", "open syn", func(s *responder, q receivedSYN) {
		s.send(q, reply{flags: wire.FlagSYN, ack: -(q.seq + 1)}) // acknowledges sequence number 0
	}},
	{"late", "open syn-ack", func(s *responder, q receivedSYN) {
		s.sendLate(q, reply{flags: synAck})
	}},
	{"late refusal", "closed reset", func(s *responder, q receivedSYN) {
		s.sendLate(q, reply{flags: rstAck})
	}},
	{"SYN-ACK, then RST", "open syn-ack", func(s *responder, q receivedSYN) {
		s.send(q, reply{flags: synAck})
		s.send(q, reply{flags: rstAck})
	}},
	{"RST, and again", "closed reset", func(s *responder, q receivedSYN) {
		s.send(q, reply{flags: rstAck})
		s.send(q, reply{flags: rstAck})
	}},
	{"SYN-ACK from another port", "filtered no-response", func(s *responder, q receivedSYN) {
		s.send(q, reply{flags: synAck, from: 7999})
	}},
	{"odd options", "open syn-ack", func(s *responder, q receivedSYN) {
		options := append([]byte{254, 6, 1, 2, 3, 4, 30, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, make([]byte, 22)...)
		s.send(q, reply{flags: synAck, options: options, ipOptions: append(bytesOf(1, 20), bytesOf(0, 20)...)})
	}},
	{"RST that gives a reason in words", "closed reset", func(s *responder, q receivedSYN) {
		s.send(q, reply{flags: rstAck, text: []byte("no such service here")})
	}},
	{"padding behind the packet", "open syn-ack", func(s *responder, q receivedSYN) {
		s.send(q, reply{flags: synAck, padding: 1000})
	}},
	{"SYN-ACK with data", "open syn-ack", func(s *responder, q receivedSYN) {
		s.send(q, reply{flags: synAck, text: make([]byte, 1200)})
	}},
	{"SYN-ACK with a priority and no VLAN", "open syn-ack", func(s *responder, q receivedSYN) {
		s.send(q, reply{flags: synAck, tag: []byte{0x81, 0, 0xa0, 0}})
	}},
	{"SYN-ACK in another VLAN", "filtered no-response", func(s *responder, q receivedSYN) {
		s.send(q, reply{flags: synAck, tag: []byte{0x81, 0, 0, 7}})
	}},
	{"a segment that is cut", "filtered no-response", func(s *responder, q receivedSYN) {
		s.send(q, reply{flags: synAck, cut: 13})
	}},
	{"options that reach past the end", "filtered no-response", func(s *responder, q receivedSYN) {
		s.send(q, reply{flags: synAck, spoil: func(b []byte) { b[12] = 0xf0 }})
	}},
	{"a header that is too short", "filtered no-response", func(s *responder, q receivedSYN) {
		s.send(q, reply{flags: synAck, spoil: func(b []byte) { b[12] = 0x40 }})
	}},
	{"another number", "filtered no-response", func(s *responder, q receivedSYN) { s.send(q, reply{flags: synAck, ack: 1}) }},
	{"RST with another number", "filtered no-response", func(s *responder, q receivedSYN) { s.send(q, reply{flags: rstAck, ack: 7}) }},
	{"RST that acknowledges nothing", "filtered no-response", func(s *responder, q receivedSYN) { s.send(q, reply{flags: wire.FlagRST}) }},
	{"ACK alone", "filtered no-response", func(s *responder, q receivedSYN) { s.send(q, reply{flags: wire.FlagACK}) }},
	{"a wrong checksum", "filtered no-response", func(s *responder, q receivedSYN) {
		s.send(q, reply{flags: synAck, spoil: func(b []byte) { b[16] ^= 0x40 }})
	}},
}

const (
	synAck = wire.FlagSYN | wire.FlagACK
	rstAck = wire.FlagRST | wire.FlagACK
)

func bytesOf(b byte, n int) []byte { return []byte(strings.Repeat(string(rune(b)), n)) }

func TestUnexpectedRepliesToSYN(t *testing.T) {
	lab.NotRaced(t)
	h := lab.New(t).Host("", lab.Silent("7000-7999"), lab.Listen("22"))
	replies := map[uint16]func(*responder, receivedSYN){}
	in := fmt.Sprintf("%v:22\n", h.Addr())
	for i, c := range oddReplies {
		replies[uint16(7000+i)] = c.respond
		in += fmt.Sprintf("%v:%d\n", h.Addr(), 7000+i)
	}
	s := newResponder(t, h, replies)
	began := time.Now()
	list := records(t, toolBySYN(t, in, "-k").out)
	most := float64(time.Unix(0, s.late.Load()).Sub(began).Milliseconds() + 1)
	if len(list) != len(oddReplies)+1 {
		t.Fatalf("%d records", len(list))
	}
	for i, c := range oddReplies {
		m := list[i+1]
		if got := fmt.Sprint(m["state"], " ", m["reason"]); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		if ms, late := m["rtt_ms"].(float64); strings.HasPrefix(c.name, "late") && (!late || ms < 695 || ms > most) {
			t.Errorf("%s: a round trip of %v ms, want 700 to %v", c.name, m["rtt_ms"], most)
		}
		if strings.HasPrefix(c.want, "open") && m["ttl"] != 61.0 {
			t.Errorf("%s: ttl is %v", c.name, m["ttl"])
		}
	}
}

// A neighbor forges a million SYN-ACKs and RSTs to every possible source port. None
// is accepted.
func TestForgedRepliesToSYNAreIgnored(t *testing.T) {
	lab.NotRaced(t)
	h := lab.New(t).Host("", lab.Silent(""))
	s := newResponder(t, h, nil)
	var us netip.Addr
	var ether []byte
	near, err := net.InterfaceByName(h.Link())
	if err != nil {
		t.Fatal(err)
	}
	addrs, _ := near.Addrs()
	for _, a := range addrs {
		if p := netip.MustParsePrefix(a.String()); p.Addr().Is4() {
			us = p.Addr()
		}
	}
	ether = append(append(append(ether, near.HardwareAddr...), 2, 0, 0, 0, 0, 9), 8, 0)
	least := int64(lab.Rounds(1_000_000))
	var sent atomic.Int64
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for ; ; sent.Add(1) {
			select {
			case <-quit:
				return
			default:
			}
			q := receivedSYN{
				from:  netip.AddrPortFrom(us, uint16(61440+rand.IntN(4096))),
				to:    netip.AddrPortFrom(h.Addr(), uint16(1+rand.IntN(2000))),
				seq:   rand.Uint32(),
				ether: ether,
			}
			flags := uint8(synAck)
			if rand.IntN(2) == 0 {
				flags = rstAck
			}
			s.send(q, reply{flags: flags})
		}
	}()
	states := map[any]int{}
	rounds := 0
	for begun := time.Now(); sent.Load() < least && time.Since(begun) < time.Minute; rounds++ {
		for _, m := range records(t, toolBySYN(t, lines(h.Addr(), 2000)).out) {
			states[m["state"]]++
		}
	}
	close(quit)
	<-done
	t.Logf("%d forged replies in %d rounds: %v", sent.Load(), rounds, states)
	if sent.Load() < least || len(states) != 1 || states["filtered"] != 2000*rounds {
		t.Errorf("%v", states)
	}
}

// Open ports get a reset even if this machine's firewall drops the kernel's.
func TestHandshakesAreResetBySYN(t *testing.T) {
	lab.NotRaced(t)
	for _, walled := range []bool{false, true} {
		l := lab.New(t)
		h := l.Host("", lab.Listen("2000-2099"))
		if walled {
			l.Firewall(lab.Silent("2000-2099"))
		}
		for _, a := range both(h) {
			in := lines(a, 2500)
			if got := states(t, in, toolBySYN(t, in)); got != "map[closed/reset:2400 open/syn-ack:100]" {
				t.Errorf("%v: %s", a, got)
			}
		}
		if n := halfOpen(t, h); n > 0 {
			t.Errorf("%d handshakes are half open; with a firewall: %v", n, walled)
		}
	}
}

// halfOpen returns how many of a host's connections are in SYN_RECV
// (proc_net_tcp.rst).
func halfOpen(t *testing.T, h *lab.Host) (n int) {
	t.Helper()
	err := h.Do(func() error {
		for _, name := range []string{"tcp", "tcp6"} {
			text, err := os.ReadFile("/proc/thread-self/net/" + name)
			if err != nil {
				return err
			}
			for line := range strings.Lines(string(text)) {
				if f := strings.Fields(line); f[3] == "03" {
					n++
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
