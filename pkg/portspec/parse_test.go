package portspec_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"portkit/pkg/endpoint"
	"portkit/pkg/portspec"
	"portkit/pkg/service"
)

const tcp, udp = endpoint.TCP, endpoint.UDP

var (
	onlyTCP = []endpoint.Proto{tcp}
	onlyUDP = []endpoint.Proto{udp}
	both    = []endpoint.Proto{tcp, udp}
)

// parsed are valid specs and the resulting sets as of String.
var parsed = []struct {
	spec string
	def  []endpoint.Proto
	want string
}{
	{"80", nil, "tcp:80"},
	{"22,80-90,443", onlyTCP, "tcp:22,80-90,443"},
	{"443,80-90,22", onlyTCP, "tcp:22,80-90,443"},
	{"80", onlyUDP, "udp:80"},
	{"80", both, "tcp:80,udp:80"},
	{"-", onlyTCP, "tcp:1-65535"},
	{"-", both, "tcp:1-65535,udp:1-65535"},
	{"1-", onlyTCP, "tcp:1-65535"},
	{"-1024", onlyTCP, "tcp:1-1024"},
	{"65535", onlyTCP, "tcp:65535"},
	{"65000-", onlyTCP, "tcp:65000-65535"},
	{"80,80,79-81,80-", onlyTCP, "tcp:79-65535"},
	{"80,81,82,84", onlyTCP, "tcp:80-82,84"},
	{"007", onlyTCP, "tcp:7"},
	{"53/udp", onlyTCP, "udp:53"},
	{"53/udp,80", onlyTCP, "tcp:80,udp:53"},
	{"53/UDP , 80/Tcp", onlyUDP, "tcp:80,udp:53"},
	{"1-100/udp,22", onlyTCP, "tcp:22,udp:1-100"},
	{"-/udp", onlyTCP, "udp:1-65535"},
	{"53/udp", both, "udp:53"},
	{"tcp:80,udp:53", onlyTCP, "tcp:80,udp:53"},
	{"T:80,443,U:53,161", onlyTCP, "tcp:80,443,udp:53,161"},
	{"U:53,T:21-25,80,139", onlyTCP, "tcp:21-25,80,139,udp:53"},
	{"22,U:53", both, "tcp:22,udp:22,53"},
	{"t:80,u:53,67-68", onlyTCP, "tcp:80,udp:53,67-68"},
	{"U:53,80/tcp,161", onlyTCP, "tcp:80,udp:53,161"},
	{" 22 ,\t80 , 443 ", onlyTCP, "tcp:22,80,443"},
	{"T: 80, 443", onlyTCP, "tcp:80,443"},
	{"ssh", onlyTCP, "tcp:22"},
	{"all", onlyTCP, "tcp:1-65535"},
	{"All/udp,22", onlyTCP, "tcp:22,udp:1-65535"},
	{"U:all", onlyTCP, "udp:1-65535"},
	{"dns", both, "tcp:53,udp:53"},
	{"gtp,nat-pmp", onlyUDP, "udp:2123,2152,5351"},
	{"1-64,100-163,64-100", onlyTCP, "tcp:1-163"},
	{"100,1-64,5/udp", both, "tcp:1-64,100,udp:1-64,100"},
	{"63-64", both, "tcp:63-64,udp:63-64"},
	{"32-95,31,96,4095-4096", onlyUDP, "udp:31-96,4095-4096"},
	{"SSH", both, "tcp:22,udp:22"},
	{"ssh/udp", onlyTCP, "udp:22"},
	{"U:ssh", onlyTCP, "udp:22"},
	{"http", onlyTCP, "tcp:80"},
	{"www,postgres", onlyTCP, "tcp:80,5432"},
	{"wireguard/udp", onlyTCP, "udp:51820"},
	{"wireguard", both, "udp:51820"},
	{"wireguard", onlyUDP, "udp:51820"},
	{"syslog/udp,shell", onlyTCP, "tcp:514,udp:514"},
	{"ssh,8000-8002,domain/udp", onlyTCP, "tcp:22,8000-8002,udp:53"},
	{"3com-tsmux", onlyTCP, "tcp:106"},
	{"imap?", onlyTCP, "tcp:143,220,993"},
	{"kube-*", onlyTCP, "tcp:6443,10256-10257,10259"},
}

// rejected are invalid specs and their errors.
var rejected = []struct {
	spec string
	want string
}{
	{"", "no ports given"},
	{"  ", "no ports given"},
	{"22,,80", `item 2 of "22,,80" is empty`},
	{"22,", `item 2 of "22," is empty`},
	{",", `item 1 of "," is empty`},
	{"22\u201380", `(U+2013) is not '-'; type 22-80`},
	{"80\uff0c443", `(U+FF0C) is not ','; type 80,443`},
	{"\uff18\uff10", `(U+FF18) is not '8'; type 80`},
	{"/24", `"/24" is a prefix length, not a port; write it right after the address`},
	{"0", "port 0 is outside 1-65535"},
	{"65536", "port 65536 is outside 1-65535"},
	{"22,99999999999999999999", "port 99999999999999999999 is outside 1-65535"},
	{"0-100", `"0-100": port 0 is outside 1-65535`},
	{"1-65536", `"1-65536": port 65536 is outside 1-65535`},
	{"90-80", `"90-80" runs backwards; use 80-90`},
	{"1-2-3", `"1-2-3" is not a port range`},
	{"--5", `"--5" is not a port range`},
	{"80/sctp", `"80/sctp": unknown protocol after the slash; use tcp or udp`},
	{"80/", `"80/": unknown protocol after the slash; use tcp or udp`},
	{"/udp", `"/udp": no port before the slash`},
	{"80/tcp/udp", `"80/tcp/udp": unknown protocol after the slash; use tcp or udp`},
	{"S:80", `"S:80": unknown protocol before the colon; use tcp, udp, T or U`},
	{"T:U:80", `"U:80" is not a port, range or service name`},
	{"T:", `"T:": no port after the colon`},
	{"T:,80", `"T:": no port after the colon`},
	{"22 80", `"22 80" is not a port, range or service name; separate ports with commas`},
	{"22;80", `"22;80" is not a port`},
	{"[1-1024]", `"[1-1024]" is not a port`},
	{"no-such-service", `unknown service name "no-such-service"`},
	{"zzz*", `unknown service name "zzz*"`},
	{"wireguard", `"wireguard" is registered only for udp; use wireguard/udp`},
	{"U:redis", `"redis" is registered only for tcp; use redis/tcp`},
	{"80.5", `unknown service name "80.5"`},
	{strings.Repeat("x", 5000), "xxx…"},
	{"\xff", `"\xff" is not a port`},
}

func TestParse(t *testing.T) {
	names := service.Load()
	for _, c := range parsed {
		got, err := portspec.Parse(c.spec, c.def, names)
		if err != nil || got.String() != c.want {
			t.Errorf("Parse(%q, %v) = %v, %v; want %v", c.spec, c.def, got, err, c.want)
		}
	}
}

func TestParseRejects(t *testing.T) {
	names := service.Load()
	for _, c := range rejected {
		got, err := portspec.Parse(c.spec, onlyTCP, names)
		if err == nil || !strings.Contains(err.Error(), c.want) || len(err.Error()) > 200 || got.Len() > 0 {
			t.Errorf("Parse(%q) = %v, %v; want an error that says %s", c.spec, got, err, c.want)
		}
	}
}

func TestNamesRequireServices(t *testing.T) {
	if _, err := portspec.Parse("ssh", nil, nil); err == nil {
		t.Error("a name was read without a registry")
	}
	if s, err := portspec.Parse("22", nil, nil); err != nil || s.Len() != 1 {
		t.Errorf("a number without a registry gives %v, %v", s, err)
	}
}

// TestParseReversesString: the result does not depend on the default protocols.
func TestParseReversesString(t *testing.T) {
	word := rapid.StringMatching(`(T:|U:|tcp:)?([1-9][0-9]{0,3}|[1-9][0-9]{0,3}-|-[1-9][0-9]{0,3}|-)(/udp|/tcp)?`)
	rapid.Check(t, func(t *rapid.T) {
		spec := strings.Join(rapid.SliceOfN(word, 1, 8).Draw(t, "items"), ",")
		def := rapid.SampledFrom([][]endpoint.Proto{onlyTCP, onlyUDP, both}).Draw(t, "def")
		set, err := portspec.Parse(spec, def, nil)
		if err != nil {
			t.Fatalf("Parse(%q): %v", spec, err)
		}
		again, err := portspec.Parse(set.String(), onlyUDP, nil)
		if err != nil || again.String() != set.String() || again.Len() != set.Len() {
			t.Fatalf("%q is %v, read back %v, %v", spec, set, again, err)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, c := range parsed {
		f.Add(c.spec)
	}
	for _, c := range rejected {
		f.Add(c.spec)
	}
	names := service.Load()
	f.Fuzz(func(t *testing.T, spec string) {
		set, err := portspec.Parse(spec, both, names)
		if err != nil {
			if msg := err.Error(); len(msg) > 1000 || strings.ContainsAny(msg, "\n\r\x1b") {
				t.Errorf("Parse(%q): the error is no line for a person: %q", spec, msg)
			}
			return
		}
		again, err := portspec.Parse(set.String(), nil, nil)
		if set.Len() == 0 || err != nil || again.String() != set.String() {
			t.Errorf("Parse(%q) = %v, read back %v, %v", spec, set, again, err)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	names := service.Load()
	for _, spec := range []string{"22,80,443", "-", "ssh,http*"} {
		b.Run(spec, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := portspec.Parse(spec, onlyTCP, names); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func TestParseLabeled(t *testing.T) {
	for spec, want := range map[string]string{
		"22=ssh,443":                  "tcp:22,443 tcp:22=ssh",
		"22= a:b =c ,22=d":            "tcp:22 tcp:22=a:b =c tcp:22=d",
		"U:53=dns,161,T:80=http,8080": "tcp:80,8080,udp:53,161 udp:53=dns tcp:80=http",
		"udp:53,161=snmp,5/tcp=x":     "tcp:5,udp:53,161 udp:161=snmp tcp:5=x",
		"8000-8003=http,domain=":      "tcp:53,8000-8003 tcp:8000-8003=http tcp:53=",
		"-=x,22=y":                    "tcp:1-65535 tcp:1-65535=x tcp:22=y",
	} {
		all, labeled, err := portspec.ParseLabeled(spec, onlyTCP, service.Load())
		got := all.String()
		for _, l := range labeled {
			got += " " + l.Ports.String() + "=" + l.Label
		}
		if err != nil || got != want {
			t.Errorf("%s: %s, %v, want %s", spec, got, err, want)
		}
	}
	for _, spec := range []string{"=ssh", "22,", "22=ssh,,23", "x:22=ssh", ""} {
		if _, _, err := portspec.ParseLabeled(spec, onlyTCP, service.Load()); err == nil {
			t.Errorf("%q: no error", spec)
		}
	}
	if _, err := portspec.Parse("22=ssh", onlyTCP, nil); err == nil {
		t.Error("Parse accepts a label")
	}
}
