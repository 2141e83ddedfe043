package portprobe

import (
	"fmt"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"testing"

	"portkit/pkg/cli"
	"portkit/pkg/endpoint"
	"portkit/pkg/internal/lab"
)

// asTool is the environment variable that makes the test binary the tool.
const asTool = "PORTKIT_TEST_PORTPROBE"

func TestMain(m *testing.M) {
	if os.Getenv(asTool) != "" {
		os.Exit(Main())
	}
	lab.Main(m)
}

// labInput returns a record for every lab case, and the endpoint of each.
func labInput(cases []lab.Case, proto endpoint.Proto, at func(lab.Case) netip.AddrPort) (in string, targets []netip.AddrPort) {
	var b strings.Builder
	for _, c := range cases {
		to := at(c)
		targets = append(targets, to)
		fmt.Fprintf(&b, `{"host":%q,"port":%d,"proto":"%v","case":%q}`+"\n", to.Addr(), to.Port(), proto, c.Name)
	}
	return b.String(), targets
}

// checkLab compares the records with the cases.
func checkLab(t *testing.T, r ran, cases []lab.Case, proto endpoint.Proto, want func(lab.Case) (endpoint.Reason, endpoint.State)) {
	t.Helper()
	list := records(t, r.out)
	if len(list) != len(cases) {
		t.Fatalf("%d records for %d lines: %s", len(list), len(cases), r.err)
	}
	for i, c := range cases {
		m := list[i]
		reason, state := want(c)
		if m["case"] != c.Name || m["reason"] != reason.String() || m["state"] != state.String() {
			t.Errorf("%s: %v/%v after %v attempts, want %v/%v (%v)", c.Name, m["state"], m["reason"], m["attempts"],
				state, reason, m["error"])
		}
		if (m["error"] != nil) != (state == endpoint.Error) {
			t.Errorf("%s: error is %v", c.Name, m["error"])
		}
		if c.Kind == lab.NobodyThere {
			continue // an errno does not show whether the error is local
		}
		// With several datagrams, the one that was replied to is unknown.
		answered, timed := state != endpoint.Error && reason != endpoint.NoResponse, m["rtt_ms"] != nil
		if timed && !answered || answered && !timed && proto == endpoint.TCP {
			t.Errorf("%s: rtt_ms is %v", c.Name, m["rtt_ms"])
		}
	}
}

// transports are the TCP transports, with what a lab case expects of each.
var transports = []struct {
	name     string
	portable bool
	want     func(lab.Case) (endpoint.Reason, endpoint.State)
}{
	{"epoll", false, lab.Case.Truth},
	{"portable", true, lab.Case.ByErrno},
}

// toolBySYN runs portprobe with SYN in this process, which keeps its privileges.
func toolBySYN(t *testing.T, stdin string, args ...string) ran {
	t.Helper()
	described := Tool()
	described.Command = &Command{keepPrivileges: true}
	var out, err strings.Builder
	status := cli.Run(described, cli.IO{
		In: strings.NewReader(stdin), Out: &out, Err: &err, Args: append([]string{"--method", "syn"}, args...),
	})
	return ran{status, out.String(), err.String()}
}

// unprivileged runs portprobe as another user. That requires namespaces.
func unprivileged(t *testing.T, stdin string, args ...string) ran {
	t.Helper()
	lab.NotRaced(t)
	lab.Need(t)
	cmd := asPortprobe("/proc/self/exe", args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	var out, err strings.Builder
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &out, &err
	if e := cmd.Start(); e != nil {
		lab.Skip(t, "needs user namespaces: "+e.Error())
	}
	_ = cmd.Wait()
	return ran{cmd.ProcessState.ExitCode(), out.String(), err.String()}
}

// toolOver runs portprobe with the system's transport or the portable one.
func toolOver(t *testing.T, portable bool, stdin string, args ...string) ran {
	t.Helper()
	described := Tool()
	described.Command = &Command{portable: portable}
	var out, err strings.Builder
	status := cli.Run(described, cli.IO{
		In: strings.NewReader(stdin), Out: &out, Err: &err, Args: args,
	})
	return ran{status, out.String(), err.String()}
}

// Every lab case has its state and reason on a real host.
func TestLabCasesTCP(t *testing.T) {
	t.Parallel() // mostly waits
	lab.NotRaced(t)
	l := lab.New(t)
	cases := lab.Cases()
	in, _ := labInput(cases, endpoint.TCP, func(c lab.Case) netip.AddrPort { return c.Build(l) })
	for _, by := range transports {
		t.Run(by.name, func(t *testing.T) {
			r := toolOver(t, by.portable, in, "-k")
			checkLab(t, r, cases, endpoint.TCP, by.want)
			if r.status != 1 {
				t.Errorf("exit %d, want 1: some could not be probed", r.status)
			}
		})
	}
}

// simulated is portprobe on a simulated network with given replies.
type simulated struct {
	Command `embed:""`
	replies map[netip.AddrPort]endpoint.Reason

	fromOtherPort map[netip.AddrPort]bool // endpoints that reply from another port
	gateways      map[netip.AddrPort]netip.Addr
}

func (s *simulated) Validate() error { return s.Command.Validate() }

func (s *simulated) Run(ctx *cli.Context) error {
	s.simulate.Port = func(to netip.AddrPort, _ endpoint.Proto) endpoint.Reason {
		if r := s.replies[to]; r != endpoint.NoResponse {
			return r
		}
		return 0
	}
	s.simulate.FromOtherPort = func(to netip.AddrPort) bool { return s.fromOtherPort[to] }
	s.simulate.Sender = func(to netip.AddrPort) netip.Addr { return s.gateways[to] }
	return s.Command.Run(ctx)
}

// Every lab case that a simulated network can have gives the same result there.
func TestLabCasesTCPSimulated(t *testing.T) {
	var cases []lab.Case
	for _, c := range lab.Cases() {
		if c.Remote() {
			cases = append(cases, c)
		}
	}
	if len(cases) < 30 {
		t.Fatalf("the table has %d cases that a network can have", len(cases))
	}
	s := &simulated{replies: map[netip.AddrPort]endpoint.Reason{}}
	n := 0
	in, targets := labInput(cases, endpoint.TCP, func(c lab.Case) netip.AddrPort {
		n++
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, 0, byte(n)}), 7777)
	})
	for i, c := range cases {
		s.replies[targets[i]] = c.Want
	}
	described := Tool()
	described.Command = s
	var out, err strings.Builder
	status := cli.Run(described, cli.IO{
		In: strings.NewReader(in), Out: &out, Err: &err, Args: []string{"-k", "--simulate", "rtt=3ms"},
	})
	checkLab(t, ran{status, out.String(), err.String()}, cases, endpoint.TCP, lab.Case.Truth)
	if status != 0 {
		t.Errorf("exit %d: %s", status, err.String())
	}
}

// All states are right although 5 % of packets are lost in each direction and some
// ports are silent.
func TestLossOverTCP(t *testing.T) {
	t.Parallel() // mostly waits
	lab.NotRaced(t)
	l := lab.New(t)
	h := l.Host("", lab.Listen("22,80,443,5000-5099"), lab.Silent("2000-2049"), lab.Loss(0.05, 0.05))
	var in strings.Builder
	for p := 1; p <= 6000; p++ {
		fmt.Fprintf(&in, "%v:%d\n", h.Addr(), p)
	}
	for _, by := range transports {
		states := map[any]int{}
		for _, m := range records(t, toolOver(t, by.portable, in.String()).out) {
			states[m["state"]]++
		}
		if fmt.Sprint(states) != "map[closed:5847 filtered:50 open:103]" {
			t.Errorf("%s: %v", by.name, states)
		}
	}
}
