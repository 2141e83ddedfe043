package cli

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"
)

type outcome struct {
	status   int
	out, err string
}

func runToy(in string, args ...string) outcome {
	var out, err bytes.Buffer
	status := Run(toyTool(Settle), IO{Args: args, In: strings.NewReader(in), Out: &out, Err: &err})
	return outcome{status, out.String(), err.String()}
}

func TestWrongCommandLines(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"--rate fast", `--rate: "fast" is not a whole number; want a whole number from 1 to 1000000`},
		{"--rate 0", `--rate: 0 is out of range; want a whole number from 1 to 1000000`},
		{"--rate 010x", `--rate: "010x" is not a whole number; want a whole number from 1 to 1000000`},
		{"--rate 99999999999999999999", `--rate: 99999999999999999999 is out of range; want a whole number from 1 to 1000000`},
		{"-r", `--rate: requires a value: N`},
		{"a -vp", `--ports: requires a value: SPEC`},
		{"--skip -3", `--skip: -3 is out of range; want a whole number from 0`},
		{"--pace fast", `--pace: "fast" is not a rate; want a number per second from 0.001, or 0`},
		{"--pace -1", `--pace: "-1" is not a rate; want a number per second from 0.001, or 0`},
		{"--pace 1.5.0", `--pace: "1.5.0" is not a rate; want a number per second from 0.001, or 0`},
		{"--pace 0.0001", `--pace: 0.0001 is out of range; want a number per second from 0.001, or 0, up to 100000000`},
		{"--pace 100000001", `--pace: 100000001 is out of range; want a number per second from 0.001, or 0, up to 100000000`},
		{"--seed -1", `--seed: "-1" is not a whole number from 0 to 18446744073709551615`},
		{"-t -3", `--timeout: "-3" is negative; want a duration from 1ms to 1h, such as 3s or 500ms (a bare number is seconds)`},
		{"-t 0", `--timeout: "0" is out of range; want a duration from 1ms to 1h, such as 3s or 500ms (a bare number is seconds)`},
		{"-t 2h", `--timeout: "2h" is out of range; want a duration from 1ms to 1h, such as 3s or 500ms (a bare number is seconds)`},
		{"-t inf", `--timeout: "inf" is not a duration; want a duration from 1ms to 1h, such as 3s or 500ms (a bare number is seconds)`},
		{"--patient 9999h", `--patient: "9999h" is out of range; want a duration from 0s to 8760h, such as 3s or 500ms (a bare number is seconds)`},
		{"--order sideways", `--order: "sideways" is not one of linear, random`},
		{"--state open,shut", `--state: "shut" is not one of open, closed`},
		{"--tcp=maybe", `--tcp: accepts no value, got "maybe"`},
		{"--verbose=2", `--verbose: accepts no value, got "2"`},
		{"--prots 80", `--prots: no such flag; did you mean --ports?`},
		{"--time 3", `--time: no such flag; did you mean --timeout?`},
		{"--xyzzy", `--xyzzy: no such flag; --help lists them`},
		{"--tpc", `--tpc: no such flag; did you mean --tcp?`},
		{"--timeuot 3", `--timeuot: no such flag; did you mean --timeout?`},
		{"--rota", `--rota: no such flag; --help lists them`},
		{"--out x", `--out: no such flag; --help lists them`},
		{"--udp", `--udp belongs to portgen`},
		{"--plain", `--plain belongs to portgen and portprobe`},
		{"-q", `-q (--quiet) belongs to portprobe and portid`},
		{"-z", `-z: no such flag; --help lists them`},
		{"\u2013r 5", `"–r" begins with a dash: '–' (U+2013) is not '-'; type -r`},
		{"\u2014rate=5", `"—rate=5" begins with a dash: '—' (U+2014) is not '-'; type --rate=5`},
		{"a \u2212\u2212show", `"−−show" begins with a dash: '−' (U+2212) is not '-'; type --show`},
		{"-1024", `-1: no such flag; --help lists them`},
		{"--fail validate", `--fail and --order cannot be used together`},
	} {
		got := runToy("in\n", strings.Fields(c.args)...)
		if want := (outcome{StatusUsage, "", "toy: " + c.want + "\n"}); got != want {
			t.Errorf("toy %s\n got %+v\nwant %+v", c.args, got, want)
		}
	}
}

func TestValidCommandLines(t *testing.T) {
	const defaults = `files=[] ports=[] rate=0 skip=0 timeout=3s order=linear state=[] tcp=false verbose=0`
	for _, c := range []struct{ args, want string }{
		{"", defaults},
		{"--rate 010 --timeout=1.5 --skip=0", `files=[] ports=[] rate=10 skip=0 timeout=1.5s order=linear state=[] tcp=false verbose=0`},
		{"-p -1024 -p80,443 -t 500ms", `files=[] ports=["-1024" "80,443"] rate=0 skip=0 timeout=500ms order=linear state=[] tcp=false verbose=0`},
		{"a -v b -4vr5 -", `files=["a" "b" "-"] ports=[] rate=5 skip=0 timeout=3s order=linear state=[] tcp=true verbose=2`},
		{"-p -- -- --help -x", `files=["--help" "-x"] ports=["--"] rate=0 skip=0 timeout=3s order=linear state=[] tcp=false verbose=0`},
		{"--state open,closed --order random --tcp=false", `files=[] ports=[] rate=0 skip=0 timeout=3s order=random state=["open" "closed"] tcp=false verbose=0`},
		{"--ports=", `files=[] ports=[""] rate=0 skip=0 timeout=3s order=linear state=[] tcp=false verbose=0`},
	} {
		got := runToy("", append([]string{"--show"}, strings.Fields(c.args)...)...)
		if want := (outcome{0, c.want + "\n", ""}); got != want {
			t.Errorf("toy --show %s\n got %+v\nwant %+v", c.args, got, want)
		}
	}
}

func TestTextFlagsAreAlwaysAnswered(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"--rate fast --version", "toy "},
		{"--schema", "{}\n"},
		{"a -h --xyzzy", "Usage: toy [flags] [FILE ...]\n"},
		{"--help=true", "Usage: toy"},
		{"-vhx", "Usage: toy"},
	} {
		got := runToy("in\n", strings.Fields(c.args)...)
		ran := strings.HasSuffix(got.out, "in\n")
		if got.status != 0 || !strings.HasPrefix(got.out, c.want) || got.err != "" || ran {
			t.Errorf("toy %s: %+v, want %q only", c.args, got, c.want)
		}
	}
}

func TestExitStatus(t *testing.T) {
	dir := t.TempDir()
	good := filepath.Join(dir, "good")
	if err := os.WriteFile(good, []byte("good\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	none := filepath.Join(dir, "none")
	for _, c := range []struct {
		args []string
		want outcome
	}{
		{nil, outcome{0, "in\n", ""}},
		{[]string{"-", good}, outcome{0, "in\ngood\n", ""}},
		{[]string{"--fail", "records"}, outcome{1, "in\n", ""}},
		{[]string{"--fail", "usage"}, outcome{2, "in\n", "toy: \"that\" is not to my liking\n"}},
		{[]string{"--fail", "input"}, outcome{3, "in\n", "toy: the tape is torn\n"}},
		{[]string{none, good}, outcome{3, "good\n", "toy: " + none + ": no such file or directory\n"}},
		{[]string{"--fail", "records", none, good}, outcome{3, "good\n", "toy: " + none + ": no such file or directory\n"}},
		{[]string{dir, good}, outcome{3, "good\n", "toy: " + dir + ": is a directory\n"}},
		{[]string{"--spam", "6"}, outcome{0, "in\n", "toy: line 1: torn\ntoy: line 2: torn\ntoy: line 3: torn\n" +
			"toy: line 4: torn\ntoy: line 5: torn\ntoy: line 6: torn\n"}},
		{[]string{"--spam", "7"}, outcome{0, "in\n", "toy: line 1: torn\ntoy: line 2: torn\ntoy: line 3: torn\n" +
			"toy: line 4: torn\ntoy: line 5: torn\ntoy: 2 more torn lines (7 in all)\n"}},
	} {
		if got := runToy("in\n", c.args...); got != c.want {
			t.Errorf("toy %q\n got %+v\nwant %+v", c.args, got, c.want)
		}
	}
}

func TestFailingStreams(t *testing.T) {
	broken := errors.New("the disk is gone")
	for _, c := range []struct {
		name string
		with IO
		want outcome
	}{
		{"input", IO{In: iotest.ErrReader(broken)}, outcome{3, "", "toy: standard input: the disk is gone\n"}},
		{"closed input", IO{In: closedStream{}}, outcome{3, "", "toy: standard input: closed\n"}},
		{"output", IO{Out: failing{broken}}, outcome{3, "", "toy: standard output: the disk is gone\n"}},
		{"help", IO{Out: failing{broken}, Args: []string{"--help"}}, outcome{3, "", "toy: standard output: the disk is gone\n"}},
		{"records", IO{Out: failing{broken}, Args: []string{"--fail", "records"}}, outcome{3, "", "toy: standard output: the disk is gone\n"}},
		{"pipe", IO{Out: failing{syscall.EPIPE}}, outcome{141, "", ""}},
	} {
		var out, err bytes.Buffer
		if c.with.In == nil {
			c.with.In = strings.NewReader("in\n")
		}
		if c.with.Out == nil {
			c.with.Out = &out
		}
		c.with.Err = &err
		got := outcome{Run(toyTool(Settle), c.with), out.String(), err.String()}
		if got != c.want {
			t.Errorf("%s: got %+v, want %+v", c.name, got, c.want)
		}
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func TestContextCanceledBySignal(t *testing.T) {
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(&SignalError{syscall.SIGTERM})
	var out, err bytes.Buffer
	status := Run(toyTool(Settle), IO{Args: []string{"--wait"}, In: strings.NewReader(""), Out: &out, Err: &err, Context: ctx})
	got := outcome{status, out.String(), err.String()}
	if want := (outcome{143, "ready\nsettled after terminated\n", ""}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// noDefault has an enum without a default, which kong refuses.
type noDefault struct {
	Order string `enum:"a,b" help:"x"`
}

func (*noDefault) Run(*Context) error { return nil }

// twice has one flag twice.
type twice struct {
	Rate  int `short:"r" help:"x"`
	Retry int `short:"r" help:"x"`
}

func (*twice) Run(*Context) error { return nil }

// nowhere has a flag in a group that the tool lacks.
type nowhere struct {
	Rate int `group:"pace" help:"x"`
}

func (*nowhere) Run(*Context) error { return nil }

func TestMistakesInTags(t *testing.T) {
	for _, c := range []struct {
		command Command
		want    string
	}{{&noDefault{}, "Order"}, {&twice{}, "-r"}, {&nowhere{}, "pace"}} {
		tool := toyTool(Settle)
		tool.Command = c.command
		if _, err := Describe(tool); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("Describe says %v, want a word of %s", err, c.want)
		}
		var out, err bytes.Buffer
		with := IO{In: strings.NewReader(""), Out: &out, Err: &err, Args: []string{"--help"}}
		if status := Run(tool, with); status != StatusUsage || out.Len() > 0 {
			t.Errorf("Run ends with %d, %q, %q", status, out.String(), err.String())
		}
	}
}

func TestOutIsPipe(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	pipe, err := w.Stat()
	if err != nil {
		t.Fatal(err)
	}
	var buf bytes.Buffer
	ended := make(chan struct{})
	for _, c := range []struct {
		name string
		with IO
		want bool
	}{
		{"a pipe", IO{OutFile: pipe, Err: newErrorStream(&buf, ended)}, true},
		{"a log", IO{OutFile: pipe, Err: newErrorStream(w, ended)}, false},
		{"not a file", IO{Err: newErrorStream(w, ended)}, false},
	} {
		if got := newContext(toyTool(Settle), c.with, &output{}).OutIsPipe(); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
