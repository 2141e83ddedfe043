package portprobe

import (
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"portkit/pkg/internal/docscheck"
	"portkit/pkg/internal/lab"
)

// refusalCase is a cause for which this machine does not send to addresses of both
// families, and the result by method: a reason, or part of the text of local-error.
type refusalCase struct {
	cause             string
	to                []netip.Addr
	connect, udp, syn string
	few               bool // two settings of concurrency are enough
}

const (
	refusedPorts = 5
	// refusedWithin is the limit of a run. Local errors are retried for 2.5 s;
	// no-response with one probe outstanding takes 7 s.
	refusedWithin = "20s"
	// refusedAtOnce keeps the descriptors of all runs below the usual limit.
	refusedAtOnce = 60
)

// When this machine cannot send to more endpoints than may be outstanding, each
// settles in time with the right reason.
func TestRefusedSendsSettleInTime(t *testing.T) {
	t.Parallel() // mostly waits
	lab.NotRaced(t)
	var runs sync.WaitGroup
	defer runs.Wait()
	room := make(chan struct{}, refusedAtOnce)
	for _, c := range refusalCases(lab.New(t)) {
		pools := []string{"-c1 -w1", "-c2 -w1", "-c3 -w1", "-c2 -w2", "-c3 -w2"}
		if c.few {
			pools = []string{"-c1 -w1", "-c3 -w2"}
		}
		for _, pool := range pools {
			for method, want := range map[string]string{"connect": c.connect, "udp": c.udp, "syn": c.syn} {
				room <- struct{}{}
				runs.Go(func() {
					defer func() { <-room }()
					c.check(t, method, want, strings.Fields(pool))
				})
			}
		}
	}
}

func (c *refusalCase) check(t *testing.T, method, want string, args []string) {
	args = append(args, "--deadline", refusedWithin)
	if want == "no-response" {
		args = append(args, "-t", "0.3") // no-response is not the subject of this test
	}
	proto, run := "tcp", func(t *testing.T, in string, args ...string) ran { return toolOver(t, false, in, args...) }
	switch method {
	case "udp":
		proto = "udp"
	case "syn":
		run = toolBySYN
	}
	var in strings.Builder
	for port := range refusedPorts {
		for _, to := range c.to {
			fmt.Fprintf(&in, `{"host":"%v","port":%d,"proto":"%s"}`+"\n", to, 7000+port, proto)
		}
	}
	r := run(t, in.String(), args...)
	list := records(t, r.out)
	if len(list) != refusedPorts*len(c.to) {
		t.Errorf("%s, %s %v: %d records, exit %d: %s", c.cause, method, args, len(list), r.status, r.err)
	}
	for _, m := range list {
		text := fmt.Sprint(m["reason"])
		if text == "local-error" {
			text = fmt.Sprint(m["error"])
			docscheck.Explained(t, text)
		}
		if !strings.Contains(text, want) {
			t.Errorf("%s, %s %v: %v is %q, want %q", c.cause, method, args, m["host"], text, want)
		}
	}
}

func refusalCases(l *lab.Lab) []refusalCase {
	const ports, drops = "7000-7004", "this machine's own firewall drops or rejects"
	for kind, prefixes := range map[int]string{
		unix.RTN_PROHIBIT:    "198.18.1.0/24 2001:db8:a1::/48",
		unix.RTN_UNREACHABLE: "198.18.2.0/24 2001:db8:a2::/48",
		unix.RTN_BLACKHOLE:   "198.18.3.0/24 2001:db8:a3::/48",
	} {
		for p := range strings.FieldsSeq(prefixes) {
			l.Unroutable(p, kind)
		}
	}
	down, dropped, rejected := l.Host(""), l.Host(""), l.Host("")
	down.Up(false)
	prohibits := []lab.Option{lab.Reject4(ports, 13), lab.Reject6(ports, 1)} // administratively prohibited
	for i := range prohibits {
		l.Firewall(lab.To(dropped.Addrs()[i].Masked().String(), lab.Silent(ports)))
		l.Firewall(lab.To(rejected.Addrs()[i].Masked().String(), prohibits[i]))
	}
	const routeless = "this machine has no route to"
	return []refusalCase{
		// The kernel reports dropped datagrams, but not dropped SYNs of connect.
		// SYN frames on Ethernet bypass the firewall. Slow rows come first.
		{"firewall drops", both(dropped), "no-response", drops, "reset", false},
		{"firewall rejects", both(rejected), "this machine's own firewall or routes reject the probe", drops, "reset", false},
		// Packets to own addresses do not use Ethernet. ICMP errors of an output
		// rule then come from the target.
		{"firewall drops, own address", ownEnds(dropped), "no-response", drops, drops, true},
		{"firewall rejects, own address", ownEnds(rejected), "admin-prohibited", drops, drops, true},
		alike("no route", "198.18.0.1 2001:db8:a0::1", routeless),
		alike("prohibit", "198.18.1.1 2001:db8:a1::1", "is of the type prohibit"),
		alike("unreachable", "198.18.2.1 2001:db8:a2::1", "is of the type unreachable"),
		alike("blackhole", "198.18.3.1 2001:db8:a3::1", "is of the type blackhole"),
		{"link down", both(down), routeless, routeless, routeless, false}, // the kernel removes its routes
	}
}

// alike returns a cause that every method reports with the same text.
func alike(cause, to, want string) refusalCase {
	return refusalCase{cause, addrsOf(to), want, want, want, false}
}

// ownEnds returns this machine's addresses on a host's link.
func ownEnds(h *lab.Host) (list []netip.Addr) {
	for _, p := range h.Addrs() {
		list = append(list, p.Masked().Addr().Next())
	}
	return list
}

func addrsOf(list string) (as []netip.Addr) {
	for word := range strings.FieldsSeq(list) {
		as = append(as, netip.MustParseAddr(word))
	}
	return as
}
