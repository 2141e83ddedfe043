package portprobe

import (
	"net/netip"
	"testing"

	"portkit/pkg/endpoint"
	"portkit/pkg/internal/lab"
)

// bySYN returns the expected result of a case with SYN: a refusal is a reset, and
// frames bypass this machine's firewall.
func bySYN(c lab.Case) (endpoint.Reason, endpoint.State) {
	switch {
	case c.Kind == lab.OwnDrop, c.Kind == lab.OwnReject:
		return endpoint.SynAck, endpoint.Open
	case c.Want == endpoint.ConnRefused:
		return endpoint.Reset, endpoint.Closed
	}
	return c.Truth()
}

// Every lab case has its state and reason on a real host.
func TestLabCasesBySYN(t *testing.T) {
	t.Parallel() // mostly waits
	lab.NotRaced(t)
	l := lab.New(t)
	cases := lab.Cases()
	in, _ := labInput(cases, endpoint.TCP, func(c lab.Case) netip.AddrPort { return c.Build(l) })
	r := toolBySYN(t, in, "-k")
	checkLab(t, r, cases, endpoint.TCP, bySYN)
	if r.status != 1 {
		t.Errorf("exit %d, want 1: some could not be probed: %s", r.status, r.err)
	}
}
