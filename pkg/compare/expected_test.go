package compare

import (
	"bytes"
	"cmp"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"

	godiff "github.com/google/go-cmp/cmp"

	"portkit/pkg/endpoint"
	"portkit/pkg/internal/lab"
	"portkit/pkg/portspec"
	"portkit/pkg/resolve"
	"portkit/pkg/target"
)

// want returns the Expected of lines "TARGET PORTS".
func want(t testing.TB, lines ...string) *Expected {
	t.Helper()
	e := &Expected{}
	for _, line := range lines {
		if err := add(e, line); err != nil {
			t.Fatal(err)
		}
	}
	return e
}

func add(e *Expected, line string) error {
	word, spec, _ := strings.Cut(line, " ")
	to, err := target.Parse(word)
	if err != nil {
		return err
	}
	ports, err := portspec.Parse(spec, nil, nil)
	if err != nil {
		return err
	}
	return e.Add(to, ports)
}

func expected(t testing.TB, e *Expected, results string, o Options) string {
	t.Helper()
	var out bytes.Buffer
	if _, err := Expect(e, source("RESULTS", results), o, &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// The lines of the oracle's files, and what they expect.
var expectLines = []struct {
	line string
	ids  []string // endpoints' hosts
}{
	{"192.0.2.9", []string{"192.0.2.9"}},
	{"192.0.2.8/30", []string{"192.0.2.8", "192.0.2.9", "192.0.2.10", "192.0.2.11"}},
	{"192.0.2.10-12", []string{"192.0.2.10", "192.0.2.11", "192.0.2.12"}},
	{"2001:db8::/127", []string{"2001:db8::", "2001:db8::1"}},
	{"fe80::1%eth0", []string{"fe80::1%eth0"}},
	{"www.example", []string{"www.example"}},
	{"www.EXAMPLE.", []string{"www.example"}},
	{"nowhere.example", []string{"nowhere.example"}},
	{"never.example", []string{"never.example"}},
}

var expectPorts = []struct {
	spec  string
	ports []string
}{
	{"3", []string{"0 00003"}},
	{"1-2,7", []string{"0 00001", "0 00002", "0 00007"}},
	{"5/udp", []string{"1 00005"}},
	{"4,6/udp", []string{"0 00004", "1 00006"}},
}

// idWanted identifies an endpoint for a comparison with expectations.
func idWanted(a answer) string { return cmp.Or(a.ip, resolve.Key(a.host)) }

func idName(a answer) string { return resolve.Key(a.host) }

func TestExpectAgainstOracle(t *testing.T) {
	lab.NotRaced(t) // takes long; other tests race the same code
	for seed := range uint64(100) {
		rnd := rand.New(rand.NewPCG(seed, 7))
		e := &Expected{}
		open := map[string]bool{} // endpoints
		for range rnd.IntN(5) {
			l, p := expectLines[rnd.IntN(len(expectLines))], expectPorts[rnd.IntN(len(expectPorts))]
			if err := add(e, l.line+" "+p.spec); err != nil {
				t.Fatal(err)
			}
			for _, id := range l.ids {
				for _, port := range p.ports {
					open[place(id)+"\x00"+port] = true
				}
			}
		}
		results := randomScan(rnd, rnd.IntN(200))
		for _, all := range []bool{false, true} {
			want := expectOracle(open, results, all)
			for _, memory := range []int{0, 2000} {
				got := short(expected(t, e, results.text(), Options{All: all, Memory: memory}))
				if diff := godiff.Diff(want, got); diff != "" {
					t.Fatalf("seed %d, all %v, memory %d (- want, + got):\n%s", seed, all, memory, diff)
				}
			}
		}
	}
}

// expectOracle compares each endpoint with the file, and returns the changes in
// short.
func expectOracle(open map[string]bool, results scan, all bool) (lines []string) {
	byAddr := results.standing(idWanted)
	byName := scan{answers: slices.DeleteFunc(slices.Clone(results.answers), func(a answer) bool { return a.ip == "" })}.standing(idName)
	named := map[string]bool{} // endpoints of addresses that are checked under a name
	for _, a := range results.answers {
		name := place(idName(a)) + fmt.Sprintf("\x00%d %05d", a.proto, a.port)
		if a.ip != "" && open[name] && a.state == byAddr[place(a.ip)+name[strings.IndexByte(name, 0):]].state {
			named[place(a.ip)+name[strings.IndexByte(name, 0):]] = true
		}
	}
	keys := map[string]bool{}
	for key := range open {
		keys[key] = true
	}
	for key := range byAddr {
		keys[key] = true
	}
	for key := range keys {
		var before endpoint.State
		if open[key] {
			before = endpoint.Open
		}
		after := byAddr[key]
		if named, ok := byName[key]; ok && strings.HasPrefix(key, "7 ") && (after.state == 0 || named.better(after, nil)) {
			after = named
		}
		change := oracleChange(before, after.known())
		if change == "" || before == 0 && named[key] || after.state != endpoint.Open && before == 0 && !all {
			continue
		}
		lines = append(lines, fmt.Sprintf("%s %s %s", key[strings.IndexByte(key, 0)+1:], change, orNull(after.state)))
	}
	slices.Sort(lines)
	return lines
}

// short returns a change record as the oracle does.
func short(records string) (lines []string) {
	for line := range strings.Lines(records) {
		var port int
		var proto, change, old, new string
		_, rest, _ := strings.Cut(line, `"port":`)
		fmt.Sscanf(strings.NewReplacer(",", " ", ":", " ", `"`, "", "}", " ").Replace(rest), "%d proto %s change %s old %s new %s", &port, &proto, &change, &old, &new)
		p, _ := endpoint.ParseProto(proto)
		s, _ := endpoint.ParseState(new)
		lines = append(lines, fmt.Sprintf("%d %05d %s %s", p, port, change, orNull(s)))
	}
	slices.Sort(lines)
	return lines
}

func TestExpect(t *testing.T) {
	e := want(t, "10.0.0.0/30 22,53/udp", "db.example 5432", "10.0.0.3 443")
	results := `{"ip":"10.0.0.0","port":22,"state":"error","reason":"not-unicast"}
{"ip":"10.0.0.1","port":22,"state":"open"}
{"ip":"10.0.0.1","port":53,"proto":"udp","state":"open|filtered"}
{"ip":"10.0.0.1","port":80,"state":"open","owner":"web"}
{"ip":"10.0.0.1","port":81,"state":"closed"}
{"host":"DB.example","ip":"10.9.9.9","port":5432,"state":"open"}
{"host":"db.example","ip":"10.9.9.9","port":22,"state":"open"}
{"host":"www.example","ip":"10.0.0.2","port":22,"state":"closed"}
{"kind":"summary","ip":"10.0.0.3","open":[53,443],"filtered":"1-22","proto":"tcp"}
`
	got := expected(t, e, results, Options{})
	want := `{"host":"10.0.0.0","ip":"10.0.0.0","port":22,"proto":"tcp","change":"unknown","old":"open","new":"error","state":"error","reason":"not-unicast"}
{"host":"10.0.0.0","ip":"10.0.0.0","port":53,"proto":"udp","change":"removed","old":"open","new":null}
{"host":"10.0.0.1","ip":"10.0.0.1","port":80,"proto":"tcp","change":"added","old":null,"new":"open","state":"open","owner":"web"}
{"host":"10.0.0.1","ip":"10.0.0.1","port":53,"proto":"udp","change":"changed","old":"open","new":"open|filtered","state":"open|filtered"}
{"host":"www.example","ip":"10.0.0.2","port":22,"proto":"tcp","change":"closed","old":"open","new":"closed","state":"closed"}
{"host":"10.0.0.2","ip":"10.0.0.2","port":53,"proto":"udp","change":"removed","old":"open","new":null}
{"host":"10.0.0.3","ip":"10.0.0.3","port":22,"proto":"tcp","change":"closed","old":"open","new":"filtered","state":"filtered"}
{"host":"10.0.0.3","ip":"10.0.0.3","port":53,"proto":"tcp","change":"added","old":null,"new":"open","state":"open"}
{"host":"10.0.0.3","ip":"10.0.0.3","port":53,"proto":"udp","change":"removed","old":"open","new":null}
{"host":"db.example","ip":"10.9.9.9","port":22,"proto":"tcp","change":"added","old":null,"new":"open","state":"open"}
`
	if diff := godiff.Diff(want, got); diff != "" {
		t.Errorf("- want, + got:\n%s", diff)
	}
	if got := expected(t, &Expected{}, "", Options{}); got != "" {
		t.Errorf("nothing expected of nothing: %s", got)
	}
}

func TestMaxExpected(t *testing.T) {
	for _, c := range []struct {
		lines []string
		ok    bool
	}{
		{[]string{"10.0.0.0/8 1-16"}, true},
		{[]string{"10.0.0.0/8 1-17"}, false},
		{[]string{"10.0.0.0/8 1-8", "11.0.0.0/8 1-8"}, true},
		{[]string{"10.0.0.0/8 1-8", "11.0.0.0/8 1-8", "a.example 1"}, false},
		{[]string{"0.0.0.0/0 22"}, false},
		{[]string{"2001:db8::/64 22"}, false},
		{[]string{"::/0 -"}, false},
		{[]string{"2001:db8::/100 22"}, true},
	} {
		e := &Expected{}
		var err error
		for _, line := range c.lines {
			err = cmp.Or(err, add(e, line))
		}
		if c.ok != (err == nil) {
			t.Errorf("%q: %v", c.lines, err)
		}
	}
}

// TestKeys checks that keys sort as hosts are listed, and that hosts and addresses
// can be read back from them.
func TestKeys(t *testing.T) {
	var k keyer
	var all [][]byte
	for _, host := range []string{
		"0.0.0.9", "9.9.9.9", "::ffff:9.9.9.9", "10.0.0.1", "192.0.2.1", "::1", "2001:db8::1", "2001:DB8::1",
		"2001:db8:0::1", "fe80::1", "fe80::1%a", "fe80::1%b", "FE80::1%a", "", "1.2.3", "1.2.3.4.5", "a", "a.example", "b", "fe80",
		"not an address: at all", "\x00",
	} {
		addr, err := netip.ParseAddr(host)
		if err != nil {
			addr = netip.Addr{}
		}
		for _, asked := range []netip.Addr{addr.Unmap(), {}, netip.MustParseAddr("192.0.2.200")} {
			key := k.host(nil, []byte(host), asked)
			if got, a := splitKey(key); string(got) != host || a != addr.Unmap() {
				t.Errorf("%q asked at %v comes back as %q, %v", host, asked, got, a)
			}
			all = append(all, key)
		}
	}
	for _, a := range all {
		for _, b := range all {
			pa, pb := prefix(a, endpoint.UDP, 65535), prefix(b, endpoint.TCP, 1)
			if order := bytes.Compare(a, b); order < 0 && pa > pb {
				t.Errorf("%x before %x, but %x behind %x", a, b, pa, pb)
			}
		}
	}
	if !slices.IsSortedFunc(all[:3*13], func(a, b []byte) int {
		if bytes.Equal(a[:min(len(a), 17)], b[:min(len(b), 17)]) {
			return 0 // spellings of one address, by their bytes
		}
		return bytes.Compare(a, b)
	}) {
		t.Error("the addresses are not in order")
	}
}
