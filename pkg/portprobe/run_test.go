package portprobe

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"portkit/pkg/cli"
)

// ran is the outcome of a run.
type ran struct {
	status   int
	out, err string
}

// tool runs portprobe in this process.
func tool(t *testing.T, stdin string, args ...string) ran {
	t.Helper()
	return toolWith(t, cli.IO{In: strings.NewReader(stdin), Args: args})
}

func toolWith(t *testing.T, with cli.IO) ran {
	t.Helper()
	var out, err bytes.Buffer
	if with.Out == nil {
		with.Out = &out
	}
	with.Err = &err
	status := cli.Run(Tool(), with)
	return ran{status, out.String(), err.String()}
}

// records parses lines as JSON objects.
func records(t testing.TB, lines string) (list []map[string]any) {
	t.Helper()
	for line := range strings.Lines(lines) {
		var m map[string]any
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		list = append(list, m)
	}
	return list
}

func TestOneResultPerRecord(t *testing.T) {
	t.Parallel() // waits for the rate limit
	var in strings.Builder
	for i := range 30_000 {
		switch i % 6 {
		case 0:
			fmt.Fprintf(&in, `{"host":"10.0.%d.%d","port":%d,"id":%d}`+"\n", i/256%256, i%256, 1+i%65535, i)
		case 1:
			fmt.Fprintf(&in, "10.1.0.%d:%d\n", i%256, 1+i)
		case 2:
			fmt.Fprintf(&in, `{"host":"name%d.example","port":22,"id":%d}`+"\n", i%100, i)
		case 3:
			fmt.Fprintf(&in, `{"host":"10.0.0.1","port":"x","id":%d}`+"\n", i)
		case 4:
			fmt.Fprintf(&in, `{"state":"error","reason":"bad-record","line":%d,"input":"?"}`+"\n", i)
		case 5:
			in.WriteString("nonsense\n")
		}
	}
	for _, args := range [][]string{{}, {"-k"}, {"-c", "7"}, {"-r", "20000"}} {
		r := tool(t, in.String(), append(args, "--simulate", "rtt=5ms,loss=0.1,silent=0.1,open=0.2")...)
		if n := strings.Count(r.out, "\n"); n != 30_000 || r.status != 1 {
			t.Errorf("%v: %d lines out, exit %d; want 30000 and 1", args, n, r.status)
		}
		states := map[any]int{}
		for _, m := range records(t, r.out) {
			states[m["state"]]++
		}
		if states["error"] != 15_000 || states["open"] == 0 || states["closed"] == 0 || states["filtered"] == 0 {
			t.Errorf("%v: %v", args, states)
		}
	}
}

func TestKeepOrder(t *testing.T) {
	var in strings.Builder
	for i := range 5000 {
		switch {
		case i%7 == 0:
			fmt.Fprintf(&in, `{"host":"n%d.example","port":80,"id":%d}`+"\n", i, i)
		case i%11 == 0:
			fmt.Fprintf(&in, `{"host":"","port":80,"id":%d}`+"\n", i)
		default:
			fmt.Fprintf(&in, `{"host":"10.0.0.%d","port":%d,"id":%d}`+"\n", i%256, i+1, i)
		}
	}
	r := tool(t, in.String(), "-k", "--simulate", "rtt=5ms,jitter=90ms,silent=0.2,loss=0.1")
	list := records(t, r.out)
	if len(list) != 5000 {
		t.Fatalf("%d records", len(list))
	}
	for i, m := range list {
		if m["id"] != float64(i) {
			t.Fatalf("record %d has id %v", i, m["id"])
		}
	}
}

func TestFieldsPassThroughByteForByte(t *testing.T) {
	extras := []string{
		`"owner":"ops"`, `"n":1e400`, `"m":0.10`, `"dup":1,"dup":2`, `"nested": {"a" : [1, 2,{"b":null}]}`,
		`"ünï":"é\u00e9😀"`, `"\u0061b":"k"`, `"empty":{},"list":[ ]`, `"big":123456789012345678901234567890`,
		`"timeout_ms":1500,"retries":2`, `"target":"kept","protocol":"tcp"`,
	}
	for _, extra := range extras {
		r := tool(t, `{"host":"10.0.0.1","port":80,`+extra+"}\n", "--simulate", "rtt=1ms")
		if want := "," + extra + "}\n"; !strings.HasSuffix(r.out, want) {
			t.Errorf("%s does not come out as it went in: %s", extra, r.out)
		}
	}
}

func TestResultsAsInputAreReplaced(t *testing.T) {
	first := tool(t, `{"host":"10.0.0.1","port":80,"owner":"ops"}`+"\n", "--simulate", "rtt=1ms,open=1")
	again := tool(t, first.out, "--simulate", "rtt=1ms,open=0")
	m := records(t, again.out)[0]
	if m["state"] != "closed" || m["owner"] != "ops" || strings.Count(again.out, `"state"`) != 1 || strings.Count(again.out, `"time"`) != 1 {
		t.Errorf("%s became %s", first.out, again.out)
	}
}

func TestBadRecordsDoNotStopTheRun(t *testing.T) {
	good := `{"host":"10.0.0.1","port":80}` + "\n"
	for _, c := range []struct{ name, line, say string }{
		{"not JSON", `hello`, "HOST:PORT"},
		{"truncated", `{"host":"10.0.0.1","po`, ""},
		{"null", `null`, "null"},
		{"array", `["10.0.0.1",80]`, ""},
		{"trailing garbage", `{"host":"10.0.0.1","port":80} x`, ""},
		{"port 0", `{"host":"10.0.0.1","port":0}`, "port 0 "},
		{"port 70000", `{"host":"10.0.0.1","port":70000}`, "port 70000 is outside 1-65535"},
		{"port as text", `{"host":"10.0.0.1","port":"80"}`, `"80"`},
		{"port 80.5", `{"host":"10.0.0.1","port":80.5}`, "80.5"},
		{"no host", `{"port":80}`, "host"},
		{"no port", `{"host":"10.0.0.1"}`, "port"},
		{"no address", `{"host":"10.0.0.256","port":80}`, "10.0.0.256"},
		{"unspecified", `{"host":"0.0.0.0","port":80}`, "0.0.0.0"},
		{"invalid UTF-8", "{\"host\":\"10.0.0.1\",\"port\":80,\"x\":\"\xff\"}", "UTF-8"},
		{"NUL", "{\"host\":\"10.0.0.1\",\"port\":80,\"x\":\"\x00\"}", ""},
		{"10 MiB", `{"x":"` + strings.Repeat("a", 10<<20) + `"}`, "longer than"},
		{"100,000 brackets", `{"x":` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + `}`, "10000 deep"},
		{"proto", `{"host":"10.0.0.1","port":80,"proto":"sctp"}`, "sctp"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := tool(t, good+c.line+"\n"+good, "--simulate", "rtt=1ms", "-k")
			list := records(t, r.out)
			if len(list) != 3 || r.status != 1 {
				t.Fatalf("%d records, exit %d: %.300s", len(list), r.status, r.out)
			}
			if list[0]["state"] == "error" || list[2]["state"] == "error" {
				t.Errorf("the lines around it were not probed: %.500s", r.out)
			}
			bad := list[1]
			if bad["state"] != "error" || bad["reason"] != "bad-record" || bad["line"] != 2.0 || bad["error"] == nil || bad["input"] == nil {
				t.Errorf("%.500v is not its record", bad)
			}
			if !strings.Contains(r.err, "portprobe: line 2: ") || !strings.Contains(r.err, c.say) {
				t.Errorf("%q does not say line 2 and %q", r.err, c.say)
			}
			if len(r.out) > 16<<10 {
				t.Errorf("%d bytes came out", len(r.out))
			}
		})
	}
}

func TestKindLines(t *testing.T) {
	for _, in := range []string{
		"\ufeff{\"host\":\"10.0.0.1\",\"port\":80}\r\n\r\n10.0.0.2:80\r\n# note\n[2001:db8::1]:80",
		"10.0.0.1:80\n\n10.0.0.2:80/tcp # why\n2001:db8::1\t80\n"[:24] + "\n[2001:db8::1]:80\n",
	} {
		r := tool(t, in, "--simulate", "rtt=1ms", "--plain", "-k")
		if want := "10.0.0.1:80\n10.0.0.2:80\n[2001:db8::1]:80\n"; r.out != want || r.status != 0 || r.err != "" {
			t.Errorf("%q: exit %d, %q, %q", in, r.status, r.out, r.err)
		}
	}
}

func TestOpenAndStateSelectResults(t *testing.T) {
	var in strings.Builder
	for p := range 1000 {
		fmt.Fprintf(&in, "10.0.0.1:%d\n", p+1)
	}
	all := tool(t, in.String(), "--simulate", "rtt=1ms,open=0.2,silent=0.3")
	want := map[any]int{}
	for _, m := range records(t, all.out) {
		want[m["state"]]++
	}
	for flag, states := range map[string][]string{
		"--open":                  {"open"},
		"--state=closed":          {"closed"},
		"--state=open,filtered":   {"open", "filtered"},
		"--state=open|filtered":   {},
		"--state=error,closed":    {"closed"},
		"--state=filtered,closed": {"filtered", "closed"},
	} {
		n := 0
		for _, s := range states {
			n += want[s]
		}
		for _, how := range [][]string{{flag}, {flag, "-k"}, {flag, "--plain"}} {
			r := tool(t, in.String(), append(how, "--simulate", "rtt=1ms,open=0.2,silent=0.3")...)
			if got := strings.Count(r.out, "\n"); got != n || r.status != 0 {
				t.Errorf("%v: %d lines, exit %d; want %d", how, got, r.status, n)
			}
		}
	}
}

func TestInvalidCommandLines(t *testing.T) {
	for _, c := range []struct {
		args string
		say  []string
	}{
		{"-c 0", []string{"-c", "0"}},
		{"-c x", []string{"x"}},
		{"-c -5", []string{"-5"}},
		{"-t -1", []string{"-t", "-1"}},
		{"-t soon", []string{"soon"}},
		{"-r x", []string{"x"}},
		{"--retries 21", []string{"--retries", "21", "20"}},
		{"--retries many", []string{"many", "auto"}},
		{"--state half-open", []string{"half-open"}},
		{"--open --state closed", []string{"--open", "--state"}},
		{"-4 -6", []string{"--ipv4", "--ipv6"}},
		{"--progress sometimes", []string{"sometimes"}},
		{"--simulate rtt=fast", []string{"--simulate", "rtt=fast"}},
		{"--simulate speed=1", []string{"speed"}},
		{"--simulate open=0.9,silent=0.2", []string{"open=0.9"}},
		{"--source nowhere", []string{"--source", "nowhere"}},
		{"--source=", []string{"--source"}},
		{"--interface nosuch0", []string{"--interface", "nosuch0"}},
		{"--nosuchflag", []string{"--nosuchflag"}},
	} {
		r := tool(t, "10.0.0.1:80\n", strings.Fields(c.args)...)
		if r.status != 2 || r.out != "" {
			t.Errorf("%s: exit %d, %q written", c.args, r.status, r.out)
		}
		for _, s := range c.say {
			if !strings.Contains(r.err, s) {
				t.Errorf("%s: %q does not say %q", c.args, r.err, s)
			}
		}
	}
}

// An empty specification, as from an unset variable, is still a simulation.
func TestSimulateWithoutSpecSendsNothing(t *testing.T) {
	for _, args := range [][]string{{"--simulate", ""}, {"--simulate="}, {"--simulate", " , "}} {
		r := tool(t, "127.0.0.1:1\n", args...)
		if r.status != 0 || !strings.Contains(r.out, `"method":"simulate"`) {
			t.Errorf("%q: status %d, %s%s", args, r.status, r.out, r.err)
		}
	}
}

func TestRealConnect(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	open := l.Addr().String()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := free.Addr().String()
	free.Close()
	in := open + "\n" + closed + "\n224.0.0.1:80\n255.255.255.255:80\n" + open + "/udp\n"
	r := tool(t, in, "-k", "-v")
	var got []string
	for _, m := range records(t, r.out) {
		got = append(got, fmt.Sprint(m["state"], " ", m["reason"], " ", m["method"]))
	}
	want := "[open syn-ack connect closed conn-refused connect error not-unicast <nil> error not-unicast <nil> closed port-unreach udp]"
	if fmt.Sprint(got) != want || r.status != 0 {
		t.Errorf("exit %d, %v\nwant %s", r.status, got, want)
	}
	if !strings.Contains(r.err, "/tcp on 127.0.0.1: open") || !strings.Contains(r.err, "3 probed: 1 open, 2 closed, 2 not probed as broadcast or multicast addresses;") ||
		strings.Count(r.err, "multicast") != 1 {
		t.Errorf("-v says %q", r.err)
	}
	if r := tool(t, in); r.status != 0 || r.err != "" {
		t.Errorf("without -v: exit %d, %q", r.status, r.err)
	}
	if r := tool(t, "224.0.0.1:80\nnonsense\n"); r.status != 1 {
		t.Errorf("with a bad record: exit %d", r.status)
	}
}

// failing is a writer on a full disk.
type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, fmt.Errorf("no space left on device") }

func TestWriteErrorIsStatus3(t *testing.T) {
	var in strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&in, "10.0.0.1:%d\n", i%65535+1)
	}
	r := toolWith(t, cli.IO{In: strings.NewReader(in.String()), Out: failing{}, Args: []string{"--simulate", "rtt=1ms"}})
	if r.status != 3 || !strings.Contains(r.err, "no space left on device") {
		t.Errorf("exit %d, %q", r.status, r.err)
	}
}

// The total is that of --total, or the number of records in regular files. Records
// whose result is in the file of --resume are done.
func TestProgressJSON(t *testing.T) {
	var in, resumed strings.Builder
	for i := range 300 {
		fmt.Fprintf(&in, "10.0.0.1:%d\n", i+1)
		if i < 100 {
			fmt.Fprintf(&resumed, `{"host":"10.0.0.1","port":%d,"state":"open"}`+"\n", i+1)
		}
	}
	folder := t.TempDir()
	write := func(name, text string) string {
		name = filepath.Join(folder, name)
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	inputs := []string{write("a", " # a comment\n\n"), write("b", in.String())}
	for _, c := range []struct {
		name, in string
		args     []string
	}{
		{"--total", in.String(), []string{"-r", "250", "--total", "300"}},
		{"counted", "", append([]string{"-r", "250"}, inputs...)},
		{"counted and resumed", "", append([]string{"-r", "150", "--resume", write("scan.ndjson", resumed.String())}, inputs...)},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel() // waits for the rate limit
			progressJSON(t, tool(t, c.in, append(c.args, "--simulate", "rtt=1ms,clock=real", "--progress", "json")...))
		})
	}
}

func progressJSON(t *testing.T, r ran) {
	list := records(t, r.err)
	if len(list) < 2 {
		t.Fatalf("%d objects in more than a second: %q", len(list), r.err)
	}
	last := list[len(list)-1]
	for key, want := range map[string]any{"done": 300.0, "total": 300.0, "in_flight": 0.0, "errors": 0.0, "eta_s": 0.0} {
		if last[key] != want {
			t.Errorf("%s is %v in the end, want %v", key, last[key], want)
		}
	}
	for _, key := range []string{"open", "rate", "elapsed_s"} {
		if last[key] == nil {
			t.Errorf("%s is missing in %v", key, last)
		}
	}
}

// The reader and the resolver's goroutines wait for room at the same time, and all
// of them are woken.
func TestMoreNamesThanSlots(t *testing.T) {
	var in strings.Builder
	for i := range 400 {
		for p := range 40 {
			fmt.Fprintf(&in, `{"host":"n%d.example","port":%d}`+"\n", i, p+1)
		}
	}
	for range 5 {
		r := tool(t, in.String(), "--simulate", "rtt=1ms", "--host-concurrency", "1")
		if n := strings.Count(r.out, "\n"); n != 16_000 {
			t.Errorf("%d lines out of 16000", n)
		}
	}
}

func TestFractionalRates(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"-r 0.5", "at most 0.5 probes per second"},
		{"-r 2500", "at most 2500 probes per second"},
		{"--host-rate .25", "at most 0.25 to one address"},
	} {
		r := tool(t, "10.0.0.1:22\n", append(strings.Fields(c.args), "-v", "--simulate", "")...)
		if r.status != 0 || !strings.Contains(r.err, c.want) {
			t.Errorf("%s: %+v, want %q", c.args, r, c.want)
		}
	}
}

// Under --simulate, what is never probed has a time of the simulated clock as well, which is
// ahead of the machine's here.
func TestSimulatedTimesAreOfOneClock(t *testing.T) {
	in, feed := io.Pipe()
	var out bytes.Buffer
	feedMore := func() {
		go func() {
			fmt.Fprintln(feed, "192.0.2.2:80")
			_ = feed.Close()
		}()
	}
	go fmt.Fprintln(feed, "192.0.2.1:80")
	r := toolWith(t, cli.IO{
		In: in, Out: io.MultiWriter(&out, &firstWrite{then: feedMore}),
		Args: []string{"--simulate", "open=0,silent=1", "--deny", "192.0.2.2"},
	})
	list := records(t, out.String())
	if len(list) != 2 || list[1]["reason"] != "out-of-scope" {
		t.Fatalf("exit %d, %s%s", r.status, &out, r.err)
	}
	if silent, denied := fmt.Sprint(list[0]["time"]), fmt.Sprint(list[1]["time"]); denied < silent {
		t.Errorf("the second record has the time %s, the first %s", denied, silent)
	}
}
