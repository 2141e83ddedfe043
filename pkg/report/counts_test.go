package report_test

import (
	"math/rand/v2"
	"net/netip"
	"testing"

	"portkit/pkg/endpoint"
	"portkit/pkg/internal/reporttest"
	"portkit/pkg/record"
	"portkit/pkg/report"
)

func TestReasonTextUsesNmapsWords(t *testing.T) {
	for reason, want := range map[endpoint.Reason]string{
		0: "unknown", endpoint.SYNReceived: "split-handshake-syn", endpoint.ConnRefused: "conn-refused",
	} {
		if got := report.ReasonText(reason); got != want {
			t.Errorf("reason %v is %q, want %q", reason, got, want)
		}
	}
}

// Totals counts each host once, however many groups it is in.
func TestTotalsAgreeWithMaps(t *testing.T) {
	for seed := range uint64(50) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		var records []record.Summary
		hosts, open, replied := map[netip.Addr]bool{}, map[netip.Addr]bool{}, map[netip.Addr]bool{}
		for range rnd.IntN(60) {
			a := netip.AddrFrom4([4]byte{192, 0, 2, byte(rnd.IntN(20))})
			state := endpoint.State(1 + rnd.IntN(5))
			records = append(records, reporttest.Host(a.String(), a.String(), endpoint.TCP, reporttest.Span(22, 22, state, 0)))
			hosts[a] = true
			open[a] = open[a] || state == endpoint.Open
			replied[a] = replied[a] || state == endpoint.Open || state == endpoint.Closed
		}
		got := reporttest.New(records, "owner").Totals()
		if got.Hosts != len(hosts) || got.Open != count(open) || got.Replied != count(replied) {
			t.Errorf("seed %d: %d hosts, %d open, %d replied; want %d, %d, %d",
				seed, got.Hosts, got.Open, got.Replied, len(hosts), count(open), count(replied))
		}
	}
}

func count(set map[netip.Addr]bool) (n int) {
	for _, in := range set {
		if in {
			n++
		}
	}
	return n
}
