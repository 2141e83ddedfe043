package portprobe

import (
	"bytes"
	"cmp"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"portkit/pkg/internal/lab"
)

const (
	lostOpen   = "22,1100,1300,1499"
	lostSilent = "40-49,540-549,1040-1049"
)

// lostScene is a host that stops replying, or seems to.
type lostScene struct {
	name   string
	opts   []lab.Option
	ports  int    // scanned; 0: 1500
	silent string // ports; "": lostSilent
	random bool   // order of the ports
	args   []string
	during func(h *lab.Host)
	lost   int           // minimum number of endpoints that are host-lost; 0: none may be
	may    string        // another reason that endpoints may have
	only   string        // the one method if not everything is scanned; "": all
	bar    time.Duration // maximum duration on two idle cores
}

// outages are durations of what happens in lostScenes.
type outages struct{ blocked, dark, patience time.Duration }

func (o outages) scenes() []lostScene {
	limited := []string{"-r", "500"} // so that the outage begins in the middle of the scan
	giveUp := []string{"--lost-patience", o.patience.String()}
	return []lostScene{
		{name: "blocked for good", opts: []lab.Option{lab.Block("", 100, 0)}, args: giveUp, lost: 1300, bar: o.patience + 5*time.Second},
		{name: "blocked for a while", opts: []lab.Option{lab.Block("", 100, o.blocked)}, bar: 2*o.blocked + 5*time.Second},
		{
			name: "switched off", args: slices.Concat(giveUp, limited), lost: 500, bar: o.patience + 5*time.Second,
			during: func(h *lab.Host) { h.AwaitProbes(300); h.Dark(true) },
		},
		{
			name: "rebooted", args: limited, bar: 2*o.dark + 5*time.Second,
			during: func(h *lab.Host) { h.AwaitProbes(300); h.Dark(true); time.Sleep(o.dark); h.Dark(false) },
		},
		{
			// One worker, so that port 22 is probed before the block: otherwise nothing shows
			// that the host is up.
			name: "closed ports blocked", opts: []lab.Option{lab.Block(others(lostOpen), 100, 0)}, args: []string{"-w", "1"},
			may: "no-response", bar: 5 * time.Second,
		},
		{name: "round trip of 2 s", ports: 100, only: "syn", opts: []lab.Option{lab.Delay(time.Second, 0)}, bar: 20 * time.Second},
		{name: "30 % lost each way", ports: 200, only: "syn", opts: []lab.Option{lab.Loss(0.3, 0.3)}, bar: 20 * time.Second},
		{name: "ports from 900 on filtered", silent: "900-65535", only: "connect", bar: 2 * time.Second},
		{name: "ports from 900 on filtered, random order", silent: "900-65535", random: true, only: "connect", bar: 2 * time.Second},
	}
}

// lostMethods are the ways in which each scene is scanned.
var lostMethods = []struct {
	name string
	udp  bool
	args []string
}{
	{name: "connect"},
	{name: "syn", args: []string{"--method", "syn"}},
	{name: "udp", udp: true},
}

// lostScan is one scan of a scene.
type lostScan struct {
	lostScene
	method string
	udp    bool
	host   *lab.Host
	to     netip.Addr
	took   time.Duration
	out    bytes.Buffer
	err    bytes.Buffer
	failed error
}

// lostScans builds a host for every scan: if everything is scanned, of every scene by
// every method, over IPv4 and IPv6, else over one of them in turn.
func lostScans(tb testing.TB, o outages, everything bool) (all []*lostScan) {
	l := lab.New(tb)
	n := 0
	for _, s := range o.scenes() {
		s.silent, s.ports = cmp.Or(s.silent, lostSilent), cmp.Or(s.ports, 1500)
		opts := append([]lab.Option{lab.Listen(lostOpen), lab.Answer(lostOpen, lab.Echo), lab.Silent(s.silent)}, s.opts...)
		for _, m := range lostMethods {
			if s.only != "" && s.only != m.name && !everything {
				continue
			}
			n++
			for v, of := range []func(*lab.Host) netip.Addr{(*lab.Host).Addr, (*lab.Host).Addr6} {
				if !everything && v != n%2 {
					continue
				}
				h := l.Host("", opts...)
				scan := &lostScan{lostScene: s, method: m.name, udp: m.udp, host: h, to: of(h)}
				scan.args = slices.Concat([]string{"-v"}, m.args, s.args)
				all = append(all, scan)
			}
		}
	}
	return all
}

// scan runs portprobe while it happens.
func (s *lostScan) scan() {
	proto := ""
	if s.udp {
		proto = `,"proto":"udp"`
	}
	var records []string
	for p := 1; p <= s.ports; p++ {
		records = append(records, fmt.Sprintf(`{"host":"%v","port":%d%s}`+"\n", s.to, p, proto))
	}
	if s.random {
		rand.Shuffle(len(records), func(i, j int) { records[i], records[j] = records[j], records[i] })
	}
	var happens sync.WaitGroup
	if s.during != nil {
		happens.Go(func() { s.during(s.host) })
	}
	cmd := asPortprobe("/proc/self/exe", s.args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(strings.Join(records, "")), &s.out, &s.err
	began := time.Now()
	s.failed = cmd.Run()
	s.took = time.Since(began)
	happens.Wait()
}

// truth returns the state and reason of a port.
func (s *lostScan) truth(port uint16) (state, reason string) {
	switch {
	case isIn(port, s.silent) && s.udp:
		return "open|filtered", "no-response"
	case isIn(port, s.silent):
		return "filtered", "no-response"
	case isIn(port, lostOpen) && s.udp:
		return "open", "udp-response"
	case isIn(port, lostOpen):
		return "open", "syn-ack"
	case s.udp:
		return "closed", "port-unreach"
	case s.method == "syn":
		return "closed", "reset"
	}
	return "closed", "conn-refused"
}

// check compares the records with the truth.
func (s *lostScan) check(t testing.TB) {
	t.Helper()
	if s.failed != nil {
		t.Errorf("%v: %v: %s", s, s.failed, s.err.String())
	}
	seen := map[any]bool{}
	count := map[string]int{}
	lost, wrong := 0, 0
	for _, m := range records(t, s.out.String()) {
		seen[m["port"]] = true
		count[fmt.Sprint(m["state"], "/", m["reason"])]++
		state, reason := s.truth(uint16(m["port"].(float64)))
		switch {
		case m["state"] == state && m["reason"] == reason:
		case m["reason"] == "host-lost" && s.lost > 0:
			lost++
		case m["reason"] == s.may:
		default:
			wrong++
		}
	}
	t.Logf("%v: %v in %.1f s, bar %v", s, count, s.took.Seconds(), s.bar)
	if len(seen) != s.ports || wrong > 0 || lost < s.lost {
		t.Errorf("%v: %d of %d ports are wrong and %d lost, want 0 of %d, and at least %d", s, wrong, len(seen), lost, s.ports, s.lost)
	}
	if s.lost > 0 && !strings.Contains(s.err.String(), fmt.Sprint(s.to, " stopped replying")) {
		t.Errorf("%v: the lost address is not reported: %s", s, s.err.String())
	}
}

// playLost makes all scans at the same time, since they mostly wait.
func playLost(tb testing.TB, o outages, everything bool) []*lostScan {
	all := lostScans(tb, o, everything)
	var done sync.WaitGroup
	for _, s := range all {
		done.Go(s.scan)
	}
	done.Wait()
	return all
}

// TestLostHosts has hosts stop replying for a while or for good. An endpoint that is
// silent only because of that is not concluded to be silent.
func TestLostHosts(t *testing.T) {
	// Not parallel: so many scans at once make the replies in other tests late.
	lab.NotRaced(t)
	for _, s := range playLost(t, outages{blocked: 3 * time.Second, dark: 3 * time.Second, patience: 2 * time.Second}, false) {
		t.Run(s.String(), func(t *testing.T) { s.check(t) })
	}
}

func (s *lostScan) String() string { return fmt.Sprint(s.name, ", ", s.method, " ", s.to) }
