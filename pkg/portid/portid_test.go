package portid

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"portkit/pkg/cli"
	"portkit/pkg/endpoint"
	"portkit/pkg/identify"
)

// fake identifies without a network: port 9 fails with an error of this machine, port 10
// refuses, port 11 blocks, port 12 waits for the rate, and all others are SSH.
type fake struct {
	stopped      atomic.Bool
	delay        time.Duration
	running, max atomic.Int64
}

func (f *fake) HostConcurrency(_ netip.Addr, n int) int { return n }

func (f *fake) Stop() { f.stopped.Store(true) }

func (f *fake) Identify(ctx context.Context, t identify.Target) (o identify.Outcome, err error) {
	n := f.running.Add(1)
	defer f.running.Add(-1)
	for m := f.max.Load(); n > m && !f.max.CompareAndSwap(m, n); m = f.max.Load() {
	}
	time.Sleep(f.delay)
	o = identify.Outcome{Connected: true, RTT: time.Millisecond}
	switch o.Conns = 1; t.Addr.Port() {
	case 9:
		return o, syscall.EMFILE
	case 10:
		o.Connected, o.Reason, o.Evidence, o.RTT = false, endpoint.ConnRefused, "refused", -1
	case 11:
		<-ctx.Done()
		o.Took = 2 * time.Millisecond
		return o, ctx.Err()
	case 12:
		for !f.stopped.Load() {
			time.Sleep(time.Millisecond) // polls: nothing reports that
		}
		return identify.Outcome{}, identify.ErrStopped
	default:
		o.App, o.Evidence = "ssh", "greeting"
	}
	if t.Proto == endpoint.UDP {
		o.App, o.Evidence = t.App, "udp-response"
	}
	return o, nil
}

func runTool(ctx context.Context, f *fake, in string, args ...string) (status int, out, errs string) {
	tool := Tool()
	tool.Command = &Command{engine: f}
	var stdout, stderr bytes.Buffer
	status = cli.Run(tool, cli.IO{Context: ctx, Args: args, In: strings.NewReader(in), Out: &stdout, Err: &stderr})
	return status, stdout.String(), stderr.String()
}

func TestRecords(t *testing.T) {
	t.Parallel()
	const closed = `{ "host":"a","port":7,"state":"closed","owner": 1 }`
	in := strings.Join([]string{
		`192.0.2.1:22`, closed, `{"host":"192.0.2.1","port":23,"state":"open","owner":"x"}`, `192.0.2.1:9`, `192.0.2.1:10`,
		`{"host":"192.0.2.1","port":10,"state":"open"}`, `bad`, `224.0.0.1:80`, `198.51.100.1:80`, `192.0.2.1:53/udp`,
	}, "\n")
	status, out, errs := runTool(context.Background(), &fake{}, in, "-k", "--deny", "198.51.100.0/24")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) != 10 || status != cli.StatusRecords {
		t.Fatalf("status %d, %d lines: %s%s", status, len(lines), out, errs)
	}
	if lines[1] != closed {
		t.Errorf("%s was changed to %s", closed, lines[1])
	}
	for i, want := range map[int]string{
		0: "open syn-ack ssh greeting", 2: "open <nil> ssh greeting", 3: "error local-error <nil> <nil>",
		4: "closed conn-refused <nil> refused", 5: "open <nil> <nil> refused", 6: "error bad-record <nil> <nil>",
		7: "error not-unicast <nil> <nil>", 8: "error out-of-scope <nil> <nil>", 9: "<nil> <nil> <nil> <nil>",
	} {
		var m map[string]any
		if err := json.Unmarshal([]byte(lines[i]), &m); err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(m["state"], " ", m["reason"], " ", m["app"], " ", m["evidence"]); got != want {
			t.Errorf("line %d: %s, want %s: %s", i, got, want, lines[i])
		}
	}
}

// UDP endpoints are identified if they are open and recognized. All others pass through.
func TestUDPRecords(t *testing.T) {
	t.Parallel()
	const record = `{"host":"192.0.2.1","ip":"192.0.2.1","port":%d,"proto":"udp","state":"%s"%s}`
	in := fmt.Sprintf(record+"\n"+record+"\n"+record+"\n"+record+"\n", 161, "open", `,"app":"snmp"`, 162, "open", "",
		163, "open|filtered", `,"app":"snmp"`, 53, "open", `,"app":"dns"`)
	_, out, errs := runTool(context.Background(), &fake{}, in, "-k", "--deny", "192.0.2.1:53/udp")
	given, got := strings.Split(in, "\n"), strings.Split(out, "\n")
	if len(got) != len(given) || got[1] != given[1] || got[2] != given[2] {
		t.Fatalf("%s%s", out, errs)
	}
	if !strings.Contains(got[0], `"proto":"udp","state":"open","app":"snmp","evidence":"udp-response"`) {
		t.Errorf("%s was not identified", got[0])
	}
	if !strings.Contains(got[3], `"port":53,"proto":"udp","state":"error","reason":"out-of-scope"`) {
		t.Errorf("%s; want an error of scope", got[3])
	}
}

// TestLookupRate: the second of two names waits for its query.
func TestLookupRate(t *testing.T) {
	t.Parallel()
	took := func(rate string) time.Duration {
		tool := Tool()
		tool.Command = &Command{engine: &fake{}, names: testAddress{}}
		in, out, errs := strings.NewReader("a.example:22\nb.example:22\n"), bytes.Buffer{}, bytes.Buffer{}
		began := time.Now()
		status := cli.Run(tool, cli.IO{Args: []string{"--lookup-rate", rate}, In: in, Out: &out, Err: &errs})
		if status != cli.StatusDone || strings.Count(out.String(), `"app":"ssh"`) != 2 {
			t.Errorf("status %d: %s%s", status, out.String(), errs.String())
		}
		return time.Since(began)
	}
	if slow := took("2"); slow < 400*time.Millisecond {
		t.Errorf("two lookups took %v at two queries per second", slow)
	}
	if fast := took("0"); fast > 400*time.Millisecond {
		t.Errorf("two lookups took %v without a limit", fast)
	}
}

// What portprobe has not probed is reported once.
func TestUnprobedUDP(t *testing.T) {
	t.Parallel()
	const one = "192.0.2.1:53/udp\n"
	for _, c := range []struct{ in, args, want string }{
		{one, "--open", "portid: 1 UDP endpoint without a recognized reply was not identified; probe with portprobe first\n"},
		{one + one + "192.0.2.1:22\n", "-k", "portid: 2 UDP endpoints without a recognized reply were not identified; probe with portprobe first\n"},
		{one, "-q", ""},
		{`{"host":"192.0.2.1","port":53,"proto":"udp","state":"open","reason":"udp-response"}`, "-k", ""},
	} {
		if status, _, errs := runTool(context.Background(), &fake{}, c.in, c.args); errs != c.want || status != cli.StatusDone {
			t.Errorf("%q: status %d, %q, want %q", c.in, status, errs, c.want)
		}
	}
}

// Endpoints of a busy address do not delay those of others.
func TestConcurrencyPerAddress(t *testing.T) {
	t.Parallel()
	var in strings.Builder
	for i := range 40 {
		fmt.Fprintf(&in, "192.0.2.1:%d\n", 100+i)
	}
	for i := range 4 {
		fmt.Fprintf(&in, "192.0.2.%d:22\n", 2+i)
	}
	f := &fake{delay: 20 * time.Millisecond}
	_, out, _ := runTool(context.Background(), f, in.String(), "--host-concurrency", "2")
	if got := f.max.Load(); got > 6 || got < 3 {
		t.Errorf("%d endpoints at once, want at most 6", got)
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if last := strings.LastIndex(strings.Join(lines[:20], "\n"), `"port":22,`); len(lines) != 44 || last < 0 ||
		strings.Count(strings.Join(lines[:20], "\n"), `"port":22,`) != 4 {
		t.Errorf("%d lines; the other addresses waited for the busy one", len(lines))
	}
}

// An interruption and the deadline settle what was read. What came as open stays open.
func TestUnfinishedEndpoints(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ reason, port, args, kept string }{
		{"interrupted", "11", "-t 0.1 --host-concurrency 30", `"conns":1,"id_ms":2.000`},
		{"interrupted", "12", "-t 1h --host-concurrency 30", `"conns":0,"id_ms":0.000`}, // at once
		{"deadline", "11", "--deadline 0.2", `"conns":`},
	} {
		const open = `{"host":"192.0.2.1","port":%s,"proto":"%s","state":"open","reason":"%s","app":"%s","rtt_ms":1,"owner":7}` + "\n"
		tcp, udp := fmt.Sprintf(open, c.port, "tcp", "syn-ack", "dns"), fmt.Sprintf(open, c.port, "udp", "udp-response", "dns")
		reason, in := c.reason, strings.Repeat("192.0.2.1:"+c.port+"\n"+tcp+udp, 10)
		ctx, cancel := context.WithCancel(context.Background())
		f := &fake{}
		if reason == "interrupted" {
			go func() {
				for f.running.Load() < 30 { // all were read
					time.Sleep(time.Millisecond) // polls: nothing reports that
				}
				cancel()
			}()
		}
		_, out, errs := runTool(ctx, f, in, append(strings.Fields(c.args), "-v")...)
		cancel()
		for _, want := range []string{
			`"state":"error","reason":"` + reason + `"`,
			`"proto":"tcp","state":"open","reason":"syn-ack","rtt_ms":1,"evidence":"` + reason + `",` + c.kept,
			`"proto":"udp","state":"open","reason":"udp-response","rtt_ms":1,"app":"dns","evidence":"` + reason + `",` + c.kept,
		} {
			if n := strings.Count(out, want); n != 10 {
				t.Errorf("%d of 10 are %s: %s%s", n, want, out, errs)
			}
		}
		if want := "0 identified of 30 records: 20 " + reason; !strings.Contains(errs, want) {
			t.Errorf("%q is not in %s", want, errs)
		}
	}
}

func TestQueueDropsWaiting(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	q := newQueue(10, func(netip.Addr) int { return 1 }, func(*item) { <-release }, func() bool { return false })
	for range 5 {
		q.add(&item{target: identify.Target{Addr: netip.MustParseAddrPort("192.0.2.1:1")}})
	}
	if n := len(q.drop()); n != 4 || q.inFlight() != 1 {
		t.Errorf("%d dropped, %d in flight", n, q.inFlight())
	}
	if q.add(&item{}) {
		t.Error("an item was added after drop")
	}
	close(release)
	q.wait()
}

// TestQueueFollowsTheMaximumOfAnAddress: it grows while endpoints are waiting.
func TestQueueFollowsTheMaximumOfAnAddress(t *testing.T) {
	t.Parallel()
	most := 1
	started, release := make(chan struct{}, 5), make(chan struct{})
	q := newQueue(10, func(netip.Addr) int { return most }, func(*item) { started <- struct{}{}; <-release }, func() bool { return false })
	for range 5 {
		q.add(&item{target: identify.Target{Addr: netip.MustParseAddrPort("192.0.2.1:1")}})
	}
	<-started
	q.mu.Lock()
	most = 4
	q.mu.Unlock()
	release <- struct{}{}
	for range 4 {
		<-started // the others at once
	}
	close(release)
	q.wait()
}

func TestUsage(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"--only ssh,nosuch":       `--only: unknown protocol "nosuch"`,
		"--ask 0":                 "--ask: ",
		"--fsync 1":               "--fsync requires --resume",
		"--resume x --open":       "--resume cannot be combined with --open",
		"192.0.2.1:22":            "no such file",
		"--ca-file /dev/null":     "contains no certificate",
		"--recog /nonexistent":    "portid: --recog: /nonexistent: no such",
		"--effort most":           "--effort",
		"--source x":              "--source: ",
		"--host-concurrency none": "--host-concurrency",
	} {
		tool := Tool()
		tool.Command = &Command{}
		var stderr bytes.Buffer
		status := cli.Run(tool, cli.IO{Args: strings.Fields(args), In: strings.NewReader(""), Out: &bytes.Buffer{}, Err: &stderr})
		if status != cli.StatusUsage || !strings.Contains(stderr.String(), want) {
			t.Errorf("%s: status %d, %q, want %q", args, status, stderr.String(), want)
		}
	}
}
