package portprobe

import (
	"strings"
	"testing"
)

func TestGrantHint(t *testing.T) {
	const all, none = "CapBnd:\t000001ffffffffff\n", "CapBnd:\t00000000000005fb\n"
	for _, c := range []struct{ status, want string }{
		{"", "sudo setcap cap_net_raw+ep"},
		{all + "NoNewPrivs:\t0\n", "sudo setcap cap_net_raw+ep"},
		{all + "NoNewPrivs:\t1\n", "AmbientCapabilities=CAP_NET_RAW"},
		{none + "NoNewPrivs:\t1\n", "CapabilityBoundingSet="},
		{none + "NoNewPrivs:\t0\n", "CapabilityBoundingSet="},
	} {
		got := grantHint(c.status)
		if !strings.Contains(got, c.want) || strings.Contains(got, "sudo setcap") != strings.Contains(c.want, "sudo setcap") {
			t.Errorf("%q: %q, want %q", c.status, got, c.want)
		}
	}
}
