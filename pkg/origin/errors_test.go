package origin

import (
	"fmt"
	"net/netip"
	"strings"
	"syscall"
	"testing"

	"portkit/pkg/internal/docscheck"
)

func TestObstacles(t *testing.T) {
	ip, route := netip.MustParseAddr, func(kind, to string) refusingRoute { return refusingRoute{kind, netip.MustParsePrefix(to)} }
	for _, c := range []struct {
		from  Origin
		errno syscall.Errno
		to    string
		facts facts
		want  string
	}{
		{
			Origin{},
			syscall.EINVAL, "192.0.2.1",
			facts{route: route("blackhole", "192.0.2.0/24")},
			"this machine's route to 192.0.2.0/24 is of the type blackhole; see: ip -4 route show table all type blackhole",
		},
		{
			Origin{},
			syscall.EACCES, "2001:db8::1",
			facts{route: route("prohibit", "2001:db8::/32")},
			"this machine's route to 2001:db8::/32 is of the type prohibit; see: ip -6 route show table all type prohibit",
		},
		{Origin{}, syscall.EINVAL, "192.0.2.1", facts{routed: true}, ""},
		{Origin{}, syscall.ENETUNREACH, "192.0.2.1", facts{}, "this machine has no route to 192.0.2.1"},
		{Origin{Link: "eth1"}, syscall.ENETUNREACH, "192.0.2.1", facts{}, "this machine has no route to 192.0.2.1 through eth1"},
		{
			Origin{},
			syscall.EADDRNOTAVAIL, "::1",
			facts{ipv6Off: "net.ipv6.conf.lo.disable_ipv6"},
			"IPv6 is switched off on this machine (net.ipv6.conf.lo.disable_ipv6 = 1)",
		},
		{
			Origin{},
			syscall.ENETUNREACH, "2001:db8::1",
			facts{ipv6Off: "net.ipv6.conf.all.disable_ipv6"},
			"IPv6 is switched off on this machine (net.ipv6.conf.all.disable_ipv6 = 1)",
		},
		{
			Origin{Source: ip("127.0.0.1")},
			syscall.EINVAL, "192.0.2.1",
			facts{source: true, routed: true},
			"--source 127.0.0.1 is a loopback address, which reaches this machine only; use another address",
		},
		{Origin{Source: ip("127.0.0.1")}, syscall.EMFILE, "192.0.2.1", facts{source: true, routed: true}, ""},
		{
			Origin{Source: ip("192.0.2.7")},
			syscall.EADDRNOTAVAIL, "192.0.2.1",
			facts{routed: true, ports: "1 2"},
			"--source 192.0.2.7 is not an address of this machine",
		},
		{
			Origin{Source: ip("192.0.2.7")},
			syscall.EADDRNOTAVAIL, "192.0.2.1",
			facts{source: true, ports: "40000 40003"},
			"all local ports are in use (net.ipv4.ip_local_port_range = 40000 40003); widen the range or lower --concurrency",
		},
		{
			Origin{},
			syscall.EADDRINUSE, "192.0.2.1",
			facts{ports: "40000 40003"},
			"all local ports are in use (net.ipv4.ip_local_port_range = 40000 40003); widen the range or lower --concurrency",
		},
		{Origin{}, syscall.EADDRNOTAVAIL, "2001:db8::1", facts{}, ""}, // no source address
		{
			Origin{Source: ip("192.0.2.7")},
			syscall.EAFNOSUPPORT, "2001:db8::1",
			facts{},
			"--source 192.0.2.7 is of another address family than 2001:db8::1; use an address of the same family",
		},
		{Origin{}, syscall.EPERM, "192.0.2.1", facts{}, ""},
		{Origin{}, syscall.EPERM, "192.0.2.1", facts{routed: true}, "this machine's own firewall drops or rejects packets to 192.0.2.1"},
	} {
		if got := c.from.explain(c.errno, ip(c.to), c.facts); got != c.want {
			t.Errorf("%+v, %v at %s, %+v: %q, want %q", c.from, c.errno, c.to, c.facts, got, c.want)
		}
		if c.want != "" {
			docscheck.Explained(t, c.want)
		}
	}
}

func TestMostSpecificRefusalIsReported(t *testing.T) {
	var list []refusingRoute
	for _, r := range strings.Fields("blackhole/0.0.0.0/0 blackhole/10.0.0.0/8 prohibit/10.1.0.0/16 blackhole/10.2.0.0/16") {
		kind, to, _ := strings.Cut(r, "/")
		list = append(list, refusingRoute{kind, netip.MustParsePrefix(to)})
	}
	for _, c := range []struct {
		errno    syscall.Errno
		to, want string
	}{
		{syscall.EINVAL, "10.1.0.1", "10.0.0.0/8"},
		{syscall.EINVAL, "10.2.0.1", "10.2.0.0/16"},
		{syscall.EINVAL, "11.0.0.1", "0.0.0.0/0"},
		{syscall.EACCES, "10.1.0.1", "10.1.0.0/16"},
		{syscall.EACCES, "10.2.0.1", "invalid Prefix"},
		{syscall.EMFILE, "10.2.0.1", "invalid Prefix"},
	} {
		if got := fmt.Sprint(mostSpecific(list, c.errno, netip.MustParseAddr(c.to)).to); got != c.want {
			t.Errorf("%v at %s: %s, want %s", c.errno, c.to, got, c.want)
		}
	}
}

// BenchmarkLocalErrorText measures the explanation of one of many records with the same
// error.
func BenchmarkLocalErrorText(b *testing.B) {
	var s Errors
	a := netip.MustParseAddr("192.0.2.1")
	for b.Loop() {
		if s.Explain(Origin{}, a, syscall.EMFILE) == "" {
			b.Fatal("no text")
		}
		if a = a.Next(); a.As4()[3] == 0 {
			a = netip.MustParseAddr("192.0.2.1")
		}
	}
}
