package lab

import (
	"bytes"
	"errors"
	"math"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"slices"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// packets counts what n datagrams to a host became on its way in, by a
// socket of the host's, and what its answers became on their way back.
func packets(t *testing.T, h *Host, to netip.Addr, n int) (arrived, returned int) {
	t.Helper()
	var server *net.UDPConn
	err := h.Do(func() (err error) {
		server, err = net.ListenUDP("udp", &net.UDPAddr{Port: 5353})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	client, err := net.Dial("udp", netip.AddrPortFrom(to, 5353).String())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	const batch = 200 // fits into any socket's buffer
	for range n / batch {
		for range batch {
			if _, err := client.Write([]byte("?")); err != nil {
				t.Fatal(err)
			}
		}
		arrived += drain(server, func(from netip.AddrPort) {
			if _, err := server.WriteToUDPAddrPort([]byte("!"), from); err != nil && !errors.Is(err, unix.EPERM) {
				t.Error(err)
			}
		})
		returned += drain(client.(*net.UDPConn), func(netip.AddrPort) {})
	}
	return arrived, returned
}

// drain counts datagrams until none comes for a while.
func drain(c *net.UDPConn, each func(netip.AddrPort)) (n int) {
	var buf [16]byte
	for {
		c.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
		_, from, err := c.ReadFromUDPAddrPort(buf[:])
		if err != nil {
			return n
		}
		n++
		each(from)
	}
}

func TestLossRateIsAsRequested(t *testing.T) {
	t.Parallel()
	const n = 1000
	near := func(got, of int, p float64) bool {
		mean, sigma := float64(of)*p, math.Sqrt(float64(of)*p*(1-p))
		return math.Abs(float64(got)-mean) <= 5*sigma // wrong once in a million runs
	}
	for _, c := range []struct {
		name    string
		in, out float64
		v6      bool
	}{
		{"none", 0, 0, false},
		{"in", 0.3, 0, false},
		{"out", 0, 0.3, false},
		{"both ways, IPv6", 0.2, 0.4, true},
		{"all", 1, 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := New(t).Host("", Loss(c.in, c.out))
			to := h.Addr()
			if c.v6 {
				to = h.Addr6()
			}
			arrived, returned := packets(t, h, to, n)
			t.Logf("of %d arrived %d, of these came back %d", n, arrived, returned)
			if !near(arrived, n, 1-c.in) {
				t.Errorf("%d of %d arrived, want %v lost", arrived, n, c.in)
			}
			if !near(returned, arrived, 1-c.out) {
				t.Errorf("%d of %d came back, want %v lost", returned, arrived, c.out)
			}
		})
	}
}

func TestLedgerCountsByAddress(t *testing.T) {
	l := New(t)
	h := l.Host("10.5.0.2/24 fd05::2/64", Own("10.6.0.0/24"))
	sent, arrived := l.Ledger(), h.Ledger()
	l.Firewall(To("10.6.0.9/32", Silent("")))
	want := map[netip.Addr]uint64{}
	for i, to := range []string{"10.6.0.1", "10.6.0.2", "fd05::2", "10.6.0.9"} {
		c, err := net.Dial("udp", net.JoinHostPort(to, "9"))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		for range i + 1 {
			if _, err := c.Write([]byte("x")); err != nil && to != "10.6.0.9" && !errors.Is(err, unix.ECONNREFUSED) {
				t.Fatal(err)
			}
		}
		want[netip.MustParseAddr(to)] = uint64(i + 1)
	}
	delete(want, netip.MustParseAddr("10.6.0.9"))
	for name, g := range map[string]*Ledger{"sent": sent, "arrived": arrived} {
		got, err := g.Read()
		if err != nil {
			t.Fatal(err)
		}
		for a, n := range want {
			// A write that reports the error of the one before sends nothing.
			if got[a] == 0 || got[a] > n {
				t.Errorf("%s: %d packets to %v, want 1 to %d", name, got[a], a, n)
			}
		}
		if n := got[netip.MustParseAddr("10.6.0.9")]; n != 0 {
			t.Errorf("%s: %d packets passed the firewall", name, n)
		}
	}
}

func TestResetsAreLimited(t *testing.T) {
	t.Parallel()
	h := New(t).Host("", Resets(10))
	var refused int
	begun := time.Now()
	for port := range uint16(40) {
		err := dial(t, netip.AddrPortFrom(h.Addr(), 1000+port), 5*time.Millisecond)
		switch {
		case errors.Is(err, unix.ECONNREFUSED):
			refused++
		case !isTimeout(err):
			t.Errorf("port %d: %v", 1000+port, err)
		}
	}
	limit := 6 + int(10*time.Since(begun).Seconds())
	if refused < 3 || refused > limit {
		t.Errorf("%d of 40 refused, want 3 to %d: a burst of 5 and 10 a second", refused, limit)
	}
}

func TestICMPIsLimitedOnlyWhereAsked(t *testing.T) {
	t.Parallel()
	l := New(t)
	const n = 40
	for name, c := range map[string]struct {
		host     *Host
		wait     time.Duration
		min, max int
	}{
		"unlimited": {l.Host(""), time.Second, n, n},
		"limited":   {l.Host("", ICMPLimit()), 5 * time.Millisecond, 1, 10},
	} {
		begun := time.Now()
		answered := refusedUDP(t, c.host, n, c.wait)
		if limit := c.max + int(time.Since(begun).Seconds()); answered < c.min || answered > limit {
			t.Errorf("%s: %d of %d answered, want %d to %d", name, answered, n, c.min, limit)
		}
	}
}

// refusedUDP asks n closed udp ports and counts the ICMP answers.
func refusedUDP(t *testing.T, h *Host, n int, wait time.Duration) (answered int) {
	t.Helper()
	for port := range n {
		d, err := net.Dial("udp", netip.AddrPortFrom(h.Addr(), 3000+uint16(port)).String())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Write([]byte("x")); err != nil {
			t.Fatal(err)
		}
		d.SetReadDeadline(time.Now().Add(wait))
		if _, err := d.Read(make([]byte, 1)); errors.Is(err, unix.ECONNREFUSED) {
			answered++
		}
		d.Close()
	}
	return answered
}

func TestDelay(t *testing.T) {
	t.Parallel()
	h := New(t).Host("", Listen("80"), Delay(20*time.Millisecond, 10*time.Millisecond))
	for _, to := range []netip.Addr{h.Addr(), h.Addr6()} {
		if err := dial(t, netip.AddrPortFrom(to, 80), time.Second); err != nil { // learns the neighbor
			t.Fatal(err)
		}
		var times []time.Duration
		for range 9 {
			begun := time.Now()
			if err := dial(t, netip.AddrPortFrom(to, 80), time.Second); err != nil {
				t.Fatal(err)
			}
			times = append(times, time.Since(begun))
		}
		slices.Sort(times)
		if times[0] < 40*time.Millisecond || times[0] > 70*time.Millisecond {
			t.Errorf("%v: the quickest of 9 round trips took %v, want 40 to 60 ms", to, times[0])
		}
	}
}

func TestDelayCarriesData(t *testing.T) {
	t.Parallel()
	h := New(t).Host("", Delay(2*time.Millisecond, 0))
	var server net.Listener
	if err := h.Do(func() (err error) { server, err = net.Listen("tcp", ":80"); return err }); err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	want := bytes.Repeat([]byte("0123456789abcdef"), 1<<14)
	go func() {
		if c, err := server.Accept(); err == nil {
			c.Write(want)
			c.Close()
		}
	}()
	c, err := net.DialTimeout("tcp", netip.AddrPortFrom(h.Addr(), 80).String(), time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(5 * time.Second))
	var got bytes.Buffer
	if _, err := got.ReadFrom(c); err != nil || !bytes.Equal(got.Bytes(), want) {
		t.Errorf("%d of %d bytes came through, %v", got.Len(), len(want), err)
	}
}

func TestThousandListeners(t *testing.T) {
	h := New(t).Host("", Listen(Spread(1000)))
	ports := h.Open()
	if len(ports) != 1000 {
		t.Fatalf("%d ports", len(ports))
	}
	// Several times: connections that ended must not fill the listeners.
	for range 3 {
		for _, p := range ports {
			if err := dial(t, netip.AddrPortFrom(h.Addr(), p), time.Second); err != nil {
				t.Fatalf("port %d: %v", p, err)
			}
		}
	}
}

func TestLinksAreRemoved(t *testing.T) {
	Need(t)
	count := func() int {
		fds, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Fatal(err)
		}
		return len(fds)
	}
	before := count()
	t.Run("a test with hosts of every kind", func(t *testing.T) {
		l := New(t)
		g := l.Host("", Listen("1-50"), Delay(time.Millisecond, 0), Loss(0.1, 0.1))
		g.Behind("", Listen("80"))
		g.Dark(true)
		l.Ledger()
		l.Firewall(Silent("9"))
		if leftovers() == nil {
			t.Error("a host's link is not found while it is there")
		}
	})
	if err := leftovers(); err != nil {
		t.Error(err)
	}
	if after := count(); after > before {
		t.Errorf("%d descriptors before, %d after", before, after)
	}
}

// TestWithoutRoot runs one test again as a user without rights, who needs a
// user namespace for the lab.
func TestWithoutRoot(t *testing.T) {
	Need(t)
	exe, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	// In a place that any user can reach.
	dir, err := os.MkdirTemp("/tmp", "lab")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := errors.Join(os.Chmod(dir, 0o755), os.WriteFile(dir+"/lab.test", exe, 0o755)); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(dir+"/lab.test", "-test.run=^(TestHostOptions|TestDelay|TestLinksAreRemoved)$", "-test.v")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), envOutside+"=", "REQUIRE=all")
	asNobody(cmd)
	out, err := cmd.CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("--- PASS: TestHostOptions")) {
		t.Errorf("%v\n%s", err, out)
	}
}

// asNobody takes the rights away, where there are any: a test that runs in a
// user namespace already has none.
func asNobody(cmd *exec.Cmd) {
	if ids, err := os.ReadFile("/proc/self/uid_map"); err == nil && bytes.Contains(ids, []byte("4294967295")) {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
}
