package portprobe

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"portkit/pkg/cli"
	"portkit/pkg/internal/lab"
)

// neighborhood is a /24 on the scanner's link: ten hosts with a few open ports, the
// scanner's own address, and unused addresses.
type neighborhood struct {
	host  *lab.Host
	alive []netip.Addr
	all   []netip.Addr
	own   netip.Addr
	open  []uint16
}

// newNeighborhood creates 10.9.number.0/24.
func newNeighborhood(tb testing.TB, number byte) *neighborhood {
	tb.Helper()
	var addrs []string
	n := &neighborhood{all: lab.Addresses(fmt.Sprintf("10.9.%d.0/24", number), 255)[1:]}
	n.own = n.all[0]
	for i := range 10 {
		a := n.all[6+25*i]
		n.alive = append(n.alive, a)
		addrs = append(addrs, a.String()+"/24")
	}
	n.host = lab.New(tb).Host(strings.Join(addrs, " "), lab.Listen("22,80,443"))
	n.open = n.host.Open()
	return n
}

// records returns records for a number of ports of each of the 254 addresses.
func (n *neighborhood) records(ports int) string {
	var b strings.Builder
	for _, a := range n.all {
		for p := 1; p <= ports; p++ {
			fmt.Fprintf(&b, `{"host":"%v","ip":"%v","port":%d,"proto":"tcp"}`+"\n", a, a, p)
		}
	}
	return b.String()
}

// want returns the state of a port.
func (n *neighborhood) want(a netip.Addr, port uint16) string {
	switch {
	case a == n.own:
		return "closed conn-refused"
	case !slices.Contains(n.alive, a):
		return "filtered host-unreach"
	case slices.Contains(n.open, port):
		return "open syn-ack"
	}
	return "closed conn-refused"
}

// wrong returns the number of wrong states in the output.
func (n *neighborhood) wrong(tb testing.TB, out []byte, records int) (wrong int) {
	tb.Helper()
	lines := 0
	for line := range bytes.Lines(out) {
		var r struct {
			IP            netip.Addr
			Port          uint16
			State, Reason string
		}
		if err := json.Unmarshal(line, &r); err != nil {
			tb.Fatalf("%v in %s", err, line)
		}
		lines++
		if want := n.want(r.IP, r.Port); r.State+" "+r.Reason != want {
			if wrong++; wrong < 4 {
				tb.Logf("not %s: %s", want, line)
			}
		}
	}
	if lines != records {
		tb.Errorf("%d records for %d lines", lines, records)
	}
	return wrong
}

// play scans a number of ports of each address. It returns the number of wrong
// states, the duration, and the maximum number of entries in the scanner's neighbor
// table.
func (n *neighborhood) play(tb testing.TB, ports int) (wrong int, took time.Duration, entries int) {
	tb.Helper()
	in := n.records(ports)
	over, most := make(chan struct{}), make(chan int)
	go countNeighbors(over, most)
	var out bytes.Buffer
	began := time.Now()
	status := cli.Run(Tool(), cli.IO{In: strings.NewReader(in), Out: &out, Err: io.Discard})
	took = time.Since(began)
	close(over)
	if entries = <-most; status != 0 {
		tb.Errorf("exit %d", status)
	}
	return n.wrong(tb, out.Bytes(), 254*ports), took, entries
}

// countNeighbors sends the maximum number of entries in the neighbor table until
// over is closed; -1 if it cannot be read.
func countNeighbors(over <-chan struct{}, most chan<- int) {
	n := -1
	for {
		if all, err := netlink.NeighList(0, unix.AF_INET); err == nil {
			n = max(n, len(all))
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-over:
			most <- n
			return
		}
	}
}

// overflows returns how often an IPv4 neighbor table of this machine was full
// (table_fulls). ok is false inside a network namespace, where the kernel does not
// show it.
func overflows() (n uint64, ok bool) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/net/stat/arp_cache", os.Getppid()))
	if err != nil {
		return 0, false
	}
	rows := strings.Split(strings.TrimSpace(string(text)), "\n")
	column := slices.Index(strings.Fields(rows[0]), "table_fulls")
	for _, row := range rows[1:] { // one per processor
		fields := strings.Fields(row)
		if column < 0 || column >= len(fields) {
			return 0, false
		}
		v, err := strconv.ParseUint(fields[column], 16, 64)
		if err != nil {
			return 0, false
		}
		n += v
	}
	return n, true
}

// All states of an on-link network are right, and it has no more neighbor entries
// than addresses.
func TestNeighborhood(t *testing.T) {
	n := newNeighborhood(t, 0)
	wrong, took, entries := n.play(t, 50)
	t.Logf("%d of %d wrong, %.2f s, at most %d neighbors", wrong, 254*50, took.Seconds(), entries)
	if wrong > 0 {
		t.Errorf("%d of %d are wrong", wrong, 254*50)
	}
	// All namespaces share gc_thresh3, by default 1,024 (arp(7)).
	if entries < 10 || entries > 512 {
		t.Errorf("%d entries were in the neighbor table", entries)
	}
}

// BenchmarkLabNeighborhood logs scans of a thousand ports of each address, each of
// five in a new network.
func BenchmarkLabNeighborhood(b *testing.B) {
	for b.Loop() {
		var took []float64
		all, most := 0, 0
		full, seen := overflows()
		for i := range 5 {
			n := newNeighborhood(b, byte(i))
			wrong, d, entries := n.play(b, 1000)
			took = append(took, math.Round(d.Seconds()*100)/100)
			all, most = all+wrong, max(most, entries)
		}
		slices.Sort(took)
		now, _ := overflows()
		b.Logf("median %.2f s of %v, bar 60 s; %d wrong of %d; at most %d neighbors, %d overflows (seen: %v)",
			took[len(took)/2], took, all, 5*254_000, most, now-full, seen)
	}
}
