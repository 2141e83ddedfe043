package portprobe

import (
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"

	"portkit/pkg/cli"
)

var attempts = regexp.MustCompile(`; (\d+) attempts? in`)

// Concurrent records of one endpoint share its probes, even under different names.
// Each gets the result with its own fields.
func TestDuplicateEndpointsShareAProbe(t *testing.T) {
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
			t.Errorf("%v: %s, want %s attempts", c.args, r.err, c.want)
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
func TestSettledEndpointIsProbedAgain(t *testing.T) {
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
