package identify

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// BenchmarkOneHost identifies 1,000 services of one address over loopback, 100 at a time:
// half of them greet, half are HTTP servers at their own port.
func BenchmarkOneHost(b *testing.B) {
	const services, atOnce = 1000, 100
	greeter := listen(b, func(c net.Conn) { io.WriteString(c, "220 (vsFTPd 3.0.3)\r\n") })
	web := listen(b, func(c net.Conn) {
		status := "400 Bad Request"
		if line, _ := bufio.NewReader(c).ReadString('\n'); strings.HasPrefix(line, "GET ") {
			status = "200 OK"
		}
		io.WriteString(c, "HTTP/1.1 "+status+"\r\nServer: nginx/1.22.1\r\nContent-Length: 0\r\n\r\n")
	})
	var dialer net.Dialer
	dial := func(ctx context.Context, _ string, to netip.AddrPort) (net.Conn, error) {
		if to.Port() == 80 {
			return dialer.DialContext(ctx, "tcp", web)
		}
		return dialer.DialContext(ctx, "tcp", greeter)
	}
	for b.Loop() {
		e := New(Options{Dial: dial, Timeout: time.Minute, Effort: Normal, Agent: "portid/1"})
		took := make([]time.Duration, services)
		var wait sync.WaitGroup
		for first := range atOnce {
			wait.Go(func() {
				for i := first; i < services; i += atOnce {
					port, app := uint16(21), "ftp"
					if i%2 == 0 {
						port, app = 80, httpApp
					}
					to := netip.AddrPortFrom(netip.MustParseAddr("192.0.2.1"), port)
					got, err := e.Identify(context.Background(), Target{Addr: to, RTT: -1})
					if took[i] = got.Took; err != nil || got.App != app {
						b.Errorf("port %d: %+v, %v; want %s", port, got.Finding, err, app)
					}
				}
			})
		}
		wait.Wait()
		slices.Sort(took)
		b.ReportMetric(took[services*9/10].Seconds()*1000, "p90-ms")
	}
}

// listen serves each connection, and closes it after the client has.
func listen(b *testing.B, serve func(net.Conn)) (addr string) {
	b.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				serve(c)
				io.Copy(io.Discard, c)
				c.Close()
			}()
		}
	}()
	return l.Addr().String()
}
