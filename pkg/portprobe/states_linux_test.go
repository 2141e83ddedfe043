package portprobe

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"portkit/pkg/internal/lab"
)

// lines returns records for ports 1 to n of an address.
func lines(to netip.Addr, n int) string {
	var b strings.Builder
	for p := 1; p <= n; p++ {
		fmt.Fprintf(&b, `{"host":"%v","port":%d}`+"\n", to, p)
	}
	return b.String()
}

// portStates maps the ports of one host to their states.
type portStates map[uint16]string

// parseStates parses records. A second record of a port is an error.
func parseStates(t *testing.T, out io.Reader) portStates {
	t.Helper()
	states := portStates{}
	for d := json.NewDecoder(out); ; {
		var r struct {
			Port  uint16
			State string
		}
		if err := d.Decode(&r); err == io.EOF {
			return states
		} else if err != nil {
			t.Fatal(err)
		}
		if states[r.Port] != "" {
			t.Errorf("port %d has two records", r.Port)
		}
		states[r.Port] = r.State
	}
}

// check verifies ports 1 to n: those in open are open, the others are closed.
func (s portStates) check(t *testing.T, n int, open ...uint16) {
	t.Helper()
	want := portStates{}
	for _, p := range open {
		want[p] = "open"
	}
	wrong := 0
	for p := 1; p <= n; p++ {
		w := want[uint16(p)]
		if w == "" {
			w = "closed"
		}
		if got := s[uint16(p)]; got != w {
			if wrong++; wrong < 5 {
				t.Errorf("port %d is %q, not %s", p, got, w)
			}
		}
	}
	if wrong > 0 || len(s) != n {
		t.Errorf("%d states of %d, %d wrong", len(s), n, wrong)
	}
}

// All ports of a host with a thousand open ports have the right state, in repeated
// scans.
func TestAllPortsOfAHost(t *testing.T) {
	lab.NotRaced(t)
	h := lab.New(t).Host("", lab.Listen(lab.Spread(1000)))
	for _, c := range []struct {
		name     string
		portable bool
		to       netip.Addr
		runs     int
	}{
		{"epoll", false, h.Addr(), 10},
		{"epoll, IPv6", false, h.Addr6(), 2},
		{"epoll, link-local", false, h.LinkLocal(), 1},
		{"portable", true, h.Addr(), 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := lines(c.to, 65535)
			for range lab.Rounds(c.runs) {
				r := toolOver(t, c.portable, in)
				parseStates(t, strings.NewReader(r.out)).check(t, 65535, h.Open()...)
				if r.status != 0 || r.err != "" {
					t.Errorf("exit %d, %q", r.status, r.err)
				}
			}
		})
	}
}

// On this machine exactly the ports with a listener are open. A socket connected to
// itself does not count.
func TestAllPortsOfLoopback(t *testing.T) {
	lab.NotRaced(t)
	lab.Need(t)
	for _, to := range []string{"127.0.0.1", "::1"} {
		var open []uint16
		for range 5 { // repeats, because the kernel chooses an ephemeral source port at random
			l, err := net.Listen("tcp", net.JoinHostPort(to, "0"))
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			open = append(open, l.Addr().(*net.TCPAddr).AddrPort().Port())
		}
		in := lines(netip.MustParseAddr(to), 65535)
		for range lab.Rounds(5) {
			r := tool(t, in)
			parseStates(t, strings.NewReader(r.out)).check(t, 65535, open...)
		}
	}
}

// With few descriptors every state is right, and one message names the limit.
func TestFewDescriptors(t *testing.T) {
	lab.NotRaced(t)
	const ports = 20_000
	h := lab.New(t).Host("", lab.Listen("80,443,19000-19099"))
	in := lines(h.Addr(), ports)
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	for _, c := range []struct {
		limit string
		left  int // inherited from its parent
		args  []string
	}{
		{"64", 0, nil},
		{"64", 0, []string{"-w", "64"}},
		{"64", 16, nil},
		{"256", 0, []string{"-c", "5000"}},
	} {
		args := append([]string{"-c", `ulimit -n "$1" && shift && exec "$0" "$@"`, exe(t), c.limit}, c.args...)
		cmd := asPortprobe("/bin/sh", args...)
		cmd.ExtraFiles = slices.Repeat([]*os.File{null}, c.left)
		var out, errs bytes.Buffer
		cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(in), &out, &errs
		if err := cmd.Run(); err != nil {
			t.Errorf("ulimit -n %s: %v", c.limit, err)
		}
		parseStates(t, &out).check(t, ports, h.Open()...)
		message := regexp.MustCompile(`^portprobe: concurrency limited to \d+ instead of \d+: the descriptor limit \(ulimit -n\) is ` + c.limit + `\n$`)
		if !message.MatchString(errs.String()) {
			t.Errorf("ulimit -n %s %v: %q, want %v", c.limit, c.args, errs.String(), message)
		}
	}
}

// exe returns the path of the test binary, for processes that other programs start.
func exe(t *testing.T) string {
	t.Helper()
	name, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return name
}

// asPortprobe returns a command that runs the test binary as the tool.
func asPortprobe(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), asTool+"=yes")
	return cmd
}

// A reader that blocks for a while costs time, but changes no state and uses little
// CPU time.
func TestBlockedReader(t *testing.T) {
	h := lab.New(t).Host("", lab.Listen(lab.Spread(1000)))
	in := lines(h.Addr(), 65535)
	scan := func(block time.Duration) (cpu time.Duration) {
		cmd := asPortprobe("/proc/self/exe")
		cmd.Stdin = strings.NewReader(in)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		var first [1 << 10]byte
		n, err := io.ReadFull(out, first[:])
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(block)
		states := parseStates(t, io.MultiReader(bytes.NewReader(first[:n]), out))
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
		states.check(t, 65535, h.Open()...)
		return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	}
	free, blocked := scan(0), scan(3*time.Second)
	t.Logf("%v of the processor, %v with a blocked reader", free, blocked)
	if blocked > free*3/2 { // 1.2 in benchmarks on an idle machine
		t.Errorf("%v of the processor, but %v with a blocked reader", free, blocked)
	}
}
