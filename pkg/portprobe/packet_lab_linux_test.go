package portprobe

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"portkit/pkg/internal/lab"
	"portkit/pkg/wire"
)

// An open UDP port behind a link with a small MTU is found with one retransmission.
func TestPathMTU(t *testing.T) {
	t.Parallel() // mostly waits
	lab.NotRaced(t)
	gateway := lab.New(t).Host("")
	h := gateway.Behind("", lab.MTU(1280), lab.Answer("53", lab.Echo))
	for _, to := range both(h) {
		payload := "--payload=hex:" + strings.Repeat("ab", 1400)
		r := toolOver(t, false, udpRecords(to, 53, 53), payload, "--retries", "0")
		if m := records(t, r.out)[0]; m["state"] != "open" || m["attempts"] != 2.0 {
			t.Errorf("%v: %v", to, r.out)
		}
	}
}

// complain replies to a SYN with an ICMP error.
func complain(kind, code byte) func(*responder, receivedSYN) {
	return func(s *responder, q receivedSYN) {
		quoted := wire.AppendIP(nil, q.from.Addr(), q.to.Addr(), wire.ProtoTCP, 60, wire.SYNSize)
		quoted = wire.AppendSYN(quoted, q.from, q.to, q.seq, 536)
		icmp := append([]byte{kind, code, 0, 0, 0, 0, 5, 0}, quoted...) // MTU 1280
		proto, pseudo := byte(wire.ProtoICMP), []byte(nil)
		if q.to.Addr().Is6() {
			proto = wire.ProtoICMPv6
			pseudo = pseudoHeader(q, proto, len(icmp))
		}
		binary.BigEndian.PutUint16(icmp[2:], checksum(pseudo, icmp))
		frame := wire.AppendIP(append([]byte(nil), q.ether...), q.to.Addr(), q.from.Addr(), proto, 61, len(icmp))
		s.write(append(frame, icmp...))
	}
}

// aboutPackets are ICMP errors about the packet, and the methods that see them:
// Linux does not report some to TCP. Hosts ignore source quench (RFC 6633).
var aboutPackets = []struct {
	v6         bool
	kind, code byte
	seen       string
}{
	{false, 3, 4, "syn"}, // fragmentation needed
	{false, 4, 0, ""},    // source quench
	{false, 12, 0, "connect syn"},
	{true, 2, 0, "syn"}, // packet too big
	{true, 4, 1, "connect syn"},
}

// minRTO is less than any timeout of a probe.
const minRTO = 20 * time.Millisecond

// After an ICMP error about the packet the port is probed again, and the reply to
// that probe decides. It does not count as a retry if the method sees the error.
func TestICMPAboutThePacket(t *testing.T) {
	t.Parallel() // mostly waits
	lab.NotRaced(t)
	h := lab.New(t).Host("", lab.Silent("7000-7999"))
	replies := map[uint16]func(*responder, receivedSYN){}
	var received [8000]atomic.Int32 // by port
	runs := []string{"connect auto", "connect 0", "syn auto", "syn 0"}
	port := func(run, i int) uint16 { return uint16(7000 + 10*run + i) }
	for run := range runs {
		for i, e := range aboutPackets {
			replies[port(run, i)] = func(s *responder, q receivedSYN) {
				if received[q.to.Port()].Add(1) == 1 {
					complain(e.kind, e.code)(s, q)
					return
				}
				s.send(q, reply{flags: synAck})
			}
		}
	}
	s := newResponder(t, h, replies)
	for run, by := range runs {
		var in strings.Builder
		for i, e := range aboutPackets {
			fmt.Fprintf(&in, "%v\n", netip.AddrPortFrom(both(h)[map[bool]int{true: 1}[e.v6]], port(run, i)))
		}
		method, retries, _ := strings.Cut(by, " ")
		// On a busy machine a reply may come after the timeout, and one more probe is right.
		for try := 1; ; try++ {
			s.slowest()
			r := toolBySYN(t, in.String(), "-k", "--method", method, "--retries", retries)
			late, slowest := false, s.slowest()
			for i, m := range records(t, r.out) {
				want := "open 2"
				if e := aboutPackets[i]; retries == "0" && !strings.Contains(e.seen, method) {
					want = "filtered 1"
					if m["reason"] == "syn-ack" { // the kernel retransmits a SYN after 1 s
						want = "open 1"
					}
				}
				got := fmt.Sprint(m["state"], " ", m["attempts"])
				if n, _ := m["attempts"].(float64); want == "open 2" && n > 2 && (slowest > minRTO || try < 3) {
					late = late || slowest <= minRTO
					got, want = fmt.Sprint(m["state"]), "open"
				}
				if got != want {
					t.Errorf("%s retries, %+v: %s, want %s: %v", by, aboutPackets[i], got, want, m)
				}
			}
			if !late || t.Failed() {
				break
			}
			for i := range aboutPackets {
				received[port(run, i)].Store(0)
			}
		}
	}
}
