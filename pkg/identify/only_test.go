package identify

import (
	"net"
	"testing"
	"time"
)

// TestOtherProtocolsThanThoseToTry: they are recognized by what they send, and are sent
// nothing more.
func TestOtherProtocolsThanThoseToTry(t *testing.T) {
	for _, c := range []struct {
		name          string
		serve         server
		only          string
		app, evidence string
		conns         int
	}{
		{"greeting", says("SSH-2.0-OpenSSH_9.2p1\r\n"), "snmp", "ssh", "greeting", 1},
		{"greeting after the wait", func(c net.Conn, i int) {
			time.Sleep(500 * time.Millisecond) // of virtual time
			says("SSH-2.0-OpenSSH_9.2p1\r\n")(c, i)
		}, "http", "ssh", "greeting", 2},
		{"with STARTTLS", says("* OK [CAPABILITY IMAP4rev1 STARTTLS] Dovecot ready.\r\n"), "http", "imap", "greeting", 1},
		{"reply to a ClientHello", replies("GET", "HTTP/1.1 200 OK\r\n\r\n", "", "HTTP/1.1 400 Bad Request\r\n\r\n"), "ssh", "http", "tls", 2},
		{"greeting of two protocols", says("220 vm ready.\r\n"), "ftp", "", "unrecognized", 3},
	} {
		n := &network{serve: c.serve}
		got, err := identify(t, n, Options{Effort: Thorough, StartTLS: true, Only: []string{c.only}}, 9999)
		if err != nil || got.App != c.app || got.Evidence != c.evidence || got.Conns != c.conns {
			t.Errorf("%s: %+v, %v; want %q, %q after %d connections", c.name, got.Finding, err, c.app, c.evidence, c.conns)
		}
		if c.conns == 1 && len(n.sent) > 0 {
			t.Errorf("%s: sent %q", c.name, n.sent)
		}
	}
}
