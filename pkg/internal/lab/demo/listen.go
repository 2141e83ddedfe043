package main

import (
	"fmt"
	"net"
	"strconv"
	"strings"
)

// listeners accept connections on 127.0.0.1 and close them at once.
type listeners struct {
	open   []net.Listener
	ports  []int
	vacant int // a port next to the last one, without a listener
}

// listen opens a listener on each of the ports, or on the next one that is
// free.
func listen(ports ...int) (*listeners, error) {
	l := &listeners{}
	for _, p := range ports {
		ln, err := nextFree(p)
		if err != nil {
			l.close()
			return nil, err
		}
		l.open = append(l.open, ln)
		l.ports = append(l.ports, portOf(ln))
		go accept(ln)
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

// accept lives until its listener is closed.
func accept(ln net.Listener) {
	for {
		conn, err := ln.Accept()
		if err != nil {
			return
		}
		conn.Close()
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
