package portprobe

import (
	"bytes"
	"fmt"
	"net/netip"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"portkit/pkg/internal/lab"
)

// fault is a failure of the network or of this machine during a run.
type fault struct {
	name   string
	happen func(l *lab.Lab, h *lab.Host, net string)
	may    []string // results that it may cause; the prefix is the transport, if only one is affected
	slow   bool     // is slow, so one transport has to be enough
}

const before, after = "22,80,1000-1999", "22,443,1500-2499" // ports that the host listens on

func faults() []fault {
	// The time for which the fault lasts: less than the 2.5 s for which local errors
	// are retried.
	pause := func() { time.Sleep(700 * time.Millisecond) }
	return []fault{
		{
			name: "the link goes down and up", happen: func(_ *lab.Lab, h *lab.Host, _ string) { h.Up(false); pause(); h.Up(true) },
			// The transport reads the route only after the error, when it may be
			// restored.
			may: []string{"portable filtered/net-unreach"},
		},
		{
			name: "the route vanishes and comes back", happen: func(_ *lab.Lab, h *lab.Host, _ string) { h.Routed(false); pause(); h.Routed(true) },
			may: []string{"portable filtered/net-unreach"},
		},
		{
			name: "the route vanishes", happen: func(_ *lab.Lab, h *lab.Host, _ string) { h.Routed(false) },
			may: []string{"error/local-error"},
		},
		{name: "the target reboots", happen: func(_ *lab.Lab, h *lab.Host, _ string) { h.Reboot(after) }},
		{
			name: "a rule rejects", happen: func(l *lab.Lab, _ *lab.Host, net string) { l.Firewall(lab.To(net, lab.Reject4("", 13))) },
			may: []string{"error/local-error", "portable filtered/host-unreach"}, // portable sees only EHOSTUNREACH
		},
		{
			name: "a rule drops", happen: func(l *lab.Lab, _ *lab.Host, net string) { l.Firewall(lab.To(net, lab.Silent(""))) },
			may: []string{"filtered/host-lost"}, slow: true, // connect does not report it
		},
		{
			name: "the network is prohibited", happen: func(l *lab.Lab, _ *lab.Host, net string) {
				l.Unroutable(strings.Replace(net, "0/24", "0/25", 1), unix.RTN_PROHIBIT)
			},
			may: []string{"error/local-error"}, slow: true,
		},
	}
}

// Whatever fails during the run, each record has exactly one result: a state that
// was true at some time, or an error.
func TestFaultsDuringAScanGiveNoWrongState(t *testing.T) {
	lab.NotRaced(t)
	for i, f := range faults() {
		for j, by := range transports {
			if f.slow && by.portable {
				continue
			}
			t.Run(f.name+", "+by.name, func(t *testing.T) {
				t.Parallel()
				net := fmt.Sprintf("10.207.%d.0/24", 2*i+j)
				l := lab.New(t)
				h := l.Host("", lab.Own(net), lab.Listen(before))
				done := make(chan struct{})
				go func() {
					defer close(done)
					h.AwaitProbes(1000)
					f.happen(l, h, net)
				}()
				to := netip.MustParsePrefix(net).Addr().Next()
				r := toolOver(t, by.portable, lines(to, 4000), "-r", "5000", "--lost-patience", "3s")
				<-done
				f.check(t, by.name, r)
			})
		}
	}
}

// check compares the results with the states before and after the fault.
func (f *fault) check(t *testing.T, transport string, r ran) {
	t.Helper()
	seen, other := map[any]bool{}, map[string]int{}
	for _, m := range records(t, r.out) {
		if seen[m["port"]] {
			t.Errorf("port %v has two records", m["port"])
		}
		seen[m["port"]] = true
		port := uint16(m["port"].(float64))
		switch what := fmt.Sprint(m["state"], "/", m["reason"]); {
		case what == "open/syn-ack" && (isIn(port, before) || f.reboots() && isIn(port, after)):
		case what == "closed/conn-refused" && (!isIn(port, before) || f.reboots() && !isIn(port, after)):
		case slices.Contains(f.may, what) || slices.Contains(f.may, transport+" "+what):
			other[what]++
		default:
			t.Errorf("port %d is %s after %v attempts (%v)", port, what, m["attempts"], m["error"])
		}
	}
	if len(seen) != 4000 {
		t.Errorf("%d records for 4000: %s", len(seen), r.err)
	}
	t.Logf("because of it: %v", other)
	if len(f.may) > 0 && !strings.HasPrefix(f.may[0], "portable") && len(other) == 0 {
		t.Error("it cannot be seen in any record")
	}
}

func (f *fault) reboots() bool { return strings.Contains(f.name, "reboots") }

// isIn reports whether a list of ports and ranges contains a port.
func isIn(port uint16, list string) bool {
	for word := range strings.SplitSeq(list, ",") {
		var lo, hi uint16
		if n, _ := fmt.Sscanf(word, "%d-%d", &lo, &hi); n == 1 {
			hi = lo
		}
		if lo <= port && port <= hi {
			return true
		}
	}
	return false
}

// When the resolver stops, cached names are still probed, other names become
// errors, and records with addresses continue at full speed.
func TestResolverStopsDuringAScan(t *testing.T) {
	lab.NotRaced(t)
	l := lab.New(t)
	h := l.Host("", lab.Listen("22"))
	zone := lab.Zone{}
	var in strings.Builder
	for i := range 3000 {
		name := fmt.Sprintf("n%d.example", i)
		zone[name] = []netip.Addr{h.Addr()}
		fmt.Fprintf(&in, `{"host":%q,"port":22}`+"\n"+`{"host":"%v","port":%d}`+"\n", name, h.Addr(), 1000+i)
	}
	server := h.NameServer(zone)
	l.ResolvConf(fmt.Sprintf("nameserver %v\noptions timeout:1 attempts:1\n", h.Addr()))
	cmd := asPortprobe("/proc/self/exe")
	cmd.Stdin = strings.NewReader(in.String())
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for begun := time.Now(); server.Asked("n200.example") == 0 && time.Since(begun) < 5*time.Second; {
		time.Sleep(time.Millisecond) // so that it stops during the run
	}
	server.Close()
	err := cmd.Wait()
	states := map[string]int{}
	for _, m := range records(t, out.String()) {
		what := fmt.Sprint(m["state"], "/", m["reason"])
		if m["port"] == 22.0 && strings.Contains(fmt.Sprint(m["error"]), "could not be looked up: "+h.Addr().String()+" cannot be reached") {
			what = "not looked up"
		}
		states[what]++
	}
	t.Logf("%v: %v", err, states)
	if states["closed/conn-refused"] != 3000 || states["open/syn-ack"]+states["not looked up"] != 3000 {
		t.Errorf("%v: %s", states, errs.String())
	}
	if states["not looked up"] == 0 || states["open/syn-ack"] == 0 {
		t.Errorf("it did not die in mid-run: %v", states)
	}
}

// Each cause has its own message, each name is looked up once, and a server without
// replies does not delay other names.
func TestReasonsOfFailedLookups(t *testing.T) {
	lab.NotRaced(t)
	l := lab.New(t)
	h := l.Host("", lab.Listen("22"))
	server := h.NameServer(lab.Zone{
		"both.example": {h.Addr(), h.Addr6()}, "four.example": {h.Addr()}, "six.example": {h.Addr6()}, "none.example": {},
	})
	l.ResolvConf(fmt.Sprintf("nameserver %v\noptions timeout:1 attempts:1\n", h.Addr()))
	in := strings.Repeat("both.example:22\nfour.example:22\nsix.example:22\nnone.example:22\nnx.example:22\nbad.servfail:22\nno.silent:22\n", 50)
	cases := []struct {
		flags string
		want  map[string]string
		cmd   *exec.Cmd
		out   bytes.Buffer
	}{
		{flags: "", want: map[string]string{"both": "open", "four": "open", "six": "open"}},
		{flags: "-4", want: map[string]string{"both": "open", "four": "open", "six": "six.example has no IPv4 address"}},
		{flags: "-6", want: map[string]string{"both": "open", "four": "four.example has no IPv6 address", "six": "open"}},
	}
	began := time.Now()
	for i := range cases {
		c := &cases[i]
		c.cmd = asPortprobe("/proc/self/exe", strings.Fields(c.flags)...)
		c.cmd.Stdin, c.cmd.Stdout = strings.NewReader(in), &c.out
		if err := c.cmd.Start(); err != nil {
			t.Fatal(err)
		}
	}
	for i := range cases {
		c := &cases[i]
		_ = c.cmd.Wait() // status 1, because some names have no address
		// Three attempts take 3 s.
		if took := time.Since(began); took > 6*time.Second {
			t.Errorf("%s: it took %v", c.flags, took)
		}
		for name, want := range map[string]string{
			"none": "none.example has no address: no such host", "nx": "nx.example has no address: no such host",
			"bad": "bad.servfail could not be looked up: SERVFAIL by " + h.Addr().String(),
			"no":  "no.silent could not be looked up: no reply from " + h.Addr().String(),
		} {
			c.want[name] = want
		}
		list := records(t, c.out.String())
		if len(list) != 350 {
			t.Fatalf("%s: %d records", c.flags, len(list))
		}
		for _, m := range list {
			name, _, _ := strings.Cut(fmt.Sprint(m["host"]), ".")
			if got := c.want[name]; got != m["state"] && (got != m["error"] || m["reason"] != "resolve-failed") {
				t.Errorf("%s: %v, want %s", c.flags, m, got)
			}
		}
	}
	// One query per family and run, and another if -4 or -6 checks for the other
	// family.
	for name, most := range map[string]int{"both.example": 4, "four.example": 5, "six.example": 5} {
		if n := server.Asked(name); n > most {
			t.Errorf("%d queries for %s in three runs, want at most %d", n, name, most)
		}
	}
}

// The server drops queries beyond 100 per second, and resolv.conf sets a timeout of
// one second. All 300 names are resolved.
func TestRateLimitedResolverLosesNoName(t *testing.T) {
	lab.NotRaced(t)
	l := lab.New(t)
	h := l.Host("", lab.Listen("22"))
	zone := lab.Zone{}
	var in strings.Builder
	for i := range 150 {
		name := fmt.Sprintf("n%d.example", i)
		zone[name] = []netip.Addr{h.Addr()}
		fmt.Fprintf(&in, "%s:22\n", name)
	}
	server := h.NameServer(zone)
	server.Limit(100)
	l.ResolvConf(fmt.Sprintf("nameserver %v\noptions timeout:1 attempts:1\n", h.Addr()))
	cmd := asPortprobe("/proc/self/exe")
	cmd.Stdin = strings.NewReader(in.String())
	out, err := cmd.Output()
	if n := strings.Count(string(out), `"state":"open"`); err != nil || n != 150 {
		t.Errorf("%v: %d of 150 are open: %s", err, n, out)
	}
	if server.Dropped() == 0 {
		t.Error("the server dropped nothing")
	}
}
