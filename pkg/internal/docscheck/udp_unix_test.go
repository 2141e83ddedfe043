//go:build unix

package docscheck

import (
	"errors"
	"net"
	"slices"
	"testing"

	"portkit/pkg/internal/lab"
)

// answering are the udp ports of 127.0.0.1 that the README shows other than
// closed, with what each makes of a question; nil is silence.
var answering = map[int]func(question []byte) []byte{
	53:    refuseName,
	123:   tellTime,
	514:   func([]byte) []byte { return nil },
	10001: func([]byte) []byte { return []byte("?") },
}

// refuseName is a name server that does not want to (RFC 1035 section 4.1.1).
func refuseName(question []byte) []byte {
	if len(question) < 12 {
		return nil
	}
	b := slices.Clone(question)
	b[2] |= 0x80 // a response
	b[3] = 5     // refused
	return b
}

// tellTime is a time server (RFC 5905 section 7.3) as far as anybody checks.
func tellTime(question []byte) []byte {
	if len(question) < 48 {
		return nil
	}
	b := make([]byte, 48)
	b[0] = 4<<3 | 4             // version 4, server
	copy(b[24:], question[40:]) // what the client sent as its time
	return b
}

// answer runs the udp services, in the lab only: elsewhere the ports may be
// other programs', and what is shown is not compared.
func answer(t *testing.T) {
	if lab.Missing() != "" {
		return
	}
	for port, reply := range answering {
		conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
		if err != nil {
			t.Fatal(err)
		}
		over := make(chan struct{})
		t.Cleanup(func() { conn.Close(); <-over })
		go func() {
			defer close(over)
			serve(conn, reply)
		}()
	}
}

// serve answers until conn is closed.
func serve(conn *net.UDPConn, reply func([]byte) []byte) {
	question := make([]byte, 2048)
	for {
		n, from, err := conn.ReadFromUDPAddrPort(question)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if b := reply(question[:n]); err == nil && b != nil {
			conn.WriteToUDPAddrPort(b, from)
		}
	}
}
