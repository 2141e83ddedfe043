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

// lines are the first n ports of an address as records.
func lines(to netip.Addr, n int) string {
	var b strings.Builder
	for p := 1; p <= n; p++ {
		fmt.Fprintf(&b, `{"host":"%v","port":%d}`+"\n", to, p)
	}
	return b.String()
}

// told is what records say of the ports of one host.
type told map[uint16]string

// tell reads records. A port that is told twice is an error.
func tell(t *testing.T, out io.Reader) told {
	t.Helper()
	states := told{}
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
			t.Errorf("port %d is told twice", r.Port)
		}
		states[r.Port] = r.State
	}
}

// check compares what was told of ports 1 to n with the truth: these are open,
// the others closed.
func (s told) check(t *testing.T, n int, open ...uint16) {
	t.Helper()
	want := told{}
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
		t.Errorf("%d ports told of %d, %d wrong", len(s), n, wrong)
	}
}

// TestAWholeHostInTheLab asks every port of a host, a thousand of them open,
// again and again.
func TestAWholeHostInTheLab(t *testing.T) {
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
				tell(t, strings.NewReader(r.out)).check(t, 65535, h.Open()...)
				if r.status != 0 || r.err != "" {
					t.Errorf("exit %d, %q", r.status, r.err)
				}
			}
		})
	}
}

// TestLoopback asks every port of this machine: what is open is what listens,
// and no connection of a socket with itself is among it.
func TestLoopback(t *testing.T) {
	lab.Need(t)
	for _, to := range []string{"127.0.0.1", "::1"} {
		var open []uint16
		for range 5 { // of the ephemeral ports, from which connect chooses its own
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
			tell(t, strings.NewReader(r.out)).check(t, 65535, open...)
		}
	}
}

// TestFewDescriptors: with hardly any descriptors all is asked and told right,
// and one line says why it takes longer.
func TestFewDescriptors(t *testing.T) {
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
		left  int // open by its parent's fault
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
		tell(t, &out).check(t, ports, h.Open()...)
		said := regexp.MustCompile(`^portprobe: concurrency limited to \d+ instead of \d+: the descriptor limit \(ulimit -n\) is ` + c.limit + `\n$`)
		if !said.MatchString(errs.String()) {
			t.Errorf("ulimit -n %s %v: %q, want %v", c.limit, c.args, errs.String(), said)
		}
	}
}

// exe is this test's own file, for processes that another program starts.
func exe(t *testing.T) string {
	t.Helper()
	name, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return name
}

// asPortprobe makes a command in which this binary is the tool.
func asPortprobe(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), asTool+"=yes")
	return cmd
}

// TestBlockedReader: a reader that takes nothing for a while costs time, but
// neither truth nor much of the processor.
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
		states := tell(t, io.MultiReader(bytes.NewReader(first[:n]), out))
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
		states.check(t, 65535, h.Open()...)
		return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	}
	free, blocked := scan(0), scan(3*time.Second)
	t.Logf("%v of the processor, %v with a blocked reader", free, blocked)
	if blocked > free*3/2 { // 1.2 on an idle machine, as the benchmarks show
		t.Errorf("%v of the processor, but %v with a blocked reader", free, blocked)
	}
}
