package portprobe

import (
	"bytes"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"portkit/pkg/internal/lab"
	"portkit/pkg/stream"
)

// Without CAP_NET_RAW nothing is sent, and the message contains a remedy.
func TestSYNWithoutPrivilege(t *testing.T) {
	r := unprivileged(t, "127.0.0.1:1\n", "--method", "syn")
	if r.status != 2 || r.out != "" {
		t.Errorf("exit %d, %q", r.status, r.out)
	}
	for _, say := range []string{"setcap cap_net_raw+ep", "--method connect"} {
		if !strings.Contains(r.err, say) {
			t.Errorf("%q does not say %q", r.err, say)
		}
	}
}

// static builds portprobe without cgo, as it is released.
func static(t *testing.T) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "portprobe")
	build := exec.Command("go", "build", "-o", bin, "portkit/cmd/portprobe")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return bin
}

// Once the sockets are open, no thread has a capability. portprobe still reads
// input files that it may no longer open, resolves names, appends to its journal
// and sends probes.
func TestPrivilegesAreDropped(t *testing.T) {
	lab.NotRaced(t)
	h := lab.New(t).Host("", lab.Listen("22,80"))
	dir := t.TempDir()
	if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil {
		t.Fatal(err)
	}
	private, results := filepath.Join(dir, "endpoints"), filepath.Join(dir, "results")
	if err := os.WriteFile(private, []byte(lines(h.Addr(), 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(private, 65534, 65534); err != nil {
		t.Logf("the file is not another's: %v", err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()

	cmd := exec.Command(static(t), "--method", "syn", "--resume", results, "-", private)
	in, _ := cmd.StdinPipe()
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(in, "%v\nlocalhost:%d\n", l.Addr(), l.Addr().(*net.TCPAddr).Port)
	awaitLines(t, results, 2)
	status := threads(t, cmd.Process.Pid)
	for _, one := range status {
		for _, want := range []string{"CapEff:\t0000000000000000", "CapPrm:\t0000000000000000", "NoNewPrivs:\t1"} {
			if !strings.Contains(one, want) {
				t.Errorf("a thread has not %q:\n%s", want, one)
			}
		}
	}
	if len(status) < 2 {
		t.Errorf("%d threads", len(status))
	}
	in.Close()
	if err := cmd.Wait(); err != nil {
		t.Errorf("%v: %s", err, stderr.String())
	}
	text, _ := os.ReadFile(results)
	if got := states(t, strings.Repeat("\n", 1002), ran{out: string(text)}); got != "map[closed/reset:998 open/syn-ack:4]" {
		t.Errorf("%s; %s", got, stderr.String())
	}
	if stderr.Len() > 0 {
		t.Errorf("unexpected messages: %s", stderr.String())
	}
}

// threads returns the status of each thread of a process (proc(5)).
func threads(t *testing.T, pid int) (all []string) {
	t.Helper()
	names, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", pid))
	for _, name := range names {
		if text, err := os.ReadFile(name); err == nil {
			all = append(all, string(text))
		}
	}
	return all
}

// awaitLines waits until a file has a number of lines.
func awaitLines(t *testing.T, name string, n int) {
	t.Helper()
	for begun := time.Now(); time.Since(begun) < 10*time.Second; time.Sleep(10 * time.Millisecond) {
		if text, _ := os.ReadFile(name); bytes.Count(text, []byte("\n")) >= n {
			return
		}
	}
	t.Fatalf("%s has no %d lines", name, n)
}

// Invalid flags are usage errors.
func TestInvalidMethodIsAUsageError(t *testing.T) {
	for _, args := range [][]string{{"--method", "fin"}, {"--method", ""}, {"--method"}, {"--method", "syn", "--source", "192.0.2.256"}, {"--method", "syn", "--source", "0.0.0.0"}} {
		if r := tool(t, "", args...); r.status != 2 || !strings.Contains(r.err, "--") {
			t.Errorf("%q: exit %d, %s", args, r.status, r.err)
		}
	}
	// --simulate overrides --method.
	r := tool(t, "192.0.2.1:1\n", "--method", "syn", "--simulate", "")
	if m := records(t, r.out); r.status != 0 || m[0]["method"] != "simulate" {
		t.Errorf("exit %d: %s%s", r.status, r.out, r.err)
	}
}

// A source address that is not this machine's is an error of each record. Others
// are used, and so is an interface.
func TestSourceAddressBySYN(t *testing.T) {
	t.Parallel() // mostly waits
	lab.NotRaced(t)
	h := lab.New(t).Host("", lab.Listen("22"))
	in := fmt.Sprintf("%v:22\n", h.Addr())
	own := h.Addr().Prev().String() // this machine's end of the link
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--source", own}, "open syn-ack"},
		{[]string{"--interface", h.Link()}, "open syn-ack"},
		{[]string{"--source", own, "--interface", h.Link()}, "open syn-ack"},
		{[]string{"--source", "192.0.2.77"}, "error local-error"},
		{[]string{"--source", "2001:db8::77"}, "error local-error"},
	} {
		m := records(t, toolBySYN(t, in, c.args...).out)[0]
		if got := fmt.Sprint(m["state"], " ", m["reason"]); got != c.want {
			t.Errorf("%q: %s (%v), want %s", c.args, got, m["error"], c.want)
		}
	}
}

// A link-local address is probed only on the link that its zone names.
func TestAnotherLinkBySYN(t *testing.T) {
	t.Parallel()
	lab.NotRaced(t)
	l := lab.New(t)
	h, other := l.Host("", lab.Listen("22")), l.Host("", lab.Listen("22"))
	in := fmt.Sprintf("[%v]:22\n", h.LinkLocal())
	for _, args := range [][]string{{"--interface", other.Link()}, {"--source", "fe80::1%" + other.Link()}} {
		if got := states(t, in, toolBySYN(t, in, args...)); got != "map[error/local-error:1]" {
			t.Errorf("%q: %s", args, got)
		}
	}
	if got := states(t, in, toolBySYN(t, in, "--interface", h.Link(), "--source", "fe80::1")); got != "map[open/syn-ack:1]" {
		t.Error(got)
	}
}

// UDP endpoints are probed by the UDP transport in the same run.
func TestUDPBesideSYN(t *testing.T) {
	lab.NotRaced(t)
	h := lab.New(t).Host("", lab.Listen("22"), lab.Answer("53", lab.Echo))
	in := fmt.Sprintf(`{"host":"%[1]v","port":22}`+"\n"+`{"host":"%[1]v","port":53,"proto":"udp"}`+"\n", h.Addr())
	list := records(t, toolBySYN(t, in, "-k").out)
	if len(list) != 2 || list[0]["method"] != "syn" || list[1]["method"] != "udp" || list[1]["state"] != "open" {
		t.Errorf("%v", list)
	}
}

// An endpoint is probed more often at once than there are source ports for its
// probes.
func TestDuplicateEndpointsBySYN(t *testing.T) {
	lab.NotRaced(t)
	h := lab.New(t).Host("", lab.Listen("22"), lab.Silent("23"))
	in := strings.Repeat(fmt.Sprintf("%v:22\n", h.Addr()), 2000) + strings.Repeat(fmt.Sprintf("%v:23\n", h.Addr()), 20)
	if got := states(t, in, toolBySYN(t, in, "--no-share")); got != "map[filtered/no-response:20 open/syn-ack:2000]" {
		t.Error(got)
	}
}

// The number of workers is reduced, or the message names the limit.
func TestFewDescriptorsBySYN(t *testing.T) {
	lab.NotRaced(t)
	lab.Need(t)
	var was unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &was); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Setrlimit(unix.RLIMIT_NOFILE, &was) })
	in := lines(netip.MustParseAddr("127.0.0.1"), 100)
	for more, want := range map[int]struct {
		status int
		stderr string
	}{
		300: {0, `^portprobe: workers limited to \d+ instead of 64: the descriptor limit \(ulimit -n\) is \d+\n$`},
		40:  {2, `^portprobe: --method syn needs \d+ descriptors per worker; the descriptor limit \(ulimit -n\) is \d+\n$`},
	} {
		few := unix.Rlimit{Cur: uint64(stream.OpenDescriptors() + more), Max: was.Max}
		if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &few); err != nil {
			t.Fatal(err)
		}
		r := toolBySYN(t, in, "-w", "64")
		if n := strings.Count(r.out, "closed"); r.status != want.status || want.status == 0 && n != 100 || !regexp.MustCompile(want.stderr).MatchString(r.err) {
			t.Errorf("%d descriptors: exit %d, %d results, %q, want %s", more, r.status, n, r.err, want.stderr)
		}
	}
}
