package portgen

import (
	"bytes"
	"context"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"portkit/pkg/cli"
	"portkit/pkg/internal/lab"
	"portkit/pkg/resolve"
)

// answers is a resolver with the addresses of some names.
type answers map[string][]string

func (a answers) LookupNetIP(ctx context.Context, network, host string) (found []netip.Addr, err error) {
	for _, text := range a[resolve.Key(host)] {
		addr := netip.MustParseAddr(text)
		if network == "ip" || network == "ip4" == addr.Is4() {
			found = append(found, addr)
		}
	}
	switch {
	case host == "late.test":
		<-ctx.Done()
		return nil, ctx.Err()
	case host == "mute.test":
		return nil, &net.DNSError{Err: "i/o timeout", Name: host, IsTimeout: true}
	case host == "broken.test":
		return nil, &net.DNSError{Err: "server misbehaving", Name: host, Server: "192.0.2.53:53"}
	case len(found) == 0:
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	return found, nil
}

var known = answers{
	"both.test":    {"192.0.2.10", "2001:db8::10", "192.0.2.11"},
	"four.test":    {"192.0.2.4"},
	"six.test":     {"2001:db8::6"},
	"blocked.test": {"0.0.0.0", "::"},
	"mapped.test":  {"::ffff:192.0.2.7", "192.0.2.7", "0.0.0.0"},
}

// once returns a resolver that makes one attempt for each name.
func once(r resolve.Source) *resolve.Resolver { return resolve.New(r, resolve.Options{Once: true}) }

type outcome struct {
	status   int
	out, err string
}

// run runs a command line, whose arguments are separated by spaces.
func run(in, args string) outcome {
	var out, errs bytes.Buffer
	tool := Tool()
	tool.Command.(*Command).resolver = once(known)
	status := cli.Run(tool, cli.IO{Args: strings.Fields(args), In: strings.NewReader(in), Out: &out, Err: &errs})
	return outcome{status, clockless(out.String()), errs.String()}
}

var clock = regexp.MustCompile(`"time":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"`)

func clockless(s string) string { return clock.ReplaceAllString(s, `"time":"…"`) }

// file writes a file and returns its name.
func file(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestEndpoints uses the short form --plain. TestEmittedRecordsEqualEncodedOnes covers
// records.
func TestEndpoints(t *testing.T) {
	for _, c := range []struct{ args, in, want string }{
		{"192.0.2.7 -p 22,80", "", "192.0.2.7:22 192.0.2.7:80"},
		{"192.0.2.7:443 192.0.2.8 -p 22", "", "192.0.2.7:443 192.0.2.8:22"},
		{"192.0.2.0/30 -p 1", "", "192.0.2.0:1 192.0.2.1:1 192.0.2.2:1 192.0.2.3:1"},
		{"[2001:db8::/127]:22 2001:db8::9 -p 53/udp", "", "[2001:db8::]:22 [2001:db8::1]:22 [2001:db8::9]:53/udp"},
		{"10.0-1.0.1,3 -p 7", "", "10.0.0.1:7 10.0.0.3:7 10.1.0.1:7 10.1.0.3:7"},
		{"host.example fe80::1%eth0 -p 7", "", "host.example:7 [fe80::1%eth0]:7"},
		{"a a -p 2,1,1-2", "", "a:1 a:2 a:1 a:2"},
		{"a -p tcp:80,udp:53,80", "", "a:53/udp a:80 a:80/udp"},
		{"a -p 53 --udp", "", "a:53/udp"},
		{"a -p 53 --udp --tcp", "", "a:53 a:53/udp"},
		{"a -p 65534-", "", "a:65534 a:65535"},
		{"a -p -2", "", "a:1 a:2"},
		{"a -p ssh,https", "", "a:22 a:443"},
		{"a -p 1 -p 2", "", "a:1 a:2"},
		{"a -p 80-84 --exclude-ports 81,83-", "", "a:80 a:82"},
		{"a:80,443 b -p 80 --exclude-ports http", "", "a:443"},
		{"a -p 53,53/udp --exclude-ports 53/udp", "", "a:53"},
		{"a -p 1 --top 1", "", "a:1 a:80"},
		{"a --top 1 --udp --tcp", "", "a:53/udp a:80"},
		{"10.0.0.0/29 -p 1 -x 10.0.0.1,10.0.0.3-10.0.0.6", "", "10.0.0.0:1 10.0.0.2:1 10.0.0.7:1"},
		{"10.0.0.0/29 -p 1 -x 10.0.0.1,3-6 -x 10.0.0.0/31", "", "10.0.0.2:1 10.0.0.7:1"},
		{"10.0.0.1 2001:db8::1 a -p 1 -4", "", "10.0.0.1:1 a:1"},
		{"10.0.0.1 2001:db8::1 a -p 1 -6", "", "[2001:db8::1]:1 a:1"},
		{"both.test -p 1 --resolve first", "", "192.0.2.10:1"},
		{"both.test -p 1 --resolve all", "", "192.0.2.10:1 [2001:db8::10]:1 192.0.2.11:1"},
		{"both.test -p 1 --resolve all -4", "", "192.0.2.10:1 192.0.2.11:1"},
		{"both.test -p 1 --resolve first -6", "", "[2001:db8::10]:1"},
		{"mapped.test -p 1 --resolve all", "", "192.0.2.7:1"},
		{"both.test four.test -p 1 -x 192.0.2.11", "", "192.0.2.10:1 192.0.2.4:1"},
		{"both.test four.test -p 1 -x 192.0.2.10 --resolve first", "", "192.0.2.4:1"},
		{"both.test 192.0.2.8/29 -p 1 -x BOTH.test. --resolve all", "", "192.0.2.8:1 192.0.2.9:1 192.0.2.12:1 192.0.2.13:1 192.0.2.14:1 192.0.2.15:1"},
		{"2001:db8::10/126 -p 1 -x both.test", "", "[2001:db8::11]:1 [2001:db8::12]:1 [2001:db8::13]:1"},
		{"-p 1", "a\n\n# nothing\nb # with ports of -p\nc 2,3 # own\n10.0.0.0/31:9\n", "a:1 b:1 c:2 c:3 10.0.0.0:9 10.0.0.1:9"},
		{"-p 1 -i - z", "\ufeffa\r\nb", "z:1 a:1 b:1"},
		{"", `{"host":"a","ports":[22,"80-81",8e1]}` + "\n" + `{"ip":"10.0.0.0/31","port":"9"}`, "a:22 a:80 a:81 10.0.0.0:9 10.0.0.1:9"},
		{"-p 7", `{"host":"a:8"}` + "\n" + `{"target":"b"}` + "\n" + `{"host":"c","port":9,"ports":"10"}`, "a:8 b:7 c:9 c:10"},
		{"-p 7 --udp", `{"host":"a","port":5,"proto":"tcp"}` + "\n" + `{"host":"b","port":5}` + "\n" + `{"host":"c:6","protocol":"tcp"}` + "\n" + `{"host":"d","proto":"tcp"}`, "a:5 b:5/udp c:6 d:7/udp"},
		{"", `{"host":"a","ip":"10.0.0.9","port":1}` + "\n" + `{"host":"10.0.0.1","ip":"10.0.0.2","port":1}` + "\n" + `{"host":"x","host":"b","port":1,"port":2}`, "10.0.0.9:1 10.0.0.2:1 b:2"},
		{"-x 10.0.0.9 -4", `{"host":"four.test","ip":"10.0.0.9","port":1}` + "\n" + `{"host":"b","ip":"2001:db8::1","port":1}` + "\n" + `{"host":"c","ip":"10.0.0.8","port":1}`, "10.0.0.8:1"},
		{"10.0.0.0/30 -p 1-2 --skip 3 --limit 2", "", "10.0.0.1:2 10.0.0.2:1"},
		{"10.0.0.0/30 -p 1-2 --shard 2/3", "", "10.0.0.0:2 10.0.0.2:1 10.0.0.3:2"},
		{"10.0.0.0/30 -p 1-2 --shard 2/3 --skip 1 --limit 1", "", "10.0.0.2:1"},
		{"a -p 1 --skip 340282366920938463463374607431768211455", "", ""},
		{"a -p 1 --skip 9 --shard 1/18446744073709551615", "", ""},
		{"a -p 1 --limit 0", "", ""},
		{"", "", ""},
		{"0.0.0.0/30 ::/126 -p 1", "", "0.0.0.1:1 0.0.0.2:1 0.0.0.3:1 [::1]:1 [::2]:1 [::3]:1"},
	} {
		got := run(c.in, c.args+" --plain")
		explained := c.want == "" && strings.HasPrefix(got.err, "portgen: no endpoints: ")
		if words := strings.Join(strings.Fields(got.out), " "); words != c.want || got.status != 0 || got.err != "" && !explained {
			t.Errorf("portgen %s < %q\ngot  %s (status %d, %q)\nwant %s", c.args, c.in, words, got.status, got.err, c.want)
		}
		n := run(c.in, c.args+" --plain --count")
		if want := len(strings.Fields(c.want)); strings.TrimSpace(n.out) != num(uint64(want)).String() || n.status != 0 {
			t.Errorf("portgen %s --count: %q, status %d, want %d", c.args, n.out, n.status, want)
		}
	}
}

func TestPortsFiles(t *testing.T) {
	ports := file(t, "ports", "# mine\n80 5\n443 9\n53/udp 7\n25\n")
	for _, c := range []struct{ args, want string }{
		{"--ports-file " + ports, "a:25 a:53/udp a:80 a:443"},
		{"--ports-file " + ports + " --top 1", "a:53/udp a:443"},
		{"--ports-file " + ports + " --top 1 -p 1", "a:1 a:53/udp a:443"},
	} {
		got := run("", "a --plain "+c.args)
		if words := strings.Join(strings.Fields(got.out), " "); words != c.want || got.status != 0 {
			t.Errorf("%s: %s, status %d, want %s", c.args, words, got.status, c.want)
		}
	}
}

// TestInvalidCommandLine: the exit status is 2, and nothing is written.
func TestInvalidCommandLine(t *testing.T) {
	lab.NotRaced(t) // nothing in it is concurrent
	bad := file(t, "exclude", "10.0.0.1\n10.0.0.2 80\n")
	for _, c := range []struct{ args, err string }{
		{"10.0.0.1 10.1 -p 80", `target "10.1": an IPv4 address has four octets, not 2, and digits and dots are never a host name`},
		{"10.0.0.1 1.2.3.256 -p 80", `target "1.2.3.256": octet 256 is outside 0-255`},
		{"10.0.0.1/33 -p 80", `target "10.0.0.1/33": prefix length 33 is outside 0-32`},
		{"192.0.2.9-192.0.2.1 -p 80", `target "192.0.2.9-192.0.2.1": the end of the range is below its start`},
		{"0.0.0.0 -p 80", `target "0.0.0.0": the unspecified address is not a host`},
		{"a b:80", `target "a": no ports given; use -p, --top or TARGET:PORTS`},
		{"a:0", `target "a:0": port 0 is outside 1-65535`},
		{"a: -p 80", `target "a:": no ports after the colon`},
		{"a -p 0", `--ports: port 0 is outside 1-65535`},
		{"a -p 70000", `--ports: port 70000 is outside 1-65535`},
		{"a -p 9-1", `--ports: "9-1" runs backwards; use 1-9`},
		{"a -p nosuchservice", `--ports: unknown service name "nosuchservice"`},
		{"a -p 80 --exclude-ports x/y", `--exclude-ports: "x/y": unknown protocol after the slash; use tcp or udp`},
		{"a --top 0", `--top: 0 is out of range; want a whole number from 1 to 65535`},
		{"a -p 1 --shard 0/4", `--shard: "0/4" is not a shard; want I/N with I from 1 to N, such as 1/4`},
		{"a -p 1 --shard 5/4", `--shard: "5/4" is not a shard; want I/N with I from 1 to N, such as 1/4`},
		{"a -p 1 --shard 1", `--shard: "1" is not a shard; want I/N with I from 1 to N, such as 1/4`},
		{"a -p 1 --skip -1", `--skip: "-1" is not a whole number; want a whole number from 0`},
		{"a -p 1 --limit 1.5", `--limit: "1.5" is not a whole number; want a whole number from 0`},
		{"a -p 1 --limit 340282366920938463463374607431768211456", `--limit: 340282366920938463463374607431768211456 is out of range; want a whole number from 0 below 2^128`},
		{"a -p 1 --seed x", `--seed: "x" is not a whole number from 0 to 18446744073709551615`},
		{"a -p 1 --order random --shard 1/2", `--shard with --order random requires --seed, the same for all shards`},
		{"a -p 1 -4 -6", `--ipv4 and --ipv6 cannot be used together; leave both out for both families`},
		{"a -p 1 --resolve some", `--resolve: "some" is not one of none, first, all`},
		{"a -p 1 -x 10.0.0.1,,b", `--exclude: target "": empty`},
		{"a -p 1 -x 10.0.0.1:80", `--exclude: target "10.0.0.1": an exclusion cannot have ports; use --exclude-ports`},
		{"a -p 1 -x 10.0.0.300", `--exclude: target "10.0.0.300": octet 300 is outside 0-255`},
		{"a -p 1 -x nx.test", `--exclude: nx.test has no address: no such host`},
		{"a -p 1 -x broken.test", `--exclude: broken.test could not be looked up: server misbehaving`},
		{"a -p 1 -x *.*.*.1", `--exclude: the octet pattern expands to more than 1048576 ranges`},
		{"a -p 1 -X /no/such/file", `--exclude-file: /no/such/file: no such file or directory`},
		{"a -p 1 -X " + bad, `--exclude-file: ` + bad + `: line 2: 10.0.0.2 80 is not one target; an exclusion has neither ports nor fields`},
		{"a --ports-file /no/such/file", `--ports-file: /no/such/file: no such file or directory`},
		{"a --ports-file " + bad, `--ports-file: ` + bad + `: line 1: unknown service name "10.0.0.1"`},
		{"::/0 -p- --count", `the targets make 2^128 records or more`},
		{"::/0 -p- --order interleaved", `the targets make 2^128 records or more`},
		{"::/0 -p- --order random", `the targets make 2^128 records or more`},
		{"::/0 ::/0 -p 1 --count", `the targets make 2^128 records or more`},
	} {
		got := run("", c.args)
		if got.status != 2 || got.out != "" || !strings.HasPrefix(got.err, "portgen: "+c.err) {
			t.Errorf("portgen %s\ngot  status %d, %q, %q\nwant status 2 and %q", c.args, got.status, got.out, got.err, c.err)
		}
	}
}

// TestInvalidListLineBecomesARecord: the other lines are unaffected.
func TestInvalidListLineBecomesARecord(t *testing.T) {
	for _, c := range []struct{ args, line, host, msg string }{
		{"", `10.1 80`, ``, `target \"10.1\": an IPv4 address has four octets, not 2, and digits and dots are never a host name`},
		{"", `a`, ``, `target \"a\": no ports given; use -p, --top or TARGET:PORTS`},
		{"", `a 80 443`, ``, `\"443\" is unexpected; a line is TARGET [PORTS] [# comment]`},
		{"", `a:80 443`, ``, `target \"a\" has ports and is followed by ports \"443\"`},
		{"", `a 70000`, ``, `target \"a\": port 70000 is outside 1-65535`},
		{"-p 1", `null`, ``, `null is not a target or an object`},
		{"-p 1", `[`, ``, `a JSON array, not one object per line; convert with jq -c '.[]'`},
		{"-p 1", `http://a/`, ``, `target \"http://a/\": a URL is not a target; use a:80`},
		{"-p 1", `[1,2]`, ``, `target \"1,2\": an IPv4 address has four octets, not 1, and digits and dots are never a host name`},
		{"-p 1", `"a"`, ``, `target \"\\\"a\\\"\": '\"' is not allowed in a host name or address`},
		{"-p 1", `{"host":"a"`, ``, `not valid JSON at byte 12: the object is not closed`},
		{"-p 1", `{"host":"a"} x`, ``, `not valid JSON at byte 14: more text after the value`},
		{"-p 1", strings.Repeat("a", 10<<20), ``, `the line is longer than 1081344 bytes`},
		{"-p 1", `{"host":"a","x":` + strings.Repeat("[", 100000), ``, `not valid JSON at byte 10016: arrays and objects are nested more than 10000 deep`},
		{"-p 1", "a\x00b", ``, `target \"a\\x00b\": '\\x00' is not allowed in a host name or address`},
		{"-p 1", "h\xff", ``, `target \"h\\xff\": not valid UTF-8`},
		{"-p 1", "{\"host\":\"a\",\"x\":\"\xff\"}", ``, `not valid JSON at byte 18: `},
		{"-p 1", `10.0.0.1 host.example`, ``, `target \"10.0.0.1\": unknown service name \"host.example\"`},
		{"-p 1", `{}`, ``, `host is missing; an object requires host or ip`},
		{"-p 1", `{"host":null}`, ``, `host is missing; an object requires host or ip`},
		{"-p 1", `{"host":""}`, ``, `host is missing; an object requires host or ip`},
		{"", `{"host":"a"}`, `"host":"a",`, `no ports given; use -p`},
		{"", `{"host":"a","ports":0}`, `"host":"a",`, `port 0 is outside 1-65535`},
		{"", `{"host":"a","ports":80.5}`, `"host":"a",`, `ports 80.5 is not an integer; want a string, an integer 1-65535, or an array of both`},
		{"", `{"host":"a","ports":null}`, `"host":"a",`, `no ports given; use -p`},
		{"", `{"host":"a","ports":[]}`, `"host":"a",`, `no ports given; use -p`},
		{"", `{"host":"a","ports":["",null," "],"port":""}`, `"host":"a",`, `no ports given; use -p`},
		{"", `{"host":"a","ports":[22,[80]]}`, `"host":"a",`, `ports `},
		{"", `{"host":"a","port":"x y"}`, `"host":"a",`, `\"x y\" is not a port, range or service name`},
		{"", `{"host":"a:1","ports":2}`, ``, `ports are given twice: in host (\"1\") and in the field ports`},
		{"", `{"host":"a","port":1,"proto":"sctp"}`, `"host":"a",`, `proto \"sctp\" is not \"tcp\" or \"udp\"`},
		{"", `{"host":"a","port":0,"proto":"udp"}`, `"host":"a","proto":"udp",`, `port 0 is outside`},
		{"", `{"host":"10.0.0.0/24","ip":"10.0.0.1","port":1}`, `"host":"10.0.0.0/24",`, `host \"10.0.0.0/24\" is more than one address, but ip is one`},
		{"", `{"host":"a","ip":"b","port":1}`, `"host":"a",`, `ip \"b\" is not an address`},
		{"", `{"host":"a","ip":"10.0.0.0/32","port":1}`, `"host":"a",`, `ip \"10.0.0.0/32\" is not an address`},
		{"", `{"host":"a","ip":7,"port":1}`, `"host":"a",`, `ip 7 is not a string`},
	} {
		got := run("x:1\n"+c.line+"\ny:2\n", c.args)
		lines := strings.Split(got.out, "\n")
		if got.status != 1 || len(lines) != 4 || lines[0] != `{"host":"x","port":1,"proto":"tcp"}` || lines[2] != `{"host":"y","port":2,"proto":"tcp"}` {
			t.Errorf("%.99s: status %d, %.999q", c.line, got.status, got.out)
			continue
		}
		if want := `{` + c.host + `"state":"error","reason":"bad-record","time":"…","error":"` + c.msg; !strings.HasPrefix(lines[1], want) || !strings.Contains(lines[1], `,"line":2,"input":"`) {
			t.Errorf("%.99s\ngot  %.999s\nwant %s…", c.line, lines[1], want)
		}
		if !strings.HasPrefix(got.err, "portgen: line 2: ") || strings.Count(got.err, "\n") != 1 {
			t.Errorf("%s: said %q", c.line, got.err)
		}
		if n := run("x:1\n"+c.line+"\ny:2\n", c.args+" --count"); n.out != "3\n" || n.status != 1 {
			t.Errorf("%s: counted %q, status %d", c.line, n.out, n.status)
		}
		if p := run("x:1\n"+c.line+"\ny:2\n", c.args+" --plain"); p.out != "x:1\ny:2\n" || p.status != 1 {
			t.Errorf("%s: plain %q, status %d", c.line, p.out, p.status)
		}
	}
}

func TestUnresolvedNameBecomesARecord(t *testing.T) {
	for _, c := range []struct{ args, host, msg string }{
		{"--resolve first", "nx.test", "has no address: no such host"},
		{"--resolve all -4", "six.test", "has no IPv4 address"},
		{"--resolve all -6", "four.test", "has no IPv6 address"},
		{"-x 10.0.0.1", "nx.test", "has no address: no such host"},
		{"--resolve first", "blocked.test", "is blocked: its address is 0.0.0.0, the reply of a DNS filter or a hosts file"},
		{"--resolve first", "mute.test", "could not be looked up: no reply from the resolver"},
	} {
		got := run(`{"host":"`+c.host+`","owner":"ops","n":0.10}`+"\nboth.test\n", c.args+" -p 1-3 --limit 2")
		said := c.host + " " + c.msg
		want := `{"host":"` + c.host + `","state":"error","reason":"resolve-failed","time":"…","error":"` + said + `","owner":"ops","n":0.10}` + "\n"
		if first, rest, _ := strings.Cut(got.out, "\n"); first+"\n" != want || !strings.HasPrefix(rest, `{"host":"both.test","ip":`) || got.status != 1 {
			t.Errorf("%s %s: status %d\ngot  %swant %s", c.args, c.host, got.status, got.out, want)
		}
		if said != strings.TrimPrefix(strings.TrimSpace(got.err), "portgen: ") {
			t.Errorf("%s %s: said %q", c.args, c.host, got.err)
		}
	}
}

func TestUserFieldsAreKept(t *testing.T) {
	in := `{"owner":"ops","host":"10.0.0.1","ports":"22,80","x":{"a":[1,{"b":null}]},"n":1e400,"m":0.10,"k":1,"k":2,"é":"\u00e9\n","timeout_ms":250, "sp" : [ 1 , 2 ]}` + "\n"
	extra := `"owner":"ops","x":{"a":[1,{"b":null}]},"n":1e400,"m":0.10,"k":1,"k":2,"é":"\u00e9\n","timeout_ms":250,"sp" : [ 1 , 2 ]}` + "\n"
	got := run(in, "")
	want := `{"host":"10.0.0.1","ip":"10.0.0.1","port":22,"proto":"tcp",` + extra + `{"host":"10.0.0.1","ip":"10.0.0.1","port":80,"proto":"tcp",` + extra
	if got.out != want || got.status != 0 || got.err != "" {
		t.Errorf("got  %swant %s%s", got.out, want, got.err)
	}
	again := run(got.out, "")
	if again.out != got.out || again.err != "" {
		t.Errorf("its own output as a list: %s%s", again.out, again.err)
	}
}

func TestHostIsKeptAsWritten(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"2001:DB8:0::1", `{"host":"2001:DB8:0::1","ip":"2001:db8::1",`},
		{"[2001:DB8::1]:1", `{"host":"2001:DB8::1","ip":"2001:db8::1",`},
		{"::ffff:192.0.2.1", `{"host":"::ffff:192.0.2.1","ip":"192.0.2.1",`},
		{"2001:DB8::1/128", `{"host":"2001:db8::1","ip":"2001:db8::1",`},
		{"2001:DB8::1-2001:DB8::1", `{"host":"2001:db8::1","ip":"2001:db8::1",`},
		{"192.0.2.1-1", `{"host":"192.0.2.1","ip":"192.0.2.1",`},
		{"fe80::1%br-1-fe80::1%br-1", `{"host":"fe80::1%br-1","ip":"fe80::1%br-1",`},
		{"Host.Example", `{"host":"Host.Example",`},
		{`{"host":"Both.Test","ip":"2001:DB8::1"}`, `{"host":"Both.Test","ip":"2001:db8::1",`},
		{`{"host":"10.0.0.1","ip":"10.0.0.2"}`, `{"host":"10.0.0.1","ip":"10.0.0.2",`},
	} {
		if got := run(c.in, "-p 1"); got.out != c.want+`"port":1,"proto":"tcp"}`+"\n" {
			t.Errorf("%s: %s%s", c.in, got.out, got.err)
		}
	}
}

func TestUserFieldsNamedLikeResultFieldsAreRenamed(t *testing.T) {
	in := `{"host":"a","state":"open","t\u0069me" : 7,"list_x":1}` + "\n" + `{"host":"b","error":null,"line":3}` + "\n"
	got := run(in, "-p 1")
	want := `{"host":"a","port":1,"proto":"tcp","list_state":"open","list_t\u0069me" : 7,"list_x":1}` + "\n" + `{"host":"b","port":1,"proto":"tcp","list_error":null,"list_line":3}` + "\n"
	said := "portgen: the list has fields that bear the name of a result's: they pass on with list_ before it, as list_state\n"
	if got.out != want || got.err != said || got.status != 0 {
		t.Errorf("status %d\ngot  %swant %ssaid %s", got.status, got.out, want, got.err)
	}
}

func TestPortAfterACommaIsReportedOnce(t *testing.T) {
	got := run("192.0.2.1,22\n192.0.2.3,80\n", "-p 1 --plain")
	want := "192.0.2.1:1\n192.0.2.22:1\n192.0.2.3:1\n192.0.2.80:1\n"
	said := "portgen: 192.0.2.1,22 means two addresses; in a list, ports follow after a blank or a colon\n"
	if got.out != want || got.err != said || got.status != 0 {
		t.Errorf("status %d\ngot  %swant %ssaid %s", got.status, got.out, want, got.err)
	}
	for _, in := range []string{"192.0.2.1,22 80", "192.0.2.1,22:80", "192.0.2.1,3-4", "192.0.2,3.1,4", "192.0.2.1"} {
		if got := run(in, "-p 1"); got.err != "" {
			t.Errorf("%s: %s", in, got.err)
		}
	}
}

// TestExclusionsAddUp: of flags and files, addresses and names.
func TestExclusionsAddUp(t *testing.T) {
	x := file(t, "x", "# the printers\n10.0.0.8/29\r\n\n10.0.0.1 # gateway\nboth.test\n")
	got := run("", "10.0.0.0/28 192.0.2.10/31 -p 1 --plain -x 10.0.0.0 -X "+x)
	if want := "10.0.0.2:1\n10.0.0.3:1\n10.0.0.4:1\n10.0.0.5:1\n10.0.0.6:1\n10.0.0.7:1\n"; got.out != want || got.status != 0 {
		t.Errorf("status %d, %s%s", got.status, got.out, got.err)
	}
}

func TestSeedDeterminesTheOrder(t *testing.T) {
	a, b := run("", "10.0.0.0/24 -p 1 --order random -v"), run("", "10.0.0.0/24 -p 1 --order random -v")
	if a.out == b.out || len(a.out) != len(b.out) {
		t.Error("two runs without a seed have one order")
	}
	seed := regexp.MustCompile(`--seed (\d+)`).FindString(a.err)
	if again := run("", "10.0.0.0/24 -p 1 --order random "+seed); again.out != a.out || again.err != "" {
		t.Errorf("%s does not repeat the run; said %q", seed, again.err)
	}
}
