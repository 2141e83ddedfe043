package identify

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/identify/protocol"
	"portkit/pkg/payload"
)

// datagrams is a Dial whose reply to each datagram is that of the function.
type datagrams struct {
	network string
	sent    [][]byte
	err     error // of dialing
	readErr error
	// reply returns datagrams for the n-th one received, 1 for the first.
	reply func(request []byte, n int) [][]byte
}

func (d *datagrams) dial(_ context.Context, network string, _ netip.AddrPort) (net.Conn, error) {
	if d.network = network; d.err != nil {
		return nil, d.err
	}
	here, there := net.Pipe()
	go func() {
		buf := make([]byte, 4096)
		for {
			n, err := there.Read(buf)
			if err != nil {
				return
			}
			d.sent = append(d.sent, bytes.Clone(buf[:n]))
			for _, b := range d.reply(buf[:n], len(d.sent)) {
				there.Write(b)
			}
		}
	}()
	return &datagramConn{here, d.readErr}, nil
}

// datagramConn is a connected socket. Its first read fails if err is set.
type datagramConn struct {
	net.Conn
	err error
}

func (c *datagramConn) Read(b []byte) (int, error) {
	if c.err != nil {
		return 0, c.err
	}
	return c.Conn.Read(b)
}

// inquire identifies a UDP service in virtual time.
func inquire(t *testing.T, d *datagrams, o Options, app string) (got Outcome, err error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		o.Dial, o.Agent = d.dial, "portid/1"
		if o.Timeout == 0 {
			o.Timeout = 30 * time.Second
		}
		got, err = New(o).Identify(t.Context(), Target{
			Addr: netip.MustParseAddrPort("192.0.2.1:9999"), Proto: endpoint.UDP, App: app, RTT: 50 * time.Millisecond,
		})
		synctest.Wait()
	})
	return got, err
}

// memcachedReply replies with the version.
func memcachedReply(request []byte) []byte {
	return append(bytes.Clone(request[:8]), "VERSION 1.6.18\r\n"...)
}

func never([]byte, int) [][]byte { return nil }

func TestUDPServices(t *testing.T) {
	noise := func([]byte, int) [][]byte {
		return [][]byte{{}, []byte("VERSION 1.6.18\r\n"), bytes.Repeat([]byte{0}, 4096)}
	}
	for _, c := range []struct {
		name, app string
		o         Options
		reply     func([]byte, int) [][]byte
		product   string
		conns     int
		took      time.Duration
	}{
		{"reply", "memcached", Options{}, func(b []byte, _ int) [][]byte { return [][]byte{memcachedReply(b)} }, "memcached", 1, 0},
		{"first request lost", "memcached", Options{}, func(b []byte, n int) [][]byte {
			if n == 1 {
				return nil
			}
			return [][]byte{memcachedReply(b)}
		}, "memcached", 2, 1100 * time.Millisecond},
		{"reply after garbage", "memcached", Options{}, func(b []byte, n int) [][]byte { return append(noise(b, n), memcachedReply(b)) }, "memcached", 1, 0},
		{"garbage", "memcached", Options{}, noise, "", 2, 2200 * time.Millisecond},
		{"no reply", "memcached", Options{}, never, "", 2, 2200 * time.Millisecond},
		{"two requests", "mssql-browser", Options{}, func(b []byte, _ int) [][]byte {
			if !bytes.Contains(b, []byte("SQLEXPRESS")) {
				return nil
			}
			text := "ServerName;A;InstanceName;SQLEXPRESS;IsClustered;No;Version;15.0.2000.5;;"
			return [][]byte{append([]byte{5, byte(len(text)), 0}, text...)}
		}, "Microsoft SQL Server", 2, 1100 * time.Millisecond},
		{"nothing to reveal", "ntp", Options{}, never, "", 0, 0},
		{"not among the apps", "memcached", Options{Only: []string{"dns"}}, never, "", 0, 0},
		{"port that is only listened to", "memcached", Options{Quiet: func(uint16) bool { return true }}, never, "", 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := &datagrams{reply: c.reply}
			got, err := inquire(t, d, c.o, c.app)
			if err != nil || got.App != c.app || got.Evidence != "udp-response" || got.Product != c.product ||
				got.Conns != c.conns || len(d.sent) != c.conns || got.Took != c.took {
				t.Errorf("%+v, %d datagrams seen, error %v; want app %q, product %q, %d in %v",
					got.Finding, len(d.sent), err, c.app, c.product, c.conns, c.took)
			}
			if got.Connected != (c.product != "") || c.conns > 0 && d.network != "udp" {
				t.Errorf("connected %v over %q", got.Connected, d.network)
			}
			if !got.Connected && c.conns > 0 && got.Reason != endpoint.NoResponse {
				t.Errorf("reason %v, want %v", got.Reason, endpoint.NoResponse)
			}
		})
	}
}

// TestUDPErrors checks that the app stays if the service is gone, and that trouble of
// this machine is an error.
func TestUDPErrors(t *testing.T) {
	d := &datagrams{reply: never, readErr: &net.OpError{Op: "read", Err: os.NewSyscallError("read", syscall.ECONNREFUSED)}}
	got, err := inquire(t, d, Options{}, "memcached")
	if err != nil || got.App != "memcached" || got.Reason != endpoint.PortUnreach || got.Conns != 1 || got.Connected {
		t.Errorf("refused: %+v, error %v", got, err)
	}
	if _, err := inquire(t, &datagrams{err: syscall.EMFILE}, Options{}, "memcached"); !errors.Is(err, syscall.EMFILE) {
		t.Errorf("no descriptors: error %v", err)
	}
	d = &datagrams{reply: never}
	denied := Options{Allowed: func(_ netip.AddrPort, p endpoint.Proto) bool { return p != endpoint.UDP }}
	if _, err := inquire(t, d, denied, "memcached"); err == nil || len(d.sent) > 0 {
		t.Errorf("out of scope: sent %q, error %v", d.sent, err)
	}
}

func TestUDPRate(t *testing.T) {
	d := &datagrams{reply: never}
	if got, _ := inquire(t, d, Options{HostRate: 0.2}, "memcached"); got.Took != 6100*time.Millisecond || got.Conns != 2 {
		t.Errorf("%d datagrams in %v, want 2, five seconds apart", got.Conns, got.Took)
	}
}

// TestUDPTimeout checks that the time for an endpoint ends its exchange.
func TestUDPTimeout(t *testing.T) {
	d := &datagrams{reply: never}
	if got, err := inquire(t, d, Options{Timeout: 500 * time.Millisecond}, "memcached"); err != nil || got.App != "memcached" || got.Took != 500*time.Millisecond {
		t.Errorf("%+v, error %v", got.Finding, err)
	}
}

// TestUDPRequests checks that every row has a request, and that no request contains a
// community or a user. Protocols whose replies may be large have none.
func TestUDPRequests(t *testing.T) {
	target := &protocol.Target{Addr: netip.MustParseAddrPort("192.0.2.1:9999"), Local: netip.MustParseAddr("192.0.2.2"), Agent: "portid/1"}
	for app, q := range inquiries(nil) {
		if len(q.requests) == 0 {
			t.Errorf("%s has no request", app)
		}
		for _, r := range q.requests {
			sent := r.build(target, payload.Query{To: target.Addr, Token: 1})
			if len(sent) == 0 || strings.Contains(string(sent), "public") || strings.Contains(string(sent), "@") {
				t.Errorf("%s: request %q", app, sent)
			}
		}
	}
	for _, app := range []string{"ntp", "coap", "quic", "mdns", "netbios-ns"} {
		if inquiries(nil)[app] != nil {
			t.Errorf("%s is sent a request, whose reply may be large or reveals nothing", app)
		}
	}
}
