package identify

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"
)

// certificate makes a certificate of mail.example that is valid at the time of
// testing/synctest, too.
func certificate(t *testing.T) *tls.Config {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "mail.example"}, DNSNames: []string{"mail.example"},
		NotBefore: time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
}

// dialog replies to each line, by its first word.
func dialog(c net.Conn, greeting string, replies map[string]string, until string) {
	io.WriteString(c, greeting)
	in := bufio.NewReader(c)
	for {
		line, err := in.ReadString('\n')
		word, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		if err != nil {
			return
		}
		io.WriteString(c, replies[word])
		if word == until {
			return
		}
	}
}

func TestCertificateBehindSTARTTLS(t *testing.T) {
	config := certificate(t)
	n := &network{serve: buffered(func(c net.Conn, _ int) {
		dialog(c, "220 mail.example ESMTP Exim 4.96 Sun, 29 Nov 2026 02:24:16 +0000\r\n", map[string]string{
			"EHLO": "250-mail.example Hello\r\n250 STARTTLS\r\n", "STARTTLS": "220 TLS go ahead\r\n",
		}, "STARTTLS")
		tls.Server(c, config).Handshake()
		io.Copy(io.Discard, c)
	})}
	got, _ := identify(t, n, Options{Effort: Normal, StartTLS: true}, 25)
	if got.App != "smtp" || got.Product != "Exim" || got.TLS == nil || !got.TLS.StartTLS || got.TLS.Subject != "CN=mail.example" {
		t.Errorf("%+v, %+v; want smtp with the certificate of mail.example", got.Finding, got.TLS)
	}
	if got, _ = identify(t, n, Options{Effort: Normal}, 25); got.App != "smtp" || got.TLS != nil {
		t.Errorf("%+v, %+v; want no TLS without StartTLS", got.Finding, got.TLS)
	}
}

// TestKnownServicesHaveMoreTime: the certificate and the product of a service that is
// known are not lost with a packet.
func TestKnownServicesHaveMoreTime(t *testing.T) {
	config := certificate(t)
	n := &network{serve: buffered(func(c net.Conn, _ int) {
		io.WriteString(c, "* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n")
		line, _ := bufio.NewReader(c).ReadString('\n')
		const late = 2500 * time.Millisecond
		switch {
		case strings.HasPrefix(line, "a ID"):
			time.Sleep(late) // of virtual time
			io.WriteString(c, "* ID (\"name\" \"Cyrus IMAPD\" \"version\" \"3.6.1\")\r\na OK done\r\n")
		case strings.HasPrefix(line, "a STARTTLS"):
			io.WriteString(c, "a OK begin\r\n")
			time.Sleep(late) // of virtual time
			tls.Server(c, config).Handshake()
		}
		io.Copy(io.Discard, c)
	})}
	got, _ := identify(t, n, Options{Effort: Normal, StartTLS: true}, 143)
	if got.App != "imap" || got.Product != "Cyrus IMAPD" || got.TLS == nil {
		t.Errorf("%+v, %+v; want product and certificate", got.Finding, got.TLS)
	}
}

func TestServiceInsideTLS(t *testing.T) {
	config := certificate(t)
	for _, c := range []struct {
		name          string
		serve         server
		port          uint16
		app, evidence string
	}{
		{"HTTP", replies("GET", "HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nContent-Length: 0\r\n\r\n"), 9999, "http", "http"},
		{"HTTP at its port", replies("GET", "HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nContent-Length: 0\r\n\r\n"), 443, "http", "http"},
		{"a greeting", says("* OK [CAPABILITY IMAP4rev1] Dovecot ready.\r\n"), 993, "imap", "greeting"},
		{"Redis", replies("GET", "-ERR wrong number of arguments for 'get' command\r\n"), 9999, "redis", "http"},
		{"LDAP at its port", replies("0", "0\x0c\x02\x01\x01e\x07\n\x01\x00\x04\x00\x04\x00"), 636, "ldap", "ldap"},
		{"nothing known", replies(), 9999, "", "tls"},
	} {
		n := &network{serve: buffered(func(raw net.Conn, i int) {
			s := tls.Server(raw, config)
			if s.Handshake() == nil {
				c.serve(s, i)
			}
		})}
		got, _ := identify(t, n, Options{Effort: Normal}, c.port)
		if got.App != c.app || got.Evidence != c.evidence || got.TLS == nil || got.TLS.Verify != "self-signed" ||
			c.port != 9999 && got.Conns > 1 {
			t.Errorf("%s: %q by %q, %+v, %d connections; want %q by %q in TLS", c.name, got.App, got.Evidence, got.TLS, got.Conns, c.app, c.evidence)
		}
	}
}

func TestOnlySomeProtocols(t *testing.T) {
	config := certificate(t)
	n := &network{serve: buffered(func(raw net.Conn, i int) {
		s := tls.Server(raw, config)
		if s.Handshake() == nil {
			replies("GET", "HTTP/1.1 200 OK\r\n\r\n")(s, i)
		}
	})}
	for only, want := range map[string]string{"ssh": "", "http": "http", "mqtt": ""} {
		got, _ := identify(t, n, Options{Effort: Normal, Only: []string{only}}, 443)
		if got.App != want || got.TLS == nil {
			t.Errorf("only %s: app %q, TLS %v; want %q in TLS", only, got.App, got.TLS != nil, want)
		}
	}
}

// TestTLSServerThatRepliesToPlainHTTP: the reply of status 400 in plain text has no facts
// of the service.
func TestTLSServerThatRepliesToPlainHTTP(t *testing.T) {
	config := certificate(t)
	n := &network{serve: buffered(func(c net.Conn, i int) {
		in := bufio.NewReader(c)
		if first, err := in.Peek(1); err != nil || first[0] != 0x16 {
			in.ReadString('\n')
			io.WriteString(c, "HTTP/1.1 400 Bad Request\r\nServer: nginx/1.22.1\r\n\r\n<title>400 The plain HTTP request was sent to HTTPS port</title>")
			return
		}
		s := tls.Server(&tap{Conn: c, ahead: peeked(in)}, config)
		if s.Handshake() == nil {
			replies("GET", "HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\n\r\n<title>Welcome</title>")(s, i)
		}
	})}
	for _, port := range []uint16{80, 443, 9999} {
		got, _ := identify(t, n, Options{Effort: Normal}, port)
		if got.App != "http" || got.TLS == nil || got.HTTP == nil || got.HTTP.Title != "Welcome" {
			t.Errorf("port %d: %+v, %+v, TLS %v; want the page inside TLS", port, got.Finding, got.HTTP, got.TLS != nil)
		}
	}
}

// TestSlowTLSServer: the reply to a ClientHello comes too late, but what the server sends
// after a request in plain text is an alert of TLS.
func TestSlowTLSServer(t *testing.T) {
	config := certificate(t)
	n := &network{serve: buffered(func(c net.Conn, i int) {
		in := bufio.NewReader(c)
		if first, err := in.Peek(1); err != nil || first[0] != 0x16 {
			io.WriteString(c, "\x15\x03\x01\x00\x02\x02\x46")
			return
		}
		time.Sleep(3 * time.Second) // of virtual time: longer than the wait for a ServerHello
		s := tls.Server(&tap{Conn: c, ahead: peeked(in)}, config)
		if s.Handshake() == nil {
			replies("GET", "HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\n\r\n<title>Welcome</title>")(s, i)
		}
	})}
	for _, port := range []uint16{443, 9999} {
		got, _ := identify(t, n, Options{Effort: Normal}, port)
		if got.App != "http" || got.TLS == nil || got.Product != "nginx" {
			t.Errorf("port %d: %+v, TLS %v; want HTTP in TLS", port, got.Finding, got.TLS != nil)
		}
	}
}

func peeked(in *bufio.Reader) []byte {
	b, _ := in.Peek(in.Buffered())
	return b
}

func TestLimitedServiceIsTriedOnceMore(t *testing.T) {
	const tooMany = "\x17\x00\x00\x00\xff\x10\x04Too many connections"
	const greeting = "\x55\x00\x00\x00\x0a5.5.5-10.11.6-MariaDB-0+deb12u1\x00\x08\x00\x00\x00abcdefgh\x00\xfe\xf7\x2d\x02\x00\xff\x81\x15\x00\x00\x00\x00\x00\x00\x1d\x00\x00\x00abcdefghijkl\x00mysql_native_password\x00"
	for _, c := range []struct {
		second, version string
	}{{tooMany, ""}, {string(rune(len(greeting)-4)) + greeting[1:], "10.11.6"}} {
		n := &network{serve: func(conn net.Conn, i int) {
			if i == 1 {
				says(tooMany)(conn, i)
				return
			}
			says(c.second)(conn, i)
		}}
		got, _ := identify(t, n, Options{Effort: Normal}, 3306)
		if got.App != "mysql" || !got.Limited || got.Version != c.version || got.Conns != 2 || got.Took < limitedPause {
			t.Errorf("%+v; want mysql, limited, version %q, by 2 connections", got.Finding, c.version)
		}
	}
}

func TestProductByAnotherRequest(t *testing.T) {
	n := &network{serve: replies(
		"GET", "-ERR wrong number of arguments for 'get' command\r\n",
		"INFO", "$50\r\n# Server\r\nredis_version:7.0.15\r\nos:Linux x86_64\r\n00000\r\n",
		"*", "$50\r\n# Server\r\nredis_version:7.0.15\r\nos:Linux x86_64\r\n00000\r\n")}
	got, _ := identify(t, n, Options{Effort: Normal}, 9999)
	if got.App != "redis" || got.Product != "Redis" || got.Version != "7.0.15" || got.Evidence != "http" {
		t.Errorf("%+v; want Redis 7.0.15 by http", got.Finding)
	}
}

func TestFurtherPathsAreForThoroughEffort(t *testing.T) {
	const page = "HTTP/1.0 404 Not Found\r\nAccess-Control-Allow-Headers: accept, content-type, authorization\r\n" +
		"Access-Control-Allow-Methods: POST, GET, OPTIONS, PUT, DELETE\r\nAccess-Control-Allow-Origin: *\r\n" +
		"Content-Type: text/plain; charset=utf-8\r\nX-Content-Type-Options: nosniff\r\nContent-Length: 19\r\n\r\n404 page not found\n"
	n := &network{serve: replies("GET /version", "HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n"+
		`{"etcdserver":"3.4.23","etcdcluster":"3.4.0"}`, "GET", page)}
	for effort, want := range map[Effort]string{Normal: "", Thorough: "3.4.23"} {
		if got, _ := identify(t, n, Options{Effort: effort}, 9999); got.App != "http" || got.Version != want {
			t.Errorf("effort %d: %+v, want version %q", effort, got.Finding, want)
		}
	}
}
