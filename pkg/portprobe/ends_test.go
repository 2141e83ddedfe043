package portprobe

import (
	"context"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"

	"portkit/pkg/cli"
)

// At the deadline reading stops. Results are kept, and unfinished endpoints become
// errors.
func TestDeadline(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	began := time.Now()
	r := toolWith(t, cli.IO{
		In:   &slowReader{ctx: ctx}, // never ends
		Args: []string{"--simulate", "rtt=50ms,silent=0.5,clock=real", "-r", "200", "--deadline", "0.6"},
	})
	cancel()
	if took := time.Since(began); took < 600*time.Millisecond || took > 2*time.Second {
		t.Errorf("it took %v", took)
	}
	reasons := map[any]int{}
	for _, m := range records(t, r.out) {
		reasons[m["reason"]]++
	}
	n := 0
	for _, k := range reasons {
		n += k
	}
	if n != 400 || reasons["deadline"] < 200 || reasons["conn-refused"] < 20 || r.status != cli.StatusRecords {
		t.Errorf("exit %d, %d records: %v", r.status, n, reasons)
	}
	if !strings.Contains(r.err, "stopped by --deadline 600ms") {
		t.Errorf("it says %q", r.err)
	}
}

// An address that takes too long is given up. Others are not affected.
func TestHostTimeout(t *testing.T) {
	var in strings.Builder
	for p := 1; p <= 1000; p++ {
		fmt.Fprintf(&in, "10.0.0.1:%d\n", p)
		if p <= 50 {
			fmt.Fprintf(&in, "10.0.0.2:%d\n", p)
		}
	}
	r := tool(t, in.String(), "--simulate", "rtt=10ms", "--host-rate", "100", "--host-timeout", "2s")
	states := map[string]int{}
	for _, m := range records(t, r.out) {
		states[fmt.Sprint(m["host"], " ", m["state"], " ", m["error"])]++
	}
	const late = "10.0.0.1 error time was up before this was settled"
	if n := states[late]; n < 780 || n > 820 || len(records(t, r.out)) != 1050 {
		t.Errorf("%v", states)
	}
	for what, n := range states {
		if strings.HasPrefix(what, "10.0.0.2") && strings.Contains(what, "error") {
			t.Errorf("%d: %s", n, what)
		}
	}
}

var attempts = regexp.MustCompile(`; (\d+) attempts? in`)

// Concurrent records of one endpoint share its probes, even under different names.
// Each gets the result with its own fields.
func TestRecordsOfOneEndpointShareAnAsking(t *testing.T) {
	var in strings.Builder
	for i := range 500 {
		fmt.Fprintf(&in, `{"host":"n%d.example","ip":"10.0.0.1","port":80,"id":%d}`+"\n", i, i)
		fmt.Fprintf(&in, `{"host":"10.0.0.1","port":80,"proto":"udp","id":%d}`+"\n", 1000+i)
		fmt.Fprintf(&in, `{"host":"10.0.0.1","port":80,"retries":9,"id":%d}`+"\n", 2000+i)
	}
	for _, c := range []struct {
		args []string
		want string
	}{{nil, "3"}, {[]string{"--no-share"}, "1500"}} {
		r := tool(t, in.String(), append(c.args, "-v", "--simulate", "rtt=250ms,open=0,clock=real")...)
		found := attempts.FindStringSubmatch(r.err)
		if found == nil || found[1] != c.want {
			t.Errorf("%v: %s, want %s attempts", c.args, r.err[strings.LastIndex(r.err, "asked"):], c.want)
		}
		seen := map[any]bool{}
		for _, m := range records(t, r.out) {
			if id := m["id"].(float64); id < 500 && m["host"] != fmt.Sprintf("n%v.example", id) || m["state"] != "closed" || m["rtt_ms"].(float64) < 250 {
				t.Errorf("%v", m)
			}
			seen[m["id"]] = true
		}
		if len(seen) != 1500 {
			t.Errorf("%v: %d of 1500 records", c.args, len(seen))
		}
	}
}

// A record that is read after the endpoint is settled is probed again.
func TestNothingIsSharedWithWhatIsSettled(t *testing.T) {
	r, w := io.Pipe()
	go func() {
		defer w.Close()
		for range 3 {
			fmt.Fprintln(w, "10.0.0.1:80")
			time.Sleep(100 * time.Millisecond) // many RTTs
		}
	}()
	got := toolWith(t, cli.IO{In: r, Args: []string{"-v", "--simulate", "rtt=1ms"}})
	if found := attempts.FindStringSubmatch(got.err); found == nil || found[1] != "3" {
		t.Errorf("%s, want 3 attempts", got.err)
	}
}
