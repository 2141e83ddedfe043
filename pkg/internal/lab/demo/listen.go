package main

import (
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"portkit/pkg/internal/lab"
)

// listeners are the services of the demo on 127.0.0.1.
type listeners struct {
	open   []net.Listener
	ports  []int
	vacant int // a port next to the last one, without a listener
}

// listen starts an SSH, an HTTP and an HTTPS server, each on its port or on the next one
// that is free.
func listen(ports [3]int) (*listeners, error) {
	servers := [...]func(net.Listener){serveSSH, serveHTTP, serveHTTPS}
	l := &listeners{}
	for i, p := range ports {
		ln, err := nextFree(p)
		if err != nil {
			l.close()
			return nil, err
		}
		l.open = append(l.open, ln)
		l.ports = append(l.ports, portOf(ln))
		go servers[i](ln)
	}
	ln, err := nextFree(l.ports[len(l.ports)-1] + 1)
	if err != nil {
		l.close()
		return nil, err
	}
	l.vacant = portOf(ln)
	ln.Close()
	return l, nil
}

func nextFree(port int) (ln net.Listener, err error) {
	for p := port; p < port+100; p++ {
		if ln, err = net.Listen("tcp4", fmt.Sprintf("127.0.0.1:%d", p)); err == nil {
			return ln, nil
		}
	}
	return nil, fmt.Errorf("no free port from %d to %d: %w", port, port+99, err)
}

func portOf(ln net.Listener) int { return ln.Addr().(*net.TCPAddr).Port }

// serveSSH, serveHTTP and serveHTTPS live until their listener is closed.
func serveSSH(ln net.Listener) { lab.ServeSSH(ln, "OpenSSH_9.2p1 Debian-2+deb12u7") }

func serveHTTP(ln net.Listener) { lab.ServeHTTP(ln, "demo/1.0", "portkit demo") }

func serveHTTPS(ln net.Listener) {
	now := time.Now()
	if secure, err := lab.ListenTLS(ln, "demo.example", now.AddDate(0, -11, 0), now.AddDate(0, 0, 20)); err == nil {
		serveHTTP(secure)
	}
}

func (l *listeners) close() {
	for _, ln := range l.open {
		ln.Close()
	}
}

func join(ports []int, by string) string {
	words := make([]string, len(ports))
	for i, p := range ports {
		words[i] = strconv.Itoa(p)
	}
	return strings.Join(words, by)
}

// list is ports as a person says them: "1, 2 and 3".
func list(ports []int) string {
	if len(ports) < 2 {
		return join(ports, "")
	}
	last := len(ports) - 1
	return join(ports[:last], ", ") + " and " + strconv.Itoa(ports[last])
}
