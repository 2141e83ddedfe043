package portprobe

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"portkit/pkg/internal/lab"
)

// Networks with dead addresses and hosts that drop nearly everything give the same
// records by every method.
func TestSkipSilent(t *testing.T) {
	t.Parallel() // mostly waits
	lab.NotRaced(t)
	l := lab.New(t)
	noEcho := func(opts ...lab.Option) []lab.Option {
		return append(opts, lab.Sysctl("net/ipv4/icmp_echo_ignore_all", "1"), lab.Sysctl("net/ipv6/icmp/echo_ignore_all", "1"))
	}
	l.Host("", noEcho(lab.Own("10.99.1.0/24"), lab.Own("fd00:6c61:62ff:1::/64"), lab.Silent(""))...)
	l.Host("", lab.Own("10.99.2.0/30"), lab.Own("fd00:6c61:62ff:2::/64"), lab.Silent(""))
	l.Host("", noEcho(lab.Own("10.99.3.0/30"), lab.Own("fd00:6c61:62ff:3::/64"), lab.Silent("1-24"))...)
	alive := l.Host("", noEcho()...)
	neighbor := l.Host("", noEcho(lab.Silent(""))...)
	router := l.Host("")
	behind := router.Behind("", lab.NeighborRetry(100e6))

	// What each address is, by the reasons of ports 1 to 20 and of ports 21 to 40.
	first := func(v4, v6 string) [2]netip.Addr {
		return [2]netip.Addr{netip.MustParseAddr(v4), netip.MustParseAddr(v6)}
	}
	addrs := []struct {
		name  string
		addrs [2]netip.Addr
		want  [2]string
	}{
		{"dead", first("10.99.1.7", "fd00:6c61:62ff:1::7"), [2]string{"no-response", "host-silent"}},
		{"dead, too", first("10.99.1.8", "fd00:6c61:62ff:1::8"), [2]string{"no-response", "host-silent"}},
		{"replies to echo requests only", first("10.99.2.1", "fd00:6c61:62ff:2::1"), [2]string{"no-response", "no-response"}},
		{"replies from port 25 on", first("10.99.3.1", "fd00:6c61:62ff:3::1"), [2]string{"no-response", "host-silent"}},
		{"alive", [2]netip.Addr{alive.Addr(), alive.Addr6()}, [2]string{"closed", "closed"}},
		{"neighbor that drops everything", [2]netip.Addr{neighbor.Addr(), neighbor.Addr6()}, [2]string{"no-response", "no-response"}},
		{"unused, behind a router", [2]netip.Addr{behind.Addr().Next(), behind.Addr6().Next()}, [2]string{"host-unreach", "host-unreach"}},
	}
	closed := map[string]string{"connect": "conn-refused", "portable": "conn-refused", "syn": "reset", "udp": "port-unreach"}
	for method, refusal := range closed {
		var in strings.Builder
		want := map[string]string{}
		for _, a := range addrs {
			for _, ip := range a.addrs {
				for port := range 40 {
					to := netip.AddrPortFrom(ip, uint16(port+1))
					want[to.String()] = strings.Replace(a.want[port/20], "closed", refusal, 1)
					fmt.Fprint(&in, to)
					if method == "udp" {
						fmt.Fprint(&in, "/udp")
					}
					fmt.Fprintln(&in)
				}
			}
		}
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			run := map[string]func(*testing.T, string, ...string) ran{"syn": toolBySYN}[method]
			if run == nil {
				run = func(t *testing.T, in string, args ...string) ran {
					return toolOver(t, method == "portable", in, args...)
				}
			}
			r := run(t, in.String(), "-t", "1.2", "--skip-silent", "20", "-v")
			for _, m := range records(t, r.out) {
				to := fmt.Sprintf("%v:%v", m["host"], m["port"])
				if strings.Contains(m["host"].(string), ":") {
					to = fmt.Sprintf("[%v]:%v", m["host"], m["port"])
				}
				if m["reason"] != want[to] || (m["attempts"] == nil || m["attempts"] == 0.) != (m["reason"] == "host-silent") {
					t.Errorf("%s: %v after %v attempts, want %v", to, m["reason"], m["attempts"], want[to])
				}
				delete(want, to)
			}
			if len(want) > 0 {
				t.Errorf("%d records are missing", len(want))
			}
			if !strings.Contains(r.err, ", 6 silent hosts skipped") || !strings.Contains(r.err, " echo requests)") {
				t.Errorf("%s", r.err)
			}
		})
	}
}

// A host with one port that replies after 2 s, and one that loses 30 % of the packets in
// each direction, are never skipped. Neither replies to echo requests.
func TestSkipSilentHearsSlowHosts(t *testing.T) {
	t.Parallel() // mostly waits
	lab.NotRaced(t)
	l := lab.New(t)
	noEcho := lab.Sysctl("net/ipv4/icmp_echo_ignore_all", "1")
	slow := func(port uint16) time.Duration {
		if port == 20 {
			return 2 * time.Second
		}
		return 0
	}
	l.Host("", noEcho, lab.Own("10.99.8.0/30"), lab.Silent("1-19,21-40"), lab.PortDelay(slow))
	l.Host("", noEcho, lab.Own("10.99.9.0/24"), lab.Loss(0.3, 0.3))
	var in strings.Builder
	for port := 1; port <= 40; port++ {
		fmt.Fprintf(&in, "10.99.8.1:%d\n", port)
		for i := range 50 {
			fmt.Fprintf(&in, "10.99.9.%d:%d\n", i, port)
		}
	}
	for method, run := range map[string]func(*testing.T, string, ...string) ran{
		"syn":     toolBySYN,
		"connect": func(t *testing.T, in string, args ...string) ran { return toolOver(t, false, in, args...) },
	} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			for _, m := range records(t, run(t, in.String(), "--skip-silent", "20").out) {
				slow := m["host"] == "10.99.8.1" && m["port"] == 20.
				if m["reason"] == "host-silent" || slow && m["state"] != "closed" {
					t.Errorf("%v:%v is %v", m["host"], m["port"], m["reason"])
				}
			}
		})
	}
}

// Without permission to send echo requests the flag works, and -v reports it.
func TestSkipSilentWithoutEchoRequests(t *testing.T) {
	r := unprivileged(t, "127.0.0.1:1\n", "--skip-silent", "20", "-v")
	if r.status != 0 || !strings.Contains(r.out, `"closed"`) || !strings.Contains(r.err, "net.ipv4.ping_group_range") {
		t.Errorf("exit %d, %s%s", r.status, r.out, r.err)
	}
}
