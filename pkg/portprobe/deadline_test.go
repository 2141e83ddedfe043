package portprobe

import (
	"context"
	"fmt"
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
	const late = "10.0.0.1 error time was up before a result was known"
	if n := states[late]; n < 780 || n > 820 || len(records(t, r.out)) != 1050 {
		t.Errorf("%v", states)
	}
	for what, n := range states {
		if strings.HasPrefix(what, "10.0.0.2") && strings.Contains(what, "error") {
			t.Errorf("%d: %s", n, what)
		}
	}
}
