package portprobe

import (
	"fmt"
	"net/netip"
	"os"
	"strings"
	"testing"

	"portkit/pkg/cli"
	"portkit/pkg/endpoint"
	"portkit/pkg/internal/lab"
)

// asTool is set in the environment of a process that is to be the tool.
const asTool = "PORTKIT_TEST_PORTPROBE"

func TestMain(m *testing.M) {
	if os.Getenv(asTool) != "" {
		os.Exit(Main())
	}
	lab.Main(m)
}

// labInput is one record for every case of a table of the lab's, and where each
// is asked.
func labInput(cases []lab.Case, proto endpoint.Proto, at func(lab.Case) netip.AddrPort) (in string, asked []netip.AddrPort) {
	var b strings.Builder
	for _, c := range cases {
		to := at(c)
		asked = append(asked, to)
		fmt.Fprintf(&b, `{"host":%q,"port":%d,"proto":"%v","case":%q}`+"\n", to.Addr(), to.Port(), proto, c.Name)
	}
	return b.String(), asked
}

// checkLab compares the records with the table.
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
			continue // errno does not tell this machine's own report from a reply
		}
		// Which of several datagrams is answered cannot always be told.
		answered, timed := state != endpoint.Error && reason != endpoint.NoResponse, m["rtt_ms"] != nil
		if timed && !answered || answered && !timed && proto == endpoint.TCP {
			t.Errorf("%s: rtt_ms is %v", c.Name, m["rtt_ms"])
		}
	}
}

// transports are the ways to connect, with what the lab's table says of each.
var transports = []struct {
	name     string
	portable bool
	want     func(lab.Case) (endpoint.Reason, endpoint.State)
}{
	{"epoll", false, lab.Case.Truth},
	{"portable", true, lab.Case.ByErrno},
}

// toolBySYN runs portprobe by SYN, in this process, which keeps its rights.
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

// toolOver runs portprobe over the system's own transport or the portable one.
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

// TestEveryWayOfAnsweringInTheLab asks a real host for each way of answering.
func TestEveryWayOfAnsweringInTheLab(t *testing.T) {
	t.Parallel() // it waits mostly
	l := lab.New(t)
	cases := lab.Cases()
	in, _ := labInput(cases, endpoint.TCP, func(c lab.Case) netip.AddrPort { return c.Build(l) })
	for _, by := range transports {
		t.Run(by.name, func(t *testing.T) {
			r := toolOver(t, by.portable, in, "-k")
			checkLab(t, r, cases, endpoint.TCP, by.want)
			if r.status != 1 {
				t.Errorf("exit %d, want 1: some could not be asked", r.status)
			}
		})
	}
}

// simulated is portprobe on a network that answers as it is told.
type simulated struct {
	Command `embed:""`
	answers map[netip.AddrPort]endpoint.Reason

	elsewhere map[netip.AddrPort]bool // answers from another port
	gateways  map[netip.AddrPort]netip.Addr
}

func (s *simulated) Validate() error { return s.Command.Validate() }

func (s *simulated) Run(ctx *cli.Context) error {
	s.simulate.Port = func(to netip.AddrPort, _ endpoint.Proto) endpoint.Reason {
		if r := s.answers[to]; r != endpoint.NoResponse {
			return r
		}
		return 0
	}
	s.simulate.FromOtherPort = func(to netip.AddrPort) bool { return s.elsewhere[to] }
	s.simulate.Sender = func(to netip.AddrPort) netip.Addr { return s.gateways[to] }
	return s.Command.Run(ctx)
}

// TestEveryWayOfAnsweringInASimulation asks the same table's simulated network,
// as far as answers are the network's.
func TestEveryWayOfAnsweringInASimulation(t *testing.T) {
	var cases []lab.Case
	for _, c := range lab.Cases() {
		if c.Remote() {
			cases = append(cases, c)
		}
	}
	if len(cases) < 30 {
		t.Fatalf("the table has %d cases that a network can be told", len(cases))
	}
	s := &simulated{answers: map[netip.AddrPort]endpoint.Reason{}}
	n := 0
	in, asked := labInput(cases, endpoint.TCP, func(c lab.Case) netip.AddrPort {
		n++
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, 0, byte(n)}), 7777)
	})
	for i, c := range cases {
		s.answers[asked[i]] = c.Want
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

// TestLossInTheLab: a host that loses one packet in twenty each way, and keeps
// a few ports silent, is told right.
func TestLossInTheLab(t *testing.T) {
	t.Parallel() // it waits mostly
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
