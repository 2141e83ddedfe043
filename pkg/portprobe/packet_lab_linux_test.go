package portprobe

import (
	"encoding/binary"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"portkit/pkg/lab"
	"portkit/pkg/wire"
)

// TestPathMTU: an open UDP port behind a link that is too narrow for the request
// is found, with the one resend that a path MTU takes.
func TestPathMTU(t *testing.T) {
	t.Parallel() // it waits mostly
	gateway := lab.New(t).Host("")
	h := gateway.Behind("", lab.MTU(1280), lab.Answer("53", lab.Echo))
	for _, to := range both(h) {
		payload := "--payload=hex:" + strings.Repeat("ab", 1400)
		r := toolOver(t, false, asUDP(to, 53, 53), payload, "--retries", "0")
		if m := records(t, r.out)[0]; m["state"] != "open" || m["attempts"] != 2.0 {
			t.Errorf("%v: %v", to, r.out)
		}
	}
}

// complain answers a SYN with an ICMP error.
func complain(kind, code byte) func(*stranger, question) {
	return func(s *stranger, q question) {
		quoted := wire.AppendIP(nil, q.from.Addr(), q.to.Addr(), wire.ProtoTCP, 60, wire.SYNSize)
		quoted = wire.AppendSYN(quoted, q.from, q.to, q.seq, 536)
		icmp := append([]byte{kind, code, 0, 0, 0, 0, 2, 88}, quoted...)
		binary.BigEndian.PutUint16(icmp[2:], checksum(nil, icmp))
		frame := wire.AppendIP(append([]byte(nil), q.ether...), q.to.Addr(), q.from.Addr(), wire.ProtoICMP, 61, len(icmp))
		s.write(append(frame, icmp...))
	}
}

// TestICMPAboutThePacket: a port is probed again after an ICMP error that is about
// the packet, and is what the reply to the next probe makes it.
func TestICMPAboutThePacket(t *testing.T) {
	t.Parallel() // it waits mostly
	h := lab.New(t).Host("", lab.Silent("7000-7999"))
	answers := map[uint16]func(*stranger, question){}
	var in strings.Builder
	for i, e := range [][2]byte{{3, 4}, {4, 0}, {12, 0}} {
		var asked atomic.Int32
		port := uint16(7000 + i)
		answers[port] = func(s *stranger, q question) {
			if asked.Add(1)%2 == 1 {
				complain(e[0], e[1])(s, q)
				return
			}
			s.send(q, reply{flags: synAck})
		}
		fmt.Fprintf(&in, "%v:%d\n", h.Addr(), port)
	}
	newStranger(t, h, answers)
	for name, r := range map[string]ran{
		"connect": toolOver(t, false, in.String()), "syn": toolBySYN(t, in.String()),
	} {
		for _, m := range records(t, r.out) {
			if m["state"] != "open" || m["attempts"] != 2.0 {
				t.Errorf("%s: %v", name, m)
			}
		}
	}
}
