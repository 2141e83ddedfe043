package identify

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"portkit/pkg/internal/lab"
)

// flood sends b again and again, until the client closes.
func flood(b string) server {
	return func(c net.Conn, _ int) {
		go io.Copy(io.Discard, c)
		for {
			if _, err := io.WriteString(c, b); err != nil {
				return
			}
		}
	}
}

// drip sends one byte at a time.
func drip(b string, every time.Duration) server {
	return func(c net.Conn, _ int) {
		go io.Copy(io.Discard, c)
		for i := 0; ; i++ {
			if _, err := c.Write([]byte{b[i%len(b)]}); err != nil {
				return
			}
			time.Sleep(every) // of virtual time
		}
	}
}

// then sends a reply to whatever is sent, and stays open.
func then(reply string) server {
	return func(c net.Conn, _ int) {
		buf := make([]byte, 4096)
		if _, err := c.Read(buf); err == nil {
			go io.WriteString(c, reply)
			io.Copy(io.Discard, c)
		}
	}
}

// start sends b, and then other bytes without end.
func start(b, rest string) server {
	return func(c net.Conn, n int) {
		go io.Copy(io.Discard, c)
		if _, err := io.WriteString(c, b); err == nil {
			flood(rest)(c, n)
		}
	}
}

func randomBytes(n int) string {
	b := make([]byte, n)
	rand.Read(b)
	b[0] = 0xf7 // not the beginning of anything
	return string(b)
}

func be32(n uint32) string { return string(binary.BigEndian.AppendUint32(nil, n)) }

// TestHostileServers: each session ends in time, reads no more than it may, and finds
// nothing where nothing is.
func TestHostileServers(t *testing.T) {
	lab.NotRaced(t) // takes long; other tests race the same code
	const html = "HTTP/1.1 200 OK\r\nServer: x\r\nContent-Type: text/html\r\n\r\n"
	for i, c := range []struct {
		name  string
		serve server
		apps  string // that may be found, separated by spaces
	}{
		{"endless lines", flood("hello\r\n"), ""},
		{"endless zeros", flood(strings.Repeat("\x00", 4096)), ""},
		{"endless random bytes", flood(randomBytes(4096)), ""},
		{"endless line", flood(strings.Repeat("x", 4096)), ""},
		{"a byte a second", drip("x", time.Second), ""},
		{"a byte each 10 ms", drip("220 hello\r\n", 10*time.Millisecond), "ftp smtp"},
		{"endlessh", drip("4f3a\r\n", time.Second), ""},
		{"endless continuation", start("220-hello\r\n", "220-hello\r\n"), "ftp smtp"},
		{"garbage", then(randomBytes(300)), ""},
		{"HTTP header without end", start("HTTP/1.1 200 OK\r\n", "X: y\r\n"), "http"},
		{"HTTP header line without end", start("HTTP/1.1 200 OK\r\nX: ", strings.Repeat("a", 4096)), "http"},
		{"HTTP body without end", start(html, "<p>x</p>"), "http"},
		{"HTML bomb", then(html + strings.Repeat("<div>", 200_000)), "http"},
		{"title without end", then(html + "<title>" + strings.Repeat("a&lt;", 100_000)), "http"},
		{"HTTP, a byte a second", drip(html, time.Second), "http"},
		{"chunks without end", start("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n"), "http"},
		{"wrong Content-Length", then("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nx"), "http"},
		{"terminal escapes", says("\x1b]0;owned\x07\x1b[2J220 \x1b[31mftp\r\n"), ""},
		{"TLS record without end", then("\x16\x03\x03\xff\xff" + strings.Repeat("\x02", 100)), ""},
		{"TLS record, then nothing", then("\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03"), ""},
		{"TLS alerts without end", start("", "\x15\x03\x03\x00\x02\x01\x00"), ""},
		{"TLS certificate of 16 MB", start("\x16\x03\x03\x40\x00\x0b\xff\xff\xff", strings.Repeat("\x00", 4096)), ""},
		{"SSH without a newline", start("SSH-2.0-", strings.Repeat("a", 4096)), ""},
		{"SSH with garbage", says("SSH-2.0-x\r\n" + randomBytes(3000)), "ssh"},
		{"SSH packet of 4 GB", says("SSH-2.0-x\r\n\xff\xff\xff\xff" + randomBytes(3000)), "ssh"},
		{"SSH lines without end", start("", "hello there\r\n"), ""},
		{"MySQL packet of 16 MB", start("\xff\xff\xff\x00\x0a", strings.Repeat("5", 4096)), ""},
		{"PostgreSQL error of 2 GB", then("E\x7f\xff\xff\xff" + strings.Repeat("S", 5000)), ""},
		{"SMB message of 16 MB", then("\x00\xff\xff\xff\xfeSMB"), ""},
		{"LDAP message of 4 GB", then("\x30\x84\xff\xff\xff\xff\x02\x01\x01"), ""},
		{"BER without end", then(strings.Repeat("\x30\x80", 30_000)), ""},
		{"DNS message of 64 KB", start("", "\xff\xff"+strings.Repeat("\xc0\x0c", 3000)), ""},
		{"MQTT length without end", then("\x20\xff\xff\xff\xff\xff\xff"), ""},
		{"AMQP frame of 4 GB", then("\x01\x00\x00\xff\xff\xff\xff\x00\x0a\x00\x0a"), ""},
		{"RPC fragment of 2 GB", then(be32(0xffffffff) + randomBytes(40)), ""},
		{"RDP of 64 KB", then("\x03\x00\xff\xff\xff\xd0\x00\x00"), ""},
		{"echo", func(c net.Conn, _ int) { io.Copy(c, c) }, "echo"},
		{"HTTP to TLS, TLS to HTTP", replies("GET", "\x15\x03\x03\x00\x02\x02\x28", "\x16", "HTTP/1.1 400 Bad Request\r\n\r\n"), "http"},
		{"another greeting each time", func(c net.Conn, n int) {
			all := []string{"220 x\r\n", "+OK x\r\n", "* OK x\r\n", "RFB 003.008\n", "\x05\x00", "@RSYNCD: 31.0\n"}
			says(all[n%len(all)])(c, n)
		}, "ftp smtp pop3 imap vnc rsync"},
		{"close in the middle", func(c net.Conn, _ int) {
			buf := make([]byte, 100)
			c.Read(buf)
			c.Write([]byte("HTT"))
		}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := &network{serve: buffered(c.serve)}
			effort := Normal
			if i%5 == 0 && !testing.Short() { // a thorough session takes long
				effort = Thorough
			}
			got, err := identify(t, n, Options{Effort: effort, Timeout: 30 * time.Second}, 9999)
			if err != nil || got.Took > 31*time.Second {
				t.Errorf("%v, %v; want an end within 30 s", got.Took, err)
			}
			if got.App != "" && !strings.Contains(" "+c.apps+" ", " "+got.App+" ") {
				t.Errorf("found %q by %s, want one of %q", got.App, got.Evidence, c.apps)
			}
			if len(got.Banner) > maxBanner || n.most > 2 {
				t.Errorf("a banner of %d bytes, %d connections at once", len(got.Banner), n.most)
			}
		})
	}
}

// buffered lets a server write without waiting for its client to read, as TCP does.
func buffered(s server) server {
	return func(c net.Conn, n int) {
		b := &writeBuffer{
			Conn: c, queue: make(chan []byte, 64),
			dead: make(chan struct{}), over: make(chan struct{}), done: make(chan struct{}),
		}
		go b.run()
		s(b, n)
		close(b.over)
		<-b.done
	}
}

// writeBuffer is a connection with a buffer for what is written.
type writeBuffer struct {
	net.Conn
	queue chan []byte
	dead  chan struct{} // closed when a write has failed
	over  chan struct{} // closed when the server has ended
	done  chan struct{} // closed when all is written
}

func (b *writeBuffer) run() {
	defer close(b.done)
	for p := b.next(); p != nil; p = b.next() {
		if _, err := b.Conn.Write(p); err != nil {
			b.Conn.Close()
			close(b.dead)
			return
		}
	}
}

// next returns what to write next; nil if the server has ended.
func (b *writeBuffer) next() []byte {
	select {
	case p := <-b.queue:
		return p
	default:
	}
	select {
	case p := <-b.queue:
		return p
	case <-b.over:
		return nil
	}
}

func (b *writeBuffer) Write(p []byte) (n int, err error) {
	select {
	case <-b.dead:
		return 0, io.ErrClosedPipe
	default:
	}
	select {
	case <-b.dead:
	case <-b.done:
	case b.queue <- bytes.Clone(p):
		return len(p), nil
	}
	return 0, io.ErrClosedPipe
}
