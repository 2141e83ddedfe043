package daemons

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"portkit/pkg/internal/lab"
)

// awaitBound waits until the daemon has bound its ports and is ready.
func awaitBound(tb testing.TB, d Daemon, h *lab.Host, ended chan error, log string) {
	tb.Helper()
	for range 3000 { // 60 s, for a loaded machine
		bound := false
		err := h.Do(func() (err error) { bound, err = d.isBound(); return err })
		if err != nil {
			tb.Fatal(err)
		}
		text, _ := os.ReadFile(log)
		if bound && strings.Contains(string(text), d.Ready) {
			return
		}
		select {
		case err := <-ended:
			ended <- err
			tb.Fatalf("%s ended before it served port %d: %v", d.Name, d.Port, err)
		case <-time.After(20 * time.Millisecond):
		}
	}
	tb.Fatalf("%s does not bind port %d", d.Name, d.Port)
}

// isBound reports whether the ports are bound in the namespace of this thread.
func (d Daemon) isBound() (bool, error) {
	if !d.tcp {
		return isBound("udp", d.Port)
	}
	bound, err := isBound("tcp", d.Port)
	if bound && d.TLSPort != 0 {
		return isBound("tcp", d.TLSPort)
	}
	return bound, err
}

// isBound reports whether a UDP port is bound, or a TCP port listens.
func isBound(proto string, port uint16) (bool, error) {
	want := fmt.Sprintf(":%04X", port)
	for _, table := range []string{proto, proto + "6"} {
		text, err := os.ReadFile("/proc/thread-self/net/" + table)
		if err != nil {
			return false, err
		}
		for line := range strings.Lines(string(text)) {
			const listens = "0A"
			if f := strings.Fields(line); len(f) > 3 && strings.HasSuffix(f[1], want) && (proto == "udp" || f[3] == listens) {
				return true, nil
			}
		}
	}
	return false, nil
}
