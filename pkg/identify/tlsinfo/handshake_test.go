//go:debug tlssha1=1
//go:debug tlsrsakex=1
//go:debug tls3des=1
//go:debug rsa1024min=0
//go:debug tlsmlkem=0
//go:debug x509negativeserial=1
package tlsinfo

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"net"
	"testing"
	"time"

	"portkit/pkg/internal/lab"
)

func TestMain(m *testing.M) { lab.Main(m) }

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

func quickCert(t *testing.T) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "host.example"}, DNSNames: []string{"host.example"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// TestVersions makes handshakes with crypto/tls, with and without a client certificate.
func TestVersions(t *testing.T) {
	cert := quickCert(t)
	for _, version := range []uint16{tls.VersionTLS10, tls.VersionTLS11, tls.VersionTLS12, tls.VersionTLS13} {
		for _, auth := range []tls.ClientAuthType{tls.NoClientCert, tls.RequestClientCert, tls.RequireAnyClientCert} {
			t.Run(versionName(version)+" "+auth.String(), func(t *testing.T) {
				client, server := connect(t)
				go func() {
					c := tls.Server(server, &tls.Config{
						Certificates: []tls.Certificate{cert}, MinVersion: version, MaxVersion: version, ClientAuth: auth,
						NextProtos: []string{"http/1.1"},
					})
					if c.Handshake() == nil {
						c.Write([]byte("hello"))
					}
					server.Close()
				}()
				c, info, texts, err := Handshake(client, Options{ServerName: "host.example", ALPN: []string{"http/1.1"}})
				if (c != nil) != (err == nil) || info == nil {
					t.Fatalf("%v, %v, %v", c, info, err)
				}
				if required := auth == tls.RequireAnyClientCert; info.ClientCert != required || (err != nil) != required {
					t.Errorf("%+v, %v", info, err)
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
