package tlsinfo

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"portkit/pkg/endpoint"
)

// talk makes a handshake with a server that sends data after the ClientHello, and then
// nothing, until the deadline in 5 s of virtual time. It returns what the client sent
// after its ClientHello.
func talk(t *testing.T, data []byte, then func(net.Conn)) (info *endpoint.TLS, sent []byte, err error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		client, server := net.Pipe()
		defer client.Close()
		must(t, client.SetDeadline(time.Now().Add(5*time.Second)))
		ended := make(chan []byte)
		go func() {
			buf := make([]byte, 4096)
			_, _ = server.Read(buf)
			received := make(chan []byte)
			go func() {
				all, _ := io.ReadAll(server)
				received <- all
			}()
			_, _ = server.Write(data)
			if then != nil {
				then(server)
			}
			ended <- <-received
		}()
		start := time.Now()
		var c *tls.Conn
		c, info, _, err = Handshake(client, Options{Now: clock})
		if c != nil || err == nil {
			t.Errorf("%v, %v: completed", c, err)
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("took %v", took)
		}
		client.Close()
		sent = <-ended
		server.Close()
	})
	return info, sent, err
}

// serverFlight returns what a server of crypto/tls sends first in TLS 1.2.
func serverFlight(t *testing.T, cert *pair) []byte {
	t.Helper()
	client, server := net.Pipe()
	r := &recorder{Conn: client}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = tls.Server(server, &tls.Config{Certificates: []tls.Certificate{cert.tls()}, MaxVersion: tls.VersionTLS12}).Handshake()
		server.Close()
	}()
	must(t, tls.Client(r, &tls.Config{InsecureSkipVerify: true}).Handshake())
	client.Close()
	<-ended
	return r.head
}

// TestStalls ends the flight of a server after every few bytes.
func TestStalls(t *testing.T) {
	cert := issue(t, nil, nil, nil)
	flight := serverFlight(t, cert)
	hello := bytes.Index(flight, cert.Raw)
	for n := 0; n <= len(flight); n += 1 + n/8 {
		info, _, err := talk(t, flight[:n], nil)
		var plain *PlainError
		switch {
		case n == 0:
			if info != nil || !errors.Is(err, os.ErrDeadlineExceeded) || errors.As(err, &plain) {
				t.Errorf("nothing: %v, %v", info, err)
			}
		case n < 11:
			if info != nil || !errors.As(err, &plain) || !bytes.Equal(plain.Received, flight[:n]) || !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("%d bytes: %v, %v", n, info, err)
			}
		case info == nil:
			t.Errorf("%d bytes: %v", n, err)
		case n >= hello && info.Version != "1.2":
			t.Errorf("%d bytes: version %q", n, info.Version)
		case n >= hello+len(cert.Raw) && info.Subject != "CN=host.example,O=Example":
			t.Errorf("%d bytes: subject %q", n, info.Subject)
		}
	}
}

// TestPlainReplies checks that replies without TLS are returned at once, even if their
// servers wait, and that nothing is sent to these.
func TestPlainReplies(t *testing.T) {
	for _, reply := range []string{"HTTP/1.1 400 Bad Request\r\n\r\n", "-\n", "\x15\x00", "\x16\x03\x01\x00\x2a\x01", "SSH-2.0-x\r\n"} {
		info, sent, err := talk(t, []byte(reply), nil)
		var plain *PlainError
		if info != nil || !errors.As(err, &plain) || string(plain.Received) != reply || !errors.Is(err, errPlain) {
			t.Errorf("%q: %v, %v", reply, info, err)
		}
		if len(sent) > 0 {
			t.Errorf("%q: sent %x", reply, sent)
		}
	}
	_, _, err := talk(t, []byte("\x15"), func(c net.Conn) { c.Close() })
	var plain *PlainError
	if !errors.As(err, &plain) || !errors.Is(err, io.EOF) {
		t.Errorf("one byte, then the end: %v", err)
	}
}

// TestPlainReplyGoesOn reads on after the beginning of a reply.
func TestPlainReplyGoesOn(t *testing.T) {
	client, server := connect(t)
	go func() {
		buf := make([]byte, 4096)
		_, _ = server.Read(buf)
		_, _ = server.Write([]byte("220 "))
		_, _ = server.Write([]byte("hello\r\n"))
		server.(*net.TCPConn).CloseWrite()
	}()
	_, _, _, err := Handshake(client, Options{})
	var plain *PlainError
	if !errors.As(err, &plain) {
		t.Fatal(err)
	}
	rest, err := io.ReadAll(client)
	if got := string(plain.Received) + string(rest); got != "220 hello\r\n" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

func TestOldServers(t *testing.T) {
	cert := issue(t, nil, newRSA(t, 1024), nil)
	info, _, _ := talk(t, ssl3Flight(1000, cert.Raw), nil)
	if info == nil || info.Version != "ssl3" || info.Cipher != "TLS_RSA_WITH_RC4_128_SHA" || info.Key != "rsa 1024" || info.Verify != "self-signed" {
		t.Errorf("SSL 3.0: %+v", info)
	}
	// In pieces: the certificate arrives after crypto/tls has given up.
	flight := ssl3Flight(100, cert.Raw)
	info, _, _ = talk(t, flight[:105], func(c net.Conn) {
		for piece := range slices.Chunk(flight[105:], 50) {
			_, _ = c.Write(piece)
		}
	})
	if info == nil || info.Version != "ssl3" || info.Key != "rsa 1024" {
		t.Errorf("SSL 3.0 in pieces: %+v", info)
	}
	info, _, _ = talk(t, []byte{0x80, 3, 0, 0, 1}, nil)
	if info == nil || info.Version != "ssl2" || info.Cipher != "" {
		t.Errorf("SSL 2.0: %+v", info)
	}
	info, _, err := talk(t, record(recordAlert, 0x0301, []byte{2, 40}), nil)
	if info == nil || info.Version != "" || !strings.Contains(err.Error(), "handshake failure") {
		t.Errorf("alert: %+v, %v", info, err)
	}
}

func TestGarbage(t *testing.T) {
	for name, data := range map[string][]byte{
		"random bytes":    bytes.Repeat([]byte{0xa5, 0x5a, 1}, 3000),
		"HTTP":            []byte(strings.Repeat("HTTP/1.1 200 OK\r\n", 100)),
		"empty records":   bytes.Repeat(record(recordHandshake, versionTLS12, nil), 10000),
		"endless message": bytes.Repeat(record(recordHandshake, versionTLS12, append([]byte{certificateMessage, 0xff, 0xff, 0xff}, make([]byte, 8000)...)), 20),
	} {
		info, _, err := talk(t, append(tls13Hello(), data...), nil)
		if info == nil || info.Version != "1.3" || err == nil {
			t.Errorf("%s after a hello: %+v, %v", name, info, err)
		}
	}
	hello := record(recordHandshake, versionTLS12, message(helloMessage, helloBody(versionTLS12, 0x9999, []byte{0, supportedVersions, 0, 2, 0x7f, 0x1c})))
	info, _, _ := talk(t, hello, nil)
	if info == nil || info.Version != "0x7f1c" || info.Cipher != "0x9999" {
		t.Errorf("unknown numbers: %+v", info)
	}
}

// TestHugeCertificate checks the limit of 64 KiB. crypto/tls alone would read more.
func TestHugeCertificate(t *testing.T) {
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		for _, size := range []int{40 << 10, 100 << 10, 1 << 20} {
			client, server := connect(t)
			cert := issue(t, nil, nil, padding(size))
			go func() {
				_ = tls.Server(server, &tls.Config{Certificates: []tls.Certificate{cert.tls()}, MaxVersion: version}).Handshake()
				server.Close()
			}()
			c, info, _, err := Handshake(client, Options{Now: clock})
			if info == nil || info.Version != versionName(version) {
				t.Fatalf("%d bytes: %+v, %v", size, info, err)
			}
			if small := size < maxHandshake; (c != nil) != small || (err == nil) != small || (info.Verify == "self-signed") != small {
				t.Errorf("%d bytes: %+v, %v", size, info, err)
			}
			if errors.Is(err, errTooLong) != (size == 100<<10) { // crypto/tls refuses the largest itself
				t.Errorf("%d bytes: %v", size, err)
			}
			client.Close()
		}
	}
}
