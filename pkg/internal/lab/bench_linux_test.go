package lab

import (
	"net/netip"
	"strings"
	"testing"
	"time"
)

// target is the host of FACTS: 1,000 ports open of 65,535, the rest refuse.
func target(tb testing.TB) (*Host, Count) {
	h := New(tb).Host("", Listen(Spread(1000)))
	return h, Count{Asked: 65535, Open: 1000, Closed: 64535}
}

// BenchmarkLabPeers lets the peers race; its result is the log.
func BenchmarkLabPeers(b *testing.B) {
	h, want := target(b)
	for b.Loop() {
		for _, s := range Race(b, 5, Whole(h.Addr()), want, Peers()) {
			b.ReportMetric(s.Median.Rate(), strings.Fields(s.Peer)[0]+"-ports/s")
		}
	}
}

func TestPeersFindTheOpenPorts(t *testing.T) {
	h, _ := target(t)
	ports := AllPorts()[:2000]
	want := Count{Asked: 2000, Open: 31, Closed: 1969}
	for _, to := range []netip.Addr{h.Addr(), h.Addr6()} {
		for _, s := range Race(t, 2, Target{Hosts: []netip.Addr{to}, Ports: ports}, want, Peers()) {
			if s.Wrong == 2 { // nmap may be wrong once where the machine is busy
				t.Errorf("%s at %v: %+v, want %d open and %d closed", s.Peer, to, s.Median, want.Open, want.Closed)
			}
		}
	}
}

func TestPeersFindManyHosts(t *testing.T) {
	h := New(t).Host("", Own("10.77.0.0/24"), Listen("80"))
	to := Target{Hosts: Addresses("10.77.0.0/24", 256), Ports: []uint16{79, 80, 81, 82}}
	if h.Open()[0] != 80 || to.Len() != 1024 || to.At(1023).String() != "10.77.0.255:82" {
		t.Fatalf("%d endpoints, the last %v", to.Len(), to.At(to.Len()-1))
	}
	for _, s := range Race(t, 2, to, Count{Asked: 1024, Open: 256, Closed: 768}, Peers()) {
		if s.Wrong == 2 {
			t.Errorf("%s: %+v", s.Peer, s.Median)
		}
	}
}

func TestRaceTakesMediansAndNamesTheMissing(t *testing.T) {
	took := []time.Duration{3 * time.Second, time.Second, 2 * time.Second}
	peer := func(name string, factor time.Duration, open int) Peer {
		i := 0
		return Peer{Name: name, Scan: func(Target) (Count, error) {
			i++
			return Count{Asked: 10, Open: open, Closed: 10 - open, Took: took[i-1] * factor}, nil
		}}
	}
	peers := []Peer{peer("right", 1, 4), peer("wrong", 2, 5), {Name: "absent", Missing: "is not installed"}}
	got := Race(t, 3, Target{}, Count{Open: 4, Closed: 6}, peers)
	if len(got) != 2 || got[0].Median.Took != 2*time.Second || got[0].Ratio != 1 || got[0].Wrong != 0 ||
		got[1].Ratio != 0.5 || got[1].Wrong != 3 {
		t.Errorf("standings %+v", got)
	}
	if s := table(got, peers); !strings.Contains(s, "absent") || !strings.Contains(s, "not installed") {
		t.Errorf("the missing peer is not named:\n%s", s)
	}
}
