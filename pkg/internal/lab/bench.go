package lab

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"
)

// Count is the number of a target's TCP ports in each state, as a scanner reports it.
type Count struct {
	Asked, Open, Closed int
	Took                time.Duration
	// CPU is the processor time used, including the kernel's.
	CPU time.Duration
}

// Rate returns ports a second.
func (c Count) Rate() float64 { return float64(c.Asked) / c.Took.Seconds() }

// Target is every given port of every host, ordered by host.
type Target struct {
	Hosts []netip.Addr
	Ports []uint16
}

// Len is the number of endpoints.
func (t Target) Len() int { return len(t.Hosts) * len(t.Ports) }

// At returns endpoint i.
func (t Target) At(i int) netip.AddrPort {
	return netip.AddrPortFrom(t.Hosts[i/len(t.Ports)], t.Ports[i%len(t.Ports)])
}

// Whole returns all TCP ports of a host.
func Whole(host netip.Addr) Target {
	return Target{Hosts: []netip.Addr{host}, Ports: AllPorts()}
}

// Addresses returns the first n addresses of a prefix.
func Addresses(prefix string, n int) []netip.Addr {
	a := netip.MustParsePrefix(prefix).Masked().Addr()
	all := make([]netip.Addr, n)
	for i := range all {
		all[i], a = a, a.Next()
	}
	return all
}

// Peer is a scanner to run beside others.
type Peer struct {
	Name string
	// Missing returns why the peer cannot run here, or "".
	Missing string
	// Scan probes every endpoint of the target once and counts the replies.
	Scan func(Target) (Count, error)
}

// Standing is the result of one peer: its median round, its rate relative to the
// first peer that ran, the median processor time per port in µs, and the number of
// rounds with a wrong state.
type Standing struct {
	Peer   string
	Median Count
	Ratio  float64
	Cost   float64
	Wrong  int
}

// Race runs the peers in turn, rounds times, so that a busy minute of the machine
// affects all of them, and logs the standings. Missing peers are named. A peer that
// fails ends the test. want is the number of open and closed ports: a round with
// other numbers is wrong, however fast.
func Race(tb testing.TB, rounds int, to Target, want Count, peers []Peer) []Standing {
	tb.Helper()
	runs := make([][]Count, len(peers))
	for range rounds {
		for i, p := range peers {
			if p.Missing != "" {
				continue
			}
			c, err := p.Scan(to)
			if err != nil {
				tb.Fatalf("%s: %v", p.Name, err)
			}
			runs[i] = append(runs[i], c)
		}
	}
	var all []Standing
	for i, p := range peers {
		if p.Missing == "" {
			all = append(all, standing(p.Name, runs[i], want))
		}
	}
	for i := range all {
		all[i].Ratio = all[i].Median.Rate() / all[0].Median.Rate()
	}
	tb.Log("\n" + table(all, peers))
	return all
}

func standing(name string, runs []Count, want Count) Standing {
	s := Standing{Peer: name}
	for _, c := range runs {
		if c.Open != want.Open || c.Closed != want.Closed {
			s.Wrong++
		}
	}
	slices.SortFunc(runs, func(a, b Count) int { return int(a.CPU - b.CPU) })
	cpu := runs[len(runs)/2]
	s.Cost = float64(cpu.CPU.Nanoseconds()) / 1e3 / float64(max(cpu.Asked, 1))
	slices.SortFunc(runs, func(a, b Count) int { return int(a.Took - b.Took) })
	s.Median = runs[len(runs)/2]
	return s
}

func table(all []Standing, peers []Peer) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-34s %8s %9s %6s %8s %7s %7s %6s\n",
		"", "seconds", "ports/s", "ratio", "cpu µs", "open", "closed", "wrong")
	for _, s := range all {
		m := s.Median
		fmt.Fprintf(&b, "%-34s %8.3f %9.0f %6.2f %8.2f %7d %7d %6d\n",
			s.Peer, m.Took.Seconds(), m.Rate(), s.Ratio, s.Cost, m.Open, m.Closed, s.Wrong)
	}
	for _, p := range peers {
		if p.Missing != "" {
			fmt.Fprintf(&b, "%-34s %s\n", p.Name, p.Missing)
		}
	}
	return b.String()
}

// AllPorts returns 1 to 65535.
func AllPorts() []uint16 {
	ports := make([]uint16, 65535)
	for i := range ports {
		ports[i] = uint16(i + 1)
	}
	return ports
}
