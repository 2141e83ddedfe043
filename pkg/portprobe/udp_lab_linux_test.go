package portprobe

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"portkit/pkg/cli"
	"portkit/pkg/endpoint"
	"portkit/pkg/internal/lab"
)

// udpTransports are the UDP transports, with what a lab case expects of each.
var udpTransports = []struct {
	name     string
	portable bool
	want     func(lab.Case) (endpoint.Reason, endpoint.State)
}{
	{"datagram", false, lab.Case.Truth},
	{"portable", true, lab.Case.ByErrno},
}

// Every lab case has its state and reason on a real host.
func TestLabCasesUDP(t *testing.T) {
	t.Parallel() // mostly waits
	lab.NotRaced(t)
	l := lab.New(t)
	cases := lab.UDPCases()
	in, _ := labInput(cases, endpoint.UDP, func(c lab.Case) netip.AddrPort { return c.Build(l) })
	for _, by := range udpTransports {
		t.Run(by.name, func(t *testing.T) {
			r := toolOver(t, by.portable, in, "-k")
			checkLab(t, r, cases, endpoint.UDP, by.want)
			if r.status != 1 {
				t.Errorf("exit %d, want 1: some could not be probed", r.status)
			}
		})
	}
}

// Every lab case that a simulated network can have gives the same result there.
func TestLabCasesUDPSimulated(t *testing.T) {
	var cases []lab.Case
	for _, c := range lab.UDPCases() {
		if c.Remote() {
			cases = append(cases, c)
		}
	}
	if len(cases) < 35 {
		t.Fatalf("the table has %d cases that a network can have", len(cases))
	}
	s := &simulated{
		replies: map[netip.AddrPort]endpoint.Reason{}, fromOtherPort: map[netip.AddrPort]bool{},
		gateways: map[netip.AddrPort]netip.Addr{},
	}
	n := byte(0)
	in, targets := labInput(cases, endpoint.UDP, func(c lab.Case) netip.AddrPort {
		n++
		if c.V6 {
			return netip.AddrPortFrom(netip.AddrFrom16([16]byte{0: 0xfd, 15: n}), 7777)
		}
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, 0, n}), 7777)
	})
	for i, c := range cases {
		s.replies[targets[i]] = c.Want
		s.fromOtherPort[targets[i]] = c.Kind == lab.AnswersElsewhere
		if c.Kind == lab.GatewayRejects {
			s.gateways[targets[i]] = netip.MustParseAddr("10.0.1.1")
		}
	}
	for _, net := range []string{"rtt=3ms", "rtt=3ms,loss=0.05", "rtt=800ms"} {
		described := Tool()
		described.Command = s
		var out, err strings.Builder
		status := cli.Run(described, cli.IO{
			In: strings.NewReader(in), Out: &out, Err: &err, Args: []string{"-k", "--simulate", net},
		})
		checkLab(t, ran{status, out.String(), err.String()}, cases, endpoint.UDP, lab.Case.Truth)
		if status != 0 {
			t.Errorf("%s: exit %d: %s", net, status, err.String())
		}
	}
}

// udpRecords returns records for UDP ports of an address.
func udpRecords(to netip.Addr, first, last int) string {
	var b strings.Builder
	for p := first; p <= last; p++ {
		fmt.Fprintf(&b, `{"host":"%v","port":%d,"proto":"udp"}`+"\n", to, p)
	}
	return b.String()
}

// both returns a host's addresses of both families.
func both(h *lab.Host) []netip.Addr { return []netip.Addr{h.Addr(), h.Addr6()} }

// udpStates counts states, and checks that each input line has one record.
func udpStates(t *testing.T, in string, r ran) string {
	t.Helper()
	states := map[any]int{}
	list := records(t, r.out)
	for _, m := range list {
		states[m["state"]]++
	}
	if lines := strings.Count(in, "\n"); len(list) != lines {
		t.Errorf("%d records for %d lines: %s", len(list), lines, r.err)
	}
	return fmt.Sprint(states)
}

// Replies from another port are matched for one endpoint, for several at once, and
// in a wide scan with duplicate replies.
func TestRepliesFromOtherPorts(t *testing.T) {
	t.Parallel() // mostly waits
	lab.NotRaced(t)
	l := lab.New(t)
	h := l.Host("", lab.Answer("4000-4009", lab.Elsewhere), lab.Answer("5000-5199", lab.Twice), lab.Silent("6000-6019"))
	for _, addr := range both(h) {
		for _, c := range []struct {
			first, last int
			want        string
		}{
			{4000, 4000, "map[open:1]"},
			{4000, 4009, "map[open:10]"},
			{5000, 5199, "map[open:200]"},
			{3001, 6100, "map[closed:2870 open:210 open|filtered:20]"},
		} {
			in := udpRecords(addr, c.first, c.last)
			if got := udpStates(t, in, toolOver(t, false, in)); got != c.want {
				t.Errorf("%v, ports %d to %d: %v, want %v", addr, c.first, c.last, got, c.want)
			}
		}
	}
}

// All states are right although 5 % of packets are lost in each direction.
func TestLossOverUDP(t *testing.T) {
	t.Parallel() // mostly waits
	lab.NotRaced(t)
	l := lab.New(t)
	h := l.Host("", lab.Answer("2001-2050", lab.Echo), lab.Loss(0.05, 0.05))
	for _, addr := range both(h) {
		in := udpRecords(addr, 1, 2050)
		for _, by := range udpTransports {
			if got := udpStates(t, in, toolOver(t, by.portable, in)); got != "map[closed:2000 open:50]" {
				t.Errorf("%v, %s: %v", addr, by.name, got)
			}
		}
	}
}

// since returns the time from begun to the time of a record.
func since(t *testing.T, m map[string]any, begun time.Time) time.Duration {
	t.Helper()
	at, err := time.Parse(time.RFC3339, fmt.Sprint(m["time"]))
	if err != nil {
		t.Fatal(err)
	}
	return at.Sub(begun)
}

// A host that sends one ICMP error per second is retried until a few ports are all
// decided. Other hosts are not delayed.
func TestICMPLimitOfStockLinuxIsRecognized(t *testing.T) {
	t.Parallel() // mostly waits
	lab.NotRaced(t)
	l := lab.New(t)
	stock := l.Host("", lab.Answer("2000-2004", lab.Echo), lab.ICMPLimit())
	free := l.Host("", lab.Answer("2000-2004", lab.Echo))
	in := udpRecords(stock.Addr(), 1993, 2006) + udpRecords(free.Addr(), 1001, 3000)
	begun := time.Now()
	r := toolOver(t, false, in)
	t.Logf("%v", time.Since(begun))
	if got := udpStates(t, in, r); got != "map[closed:2004 open:10]" {
		t.Errorf("%v", got)
	}
	var slowest, other time.Duration
	for _, m := range records(t, r.out) {
		if m["host"] == free.Addr().String() {
			other = max(other, since(t, m, begun))
		} else {
			slowest = max(slowest, since(t, m, begun))
		}
	}
	if other >= slowest {
		t.Errorf("the host without a limit took %v, the one with %v", other, slowest)
	}
}

// Services among a thousand closed ports, most of which stay undecided, are found
// within 5 s.
func TestUDPServicesAreFoundDespiteAnICMPLimit(t *testing.T) {
	t.Parallel() // mostly waits
	lab.NotRaced(t)
	l := lab.New(t)
	h := l.Host("", lab.Answer("53,2100,2222,2500", lab.Echo), lab.ICMPLimit())
	in := udpRecords(h.Addr(), 53, 53) + udpRecords(h.Addr(), 2001, 3000)
	for _, patience := range []time.Duration{3 * time.Second} {
		begun := time.Now()
		r := toolOver(t, false, in, "--udp-patience", patience.String())
		if took := time.Since(begun); took > patience+15*time.Second {
			t.Errorf("it took %v for a patience of %v", took, patience)
		} else {
			t.Logf("%v: %v", took, udpStates(t, in, r))
		}
		open := 0
		for _, m := range records(t, r.out) {
			switch what := fmt.Sprint(m["state"], "/", m["reason"]); what {
			case "open/udp-response":
				open++
				if after := since(t, m, begun); after > 5*time.Second {
					t.Errorf("port %v was found after %v", m["port"], after)
				}
			case "closed/port-unreach", "open|filtered/rate-limited":
			default:
				t.Errorf("port %v is %s", m["port"], what)
			}
		}
		if open != 4 {
			t.Errorf("%d ports of 4 were found", open)
		}
	}
}

// A target that floods its prober gets the right state, and so does another. Memory
// does not grow.
func TestFloodOfUDPDoesNotDisturbOthers(t *testing.T) {
	lab.NotRaced(t)
	l := lab.New(t)
	flooder := l.Host("", lab.Answer("7", lab.Flood))
	calm := l.Host("", lab.Answer("2500", lab.Echo))
	for i, addr := range both(flooder) {
		other := both(calm)[i]
		in := udpRecords(addr, 1, 200) + udpRecords(other, 2001, 3001) + udpRecords(addr, 201, 300)
		// At this rate the flood lasts nearly as long as the run.
		cmd := asPortprobe("/proc/self/exe", "--host-rate", "400")
		cmd.Stdin = strings.NewReader(in)
		var out strings.Builder
		cmd.Stdout = &out
		begun := time.Now()
		mib := peakMemory(t, cmd).peak
		t.Logf("%v: %v, %.1f MiB", addr, time.Since(begun), mib)
		if got := udpStates(t, in, ran{out: out.String()}); got != "map[closed:1299 open:2]" {
			t.Errorf("%v: %v", addr, got)
		}
		if mib > 64 {
			t.Errorf("%v: %.1f MiB were needed", addr, mib)
		}
	}
}
