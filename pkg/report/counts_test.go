package report_test

import (
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

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
	reasons := []endpoint.Reason{
		endpoint.SynAck, endpoint.ConnRefused, endpoint.NoResponse, endpoint.HostUnreach,
		endpoint.HostSilent, endpoint.HostSilent, endpoint.HostLost, endpoint.Deadline,
	}
	for seed := range uint64(100) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		var records []record.Summary
		hosts, open, replied := map[netip.Addr]bool{}, map[netip.Addr]bool{}, map[netip.Addr]bool{}
		reached, silent, heard, lost := map[netip.Addr]bool{}, map[netip.Addr]bool{}, map[netip.Addr]bool{}, map[netip.Addr]bool{}
		for range rnd.IntN(60) {
			a := netip.AddrFrom4([4]byte{192, 0, 2, byte(rnd.IntN(20))})
			r := reasons[rnd.IntN(len(reasons))]
			records = append(records, reporttest.Host(a.String(), a.String(), endpoint.TCP, reporttest.Span(22, 22, r.State(endpoint.TCP), r)))
			hosts[a] = true
			open[a] = open[a] || r == endpoint.SynAck
			replied[a] = replied[a] || r == endpoint.SynAck || r == endpoint.ConnRefused
			silent[a] = silent[a] || r == endpoint.HostSilent
			reached[a] = reached[a] || r != endpoint.HostUnreach
			heard[a] = heard[a] || replied[a] || r == endpoint.HostLost || r == endpoint.Deadline
			lost[a] = lost[a] || r == endpoint.HostLost
		}
		for a := range hosts {
			silent[a] = silent[a] && !heard[a] || !reached[a]
		}
		got := reporttest.New(records, "owner").Totals()
		counts := []int{got.Hosts, got.Open, got.Replied, got.Silent, got.Lost}
		if want := []int{len(hosts), count(open), count(replied), count(silent), count(lost)}; !slices.Equal(counts, want) {
			t.Errorf("seed %d: hosts, open, replied, silent, lost: %v, want %v", seed, counts, want)
		}
	}
}

func TestSilentHostsAreRanges(t *testing.T) {
	t.Parallel()
	var got []string
	for h := range reporttest.Named("silence").Silent() {
		got = append(got, h.String())
	}
	want := []string{
		"192.0.2.1-2: no reply to anything (2 hosts, 40 ports probed, 161 not)",
		"192.0.2.4: no reply to anything (1 port probed, 1 not)",
		"192.0.2.6-7: no reply to anything (2 hosts, 40 ports probed, 160 not)",
		"db.example (192.0.2.8): no reply to anything (20 ports probed, 80 not)",
		"192.0.2.20-21: no reply to anything (2 hosts, 200 ports probed: host-unreach)",
		"192.0.2.23: no reply to anything (1 port probed: host-unreach)",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("- want, + got:\n%s", diff)
	}
	end := []record.Summary{silentAt("255.255.255.255"), silentAt("::"), silentAt("fe80::1%a"), silentAt("fe80::2%b")}
	n := 0
	for range reporttest.New(end).Silent() {
		n++
	}
	if n != len(end) {
		t.Errorf("%d ranges of %d addresses that do not follow each other", n, len(end))
	}
	for first, want := range map[string]string{
		"192.0.2.255": "192.0.2.255-192.0.3.0", "2001:db8::f": "2001:db8::f-2001:db8::10", "fe80::1%eth0": "fe80::1%eth0-fe80::2%eth0",
	} {
		second := netip.MustParseAddr(first).Next().String()
		for h := range reporttest.New([]record.Summary{silentAt(first), silentAt(second)}).Silent() {
			if h.Title != want {
				t.Errorf("the range is %s, want %s", h.Title, want)
			}
		}
	}
	for range reporttest.Named("silence").Silent() {
		break // a range over a function panics if it goes on
	}
}

func silentAt(ip string) record.Summary {
	return reporttest.Host(ip, ip, endpoint.TCP, reporttest.Span(22, 22, endpoint.Filtered, endpoint.HostSilent))
}

func count(set map[netip.Addr]bool) (n int) {
	for _, in := range set {
		if in {
			n++
		}
	}
	return n
}
