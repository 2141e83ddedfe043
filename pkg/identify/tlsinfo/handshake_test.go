//go:debug tlssha1=1
//go:debug tlsrsakex=1
//go:debug tls3des=1
//go:debug rsa1024min=0
//go:debug tlsmlkem=0
//go:debug x509negativeserial=1
package tlsinfo

import (
	"crypto/tls"
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"
)

// connect returns the ends of a TCP connection over loopback.
func connect(t *testing.T) (client, server net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if client, err = net.Dial("tcp", l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if server, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []net.Conn{client, server} {
		c.SetDeadline(time.Now().Add(20 * time.Second))
		t.Cleanup(func() { c.Close() })
	}
	return client, server
}

// TestVersions makes handshakes with crypto/tls, with and without a client certificate.
func TestVersions(t *testing.T) {
	cert := issue(t, nil, nil, nil)
	for _, version := range []uint16{tls.VersionTLS10, tls.VersionTLS11, tls.VersionTLS12, tls.VersionTLS13} {
		for _, auth := range []tls.ClientAuthType{tls.NoClientCert, tls.RequestClientCert, tls.RequireAnyClientCert} {
			t.Run(versionName(version)+" "+auth.String(), func(t *testing.T) {
				client, server := connect(t)
				go func() {
					c := tls.Server(server, &tls.Config{
						Certificates: []tls.Certificate{cert.tls()}, MinVersion: version, MaxVersion: version, ClientAuth: auth,
						NextProtos: []string{"http/1.1"},
					})
					if c.Handshake() == nil {
						c.Write([]byte("hello"))
					}
					server.Close()
				}()
				c, info, texts, err := Handshake(client, Options{ServerName: "host.example", ALPN: []string{"http/1.1"}, Now: clock})
				if (c != nil) != (err == nil) || info == nil {
					t.Fatalf("%v, %v, %v", c, info, err)
				}
				if required := auth == tls.RequireAnyClientCert; info.ClientCert != required || (err != nil) != required {
					t.Errorf("%+v, %v", info, err)
				}
				if info.ALPN != "http/1.1" || info.SNI != "host.example" || info.SHA256 == "" || info.Cipher == "" {
					t.Errorf("%+v", info)
				}
				if info.Version != versionName(version) || info.Key != "ecdsa 256" || info.Verify != selfSigned || len(texts) != 2 {
					t.Errorf("%+v", info)
				}
				if err == nil {
					buf := make([]byte, 5)
					if n, err := io.ReadFull(c, buf); string(buf[:n]) != "hello" {
						t.Errorf("%q, %v", buf[:n], err)
					}
				}
			})
		}
	}
}

// TestServerName checks what is sent for names and addresses.
func TestServerName(t *testing.T) {
	cert := issue(t, nil, nil, nil)
	for name, want := range map[string]string{"": "", "host.example": "host.example", "host.example.": "host.example", "192.0.2.1": "", "2001:db8::1": ""} {
		client, server := connect(t)
		sent := make(chan string, 1)
		go func() {
			_ = tls.Server(server, &tls.Config{GetCertificate: func(h *tls.ClientHelloInfo) (*tls.Certificate, error) {
				sent <- h.ServerName
				c := cert.tls()
				return &c, nil
			}}).Handshake()
		}()
		_, info, _, err := Handshake(client, Options{ServerName: name, Now: clock})
		if err != nil {
			t.Fatal(err)
		}
		if got := <-sent; got != want || info.SNI != want {
			t.Errorf("%q: sent %q, reported %q", name, got, info.SNI)
		}
	}
}

// TestALPNRefused checks that an alert for ALPN is reported as TLS.
func TestALPNRefused(t *testing.T) {
	client, server := connect(t)
	config := &tls.Config{Certificates: []tls.Certificate{issue(t, nil, nil, nil).tls()}, NextProtos: []string{"imap"}}
	go func() { _ = tls.Server(server, config).Handshake() }()
	c, info, _, err := Handshake(client, Options{ALPN: []string{"h2"}})
	if c != nil || info == nil || err == nil {
		t.Errorf("%v, %+v, %v", c, info, err)
	}
}

// TestOptionalCertificate checks the connection to a server of TLS 1.3 that requests a
// client certificate and sends nothing after the handshake: not even tickets, which
// crypto/tls does not send to clients without a cache.
func TestOptionalCertificate(t *testing.T) {
	cert := issue(t, nil, nil, nil)
	synctest.Test(t, func(t *testing.T) {
		client, server := net.Pipe()
		defer client.Close()
		config := &tls.Config{Certificates: []tls.Certificate{cert.tls()}, ClientAuth: tls.RequestClientCert}
		go func() {
			defer server.Close()
			c := tls.Server(server, config)
			for range 2 {
				if _, err := io.ReadFull(c, make([]byte, 4)); err != nil {
					t.Error(err)
				}
				if _, err := c.Write([]byte("pong")); err != nil {
					t.Error(err)
				}
			}
		}()
		start := time.Now()
		c, info, _, err := Handshake(client, Options{Now: clock})
		if err != nil || info.ClientCert {
			t.Fatalf("%+v, %v", info, err)
		}
		if took := time.Since(start); took != verdict {
			t.Errorf("took %v", took)
		}
		// A deadline that passes unused must not be noticed later.
		must(t, client.SetReadDeadline(time.Now().Add(time.Second)))
		time.Sleep(2 * time.Second)
		must(t, client.SetReadDeadline(time.Time{}))
		buf := make([]byte, 4)
		for range 2 {
			if _, err := c.Write([]byte("ping")); err != nil {
				t.Error(err)
			}
			if _, err := io.ReadFull(c, buf); string(buf) != "pong" {
				t.Errorf("%q, %v", buf, err)
			}
		}
	})
}
