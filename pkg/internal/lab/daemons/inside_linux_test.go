package daemons

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	"portkit/pkg/identify"
	"portkit/pkg/identify/protocol"
)

// opener records what is sent inside TLS: it ends the TLS of the client, and makes that of
// the server itself.
type opener struct {
	recorder
	certificate tls.Certificate
	mu          sync.Mutex
	inside      []*bytes.Buffer
}

func newOpener(t *testing.T) *opener {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return &opener{certificate: tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}}
}

func (o *opener) dial(ctx context.Context, network string, to netip.AddrPort) (net.Conn, error) {
	server, err := o.recorder.dial(ctx, network, to)
	if err != nil {
		return nil, err
	}
	client, end := net.Pipe()
	go o.relay(end, server)
	return &piped{client, server.LocalAddr()}, nil
}

// piped is a connection to the relay, with the address of that to the server.
type piped struct {
	net.Conn
	local net.Addr
}

func (p *piped) LocalAddr() net.Addr { return p.local }

// relay relays one connection, until the client or the server ends it.
func (o *opener) relay(client, server net.Conn) {
	defer client.Close()
	defer server.Close()
	first := make([]byte, 16<<10)
	n, err := client.Read(first)
	if err != nil {
		return
	}
	var in net.Conn = &ahead{client, bytes.NewReader(first[:n])}
	sent := io.Discard
	if first[0] == 22 { // a handshake message of TLS
		outside := tls.Client(server, &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS10})
		inside := tls.Server(in, &tls.Config{Certificates: []tls.Certificate{o.certificate}})
		if outside.Handshake() != nil || inside.Handshake() != nil {
			return
		}
		in, server = inside, outside
		sent = o.open()
	}
	go func() {
		defer client.Close()
		io.Copy(in, server)
	}()
	io.Copy(io.MultiWriter(sent, server), in)
}

// open begins the record of a connection.
func (o *opener) open() io.Writer {
	o.mu.Lock()
	defer o.mu.Unlock()
	b := &bytes.Buffer{}
	o.inside = append(o.inside, b)
	return b
}

// ahead is a connection of which the beginning was read before.
type ahead struct {
	net.Conn
	first *bytes.Reader
}

func (a *ahead) Read(b []byte) (int, error) {
	if a.first.Len() > 0 {
		return a.first.Read(b)
	}
	return a.Conn.Read(b)
}

// checkInside identifies a daemon at its TLS port and checks what it is sent inside TLS.
func checkInside(t *testing.T, d Daemon, addr netip.Addr) {
	t.Helper()
	o := newOpener(t)
	m := meeting{d.TLSPort, true, true, identify.Normal}
	e := identify.New(identify.Options{
		Dial: o.dial, Timeout: 2 * time.Minute, Effort: m.effort, StartTLS: true, Agent: "portid/lab", Version: "lab",
	})
	got, err := e.Identify(t.Context(), identify.Target{Addr: netip.AddrPortFrom(addr, m.port), RTT: -1})
	if want := m.expected(d).App; err != nil || got.App != want {
		t.Errorf("inside TLS: app %q, error %v; want %q", got.App, err, want)
	}
	wrong := o.recorder.differences(got, m)
	known := requests(&protocol.Target{Addr: o.to, Local: o.local, Agent: "portid/lab", TLS: true})
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, c := range o.inside {
		if !slices.ContainsFunc(append(known, nil), func(q []byte) bool { return bytes.Equal(q, c.Bytes()) }) {
			wrong = append(wrong, fmt.Sprintf("sent %q, which is not one request", c.Bytes()))
		}
	}
	if len(o.inside) == 0 {
		wrong = append(wrong, "no TLS")
	}
	for _, w := range wrong {
		t.Errorf("inside TLS: %s", w)
	}
	t.Logf("inside TLS: %q", o.inside)
}
