package portprobe

import (
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"portkit/pkg/internal/docscheck"
	"portkit/pkg/internal/lab"
)

// localErrorCase is a cause of local errors: flags, and targets by a part of their
// error.
type localErrorCase struct {
	args string
	want map[string]string
	raw  bool // affects SYN probes too
}

// Every cause gives its message with every method. Not parallel: it changes
// settings of the whole process.
func TestLocalErrorsAreNotPortStates(t *testing.T) {
	lab.NotRaced(t)
	l := lab.New(t)
	h, other := l.Host(""), l.Host("")
	at, at6 := h.Addr().String(), h.Addr6().String()
	t.Run("routes and flags", func(t *testing.T) {
		l := lab.New(t)
		l.Unroutable("192.0.2.0/24", unix.RTN_BLACKHOLE)
		l.Unroutable("198.51.100.0/24", unix.RTN_UNREACHABLE)
		l.Unroutable("2001:db8:1::/48", unix.RTN_PROHIBIT)
		meet(t, []localErrorCase{
			{"", map[string]string{
				"192.0.2.1":     "route to 192.0.2.0/24 is of the type blackhole",
				"198.51.100.1":  "route to 198.51.100.0/24 is of the type unreachable",
				"2001:db8:1::1": "route to 2001:db8:1::/48 is of the type prohibit",
				"203.0.113.1":   "this machine has no route to 203.0.113.1",
				"fe80::2":       "fe80::2 is link-local and needs its link",
			}, true},
			{"--source 127.0.0.1", map[string]string{
				at: "--source 127.0.0.1 is a loopback address", at6: "--source 127.0.0.1 is of another address family",
			}, true},
			{"--source ::1", map[string]string{at6: "--source ::1 is a loopback address"}, true},
			{"--source 192.0.2.7", map[string]string{at: "--source 192.0.2.7 is not an address of this machine"}, true},
			{"--interface " + other.Link(), map[string]string{
				h.LinkLocal().String(): "is not on the link of --interface " + other.Link(),
			}, true},
		})
	})
	t.Run("local ports", func(t *testing.T) {
		// Below the range of the system, where no earlier test has left a connection.
		lab.New(t).Sysctl("net/ipv4/ip_local_port_range", "20000 20001")
		occupy(t, 20000, 20001)
		meet(t, []localErrorCase{{"", map[string]string{at: "all local ports are in use (net.ipv4.ip_local_port_range = 20000 20001)"}, false}})
	})
	t.Run("IPv6 switched off", func(t *testing.T) {
		lab.New(t).Sysctl("net/ipv6/conf/all/disable_ipv6", "1")
		meet(t, []localErrorCase{{"", map[string]string{
			at6:   "IPv6 is switched off on this machine (net.ipv6.conf.all.disable_ipv6 = 1)",
			"::1": "IPv6 is switched off on this machine (net.ipv6.conf.lo.disable_ipv6 = 1)",
		}, true}})
	})
}

// meet probes all rows at once, because retries of each take most of a second.
func meet(t *testing.T, rows []localErrorCase) {
	var runs sync.WaitGroup
	defer runs.Wait()
	for _, row := range rows {
		runs.Go(func() { row.check(t, "connect", toolOver(t, false, row.input(), strings.Fields(row.args)...)) })
		if row.raw {
			runs.Go(func() { row.check(t, "syn", toolBySYN(t, row.input(), strings.Fields(row.args)...)) })
		}
	}
}

func (o *localErrorCase) input() string {
	var b strings.Builder
	for to := range o.want {
		fmt.Fprintf(&b, `{"host":%q,"port":9}`+"\n"+`{"host":%[1]q,"port":9,"proto":"udp"}`+"\n", to)
	}
	return b.String()
}

func (o *localErrorCase) check(t *testing.T, method string, r ran) {
	list := records(t, r.out)
	if len(list) != 2*len(o.want) || r.status != 1 {
		t.Errorf("%s %s: %d records, exit %d: %s", method, o.args, len(list), r.status, r.err)
	}
	for _, m := range list {
		text, want := fmt.Sprint(m["error"]), o.want[fmt.Sprint(m["host"])]
		if m["reason"] != "local-error" || !strings.Contains(text, want) {
			t.Errorf("%s/%v %v %s: %v %q, want %q", method, m["proto"], m["host"], o.args, m["reason"], text, want)
		}
		docscheck.Explained(t, text)
	}
}

// occupy binds TCP and UDP ports until the test ends.
func occupy(t *testing.T, ports ...int) {
	t.Helper()
	for _, p := range ports {
		tcp, err := net.Listen("tcp", fmt.Sprintf(":%d", p))
		if err != nil {
			t.Fatal(err)
		}
		udp, err := net.ListenPacket("udp", fmt.Sprintf(":%d", p))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { tcp.Close(); udp.Close() })
	}
}
