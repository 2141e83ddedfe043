package portprobe

import (
	"bytes"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"portkit/pkg/internal/lab"
)

// without returns the prefixes that cover p except for those in taken.
func without(p netip.Prefix, taken []netip.Prefix) (rest []netip.Prefix) {
	touched := false
	for _, t := range taken {
		if t.Bits() <= p.Bits() && t.Contains(p.Addr()) {
			return nil
		}
		touched = touched || t.Overlaps(p)
	}
	if !touched {
		return []netip.Prefix{p}
	}
	low := netip.PrefixFrom(p.Addr(), p.Bits()+1)
	b := p.Addr().As4()
	b[p.Bits()/8] |= 0x80 >> (p.Bits() % 8)
	high := netip.PrefixFrom(netip.AddrFrom4(b), p.Bits()+1)
	return append(without(low, taken), without(high, taken)...)
}

// scanSparse probes one port of each address of a /16. It checks that exactly the live
// hosts are found, within the time of sending and a timeout per attempt.
func scanSparse(t *testing.T, prefix string, alive int, rest string, args ...string) {
	t.Helper()
	var in bytes.Buffer
	for _, a := range lab.Addresses(prefix, 1<<16) {
		fmt.Fprintf(&in, `{"ip":"%v","port":80}`+"\n", a)
	}
	begun := time.Now()
	got := states(t, in.String(), toolBySYN(t, in.String(), args...))
	took := time.Since(begun)
	t.Logf("%s: %v, %s", prefix, took, got)
	if !strings.Contains(got, fmt.Sprintf("open/syn-ack:%d", alive)) || !strings.Contains(got, rest) {
		t.Errorf("%s, want %d open and the rest %s", got, alive, rest)
	}
	if took > 15*time.Second && !lab.RaceDetector { // the race detector has no time limit
		t.Errorf("it took %v", took)
	}
}

// One address in a hundred replies, the others are silent.
func TestManyHostsBehindAGatewayBySYN(t *testing.T) {
	lab.NotRaced(t)
	all := netip.MustParsePrefix("10.201.0.0/16")
	alive := []netip.Prefix{netip.MustParsePrefix("10.201.6.0/23"), netip.MustParsePrefix("10.201.100.128/25"), netip.MustParsePrefix("10.201.255.240/28")}
	options := []lab.Option{lab.Own(all.String()), lab.Listen("80")}
	for _, p := range without(all, alive) {
		options = append(options, lab.To(p.String(), lab.Silent("")))
	}
	lab.New(t).Host("", options...)
	scanSparse(t, all.String(), 512+128+16, fmt.Sprintf("filtered/no-response:%d", 1<<16-656))
}

// One address in a hundred of the link is in use. The first is this machine's, the
// last is the broadcast address.
func TestManyNeighborsBySYN(t *testing.T) {
	lab.NotRaced(t)
	var addrs []string
	for i, a := range lab.Addresses("10.202.0.0/16", 1<<16) {
		if i%100 == 7 {
			addrs = append(addrs, a.String()+"/16")
		}
	}
	lab.New(t).Host(strings.Join(addrs, " "), lab.Listen("80"))
	scanSparse(t, "10.202.0.0/16", len(addrs), fmt.Sprintf("filtered/host-unreach:%d", 1<<16-len(addrs)-2))
}
