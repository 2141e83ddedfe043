//go:build unix

package docscheck

import (
	"fmt"
	"net"
	"testing"
	"time"

	"portkit/pkg/internal/lab"
)

// serving are the TCP ports of 127.0.0.1 that the documents show open.
var serving = map[int]func(net.Listener){
	22:   func(ln net.Listener) { lab.ServeSSH(ln, "OpenSSH_9.2p1 Debian-2+deb12u7") },
	631:  func(ln net.Listener) { lab.ServeHTTP(ln, "CUPS/2.4 IPP/2.1", "Home - CUPS 2.4.2") },
	5432: func(ln net.Listener) { lab.ServeHTTP(expired(ln), "nginx/1.22.1", "Intranet") },
}

// expired returns a listener of TLS whose certificate has expired, so that what
// documents show of it never changes.
func expired(ln net.Listener) net.Listener {
	year := func(y int) time.Time { return time.Date(y, time.March, 1, 12, 0, 0, 0, time.UTC) }
	secure, err := lab.ListenTLS(ln, "intranet.example", year(2025), year(2026))
	if err != nil {
		panic(err) // a constant key and template
	}
	return secure
}

// serveAll starts the servers that the documents show. Outside of the lab the ports may
// be those of other programs, and what is shown is not compared.
func serveAll(t *testing.T) {
	if lab.Missing() != "" {
		return
	}
	for port, serve := range serving {
		ln, err := net.Listen("tcp4", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			t.Fatal(err)
		}
		over := make(chan struct{})
		t.Cleanup(func() { ln.Close(); <-over })
		go func() {
			defer close(over)
			serve(ln)
		}()
	}
}
