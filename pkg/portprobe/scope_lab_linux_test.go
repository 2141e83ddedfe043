package portprobe

import (
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"portkit/pkg/cli"
	"portkit/pkg/endpoint"
	"portkit/pkg/internal/lab"
	"portkit/pkg/scope"
)

// world contains the addresses of a lab host and the names of its name server, from
// which random scopes and inputs are made.
type world struct {
	rnd   *rand.Rand
	addrs []netip.Addr
	names lab.Zone
}

// covered is the set of endpoints that an entry of a list applies to.
type covered struct {
	text  string
	addrs []netip.Addr
	name  string
	port  int // 0: all
	proto endpoint.Proto
	both  bool // TCP and UDP, not TCP only
}

func (c *covered) has(a netip.AddrPort, p endpoint.Proto) bool {
	return slices.Contains(c.addrs, a.Addr()) && (c.port == 0 || c.port == int(a.Port()) && (c.both || c.proto == p))
}

var scopePorts = []int{1, 2, 53}

func newWorld(h *lab.Host, seed uint64) *world {
	w := &world{rnd: rand.New(rand.NewPCG(seed, 1)), names: lab.Zone{}}
	for i := range byte(16) {
		w.addrs = append(w.addrs, netip.AddrFrom4([4]byte{10, 201, 0, i}), netip.AddrFrom4([4]byte{10, 202, 0, i}),
			netip.AddrFrom16([16]byte{0: 0xfd, 1: 1, 15: i + 1}))
	}
	for i := range 12 {
		w.names[fmt.Sprintf("n%d.example", i)] = []netip.Addr{w.addr()}
	}
	return w
}

func (w *world) addr() netip.Addr { return w.addrs[w.rnd.IntN(len(w.addrs))] }

func (w *world) name() string { return fmt.Sprintf("n%d.example", w.rnd.IntN(12)) }

// entry returns a random entry of a list.
func (w *world) entry() (c covered) {
	a := w.addr()
	switch w.rnd.IntN(4) {
	case 0:
		c.text, c.addrs = a.String(), []netip.Addr{a}
	case 1:
		p := netip.PrefixFrom(a, a.BitLen()-w.rnd.IntN(5)).Masked()
		c.text = p.String()
		c.addrs = w.where(p.Contains)
	case 2:
		b := w.addr()
		for b.BitLen() != a.BitLen() {
			b = w.addr()
		}
		if b.Less(a) {
			a, b = b, a
		}
		c.text = a.String() + "-" + b.String()
		c.addrs = w.where(func(x netip.Addr) bool { return x.BitLen() == a.BitLen() && !x.Less(a) && !b.Less(x) })
	default:
		c.name = w.name()
		c.text, c.addrs = c.name, w.names[c.name]
	}
	if w.rnd.IntN(3) == 0 {
		w.limit(&c)
	}
	return c
}

func (w *world) where(in func(netip.Addr) bool) (list []netip.Addr) {
	for _, a := range w.addrs {
		if in(a) {
			list = append(list, a)
		}
	}
	return list
}

// limit adds a port to an entry.
func (w *world) limit(c *covered) {
	c.port = scopePorts[w.rnd.IntN(len(scopePorts))]
	port := fmt.Sprint(c.port)
	switch w.rnd.IntN(3) {
	case 0:
		c.both = true
	case 1:
		c.proto, port = endpoint.UDP, port+"/udp"
	default:
		c.proto, port = endpoint.TCP, port+"/tcp"
	}
	if strings.Contains(c.text, ":") {
		c.text = "[" + c.text + "]"
	}
	c.text += ":" + port
}

// rules are the lists of one case, as specified by flags and files.
type rules struct {
	allow, deny [][]covered
	args        []string
	env         map[string]string
}

func (w *world) rules(t *testing.T, dir string) *rules {
	r := &rules{env: map[string]string{}}
	for _, kind := range []struct {
		flag, variable string
		to             *[][]covered
	}{{"--allow", scope.AllowVariable, &r.allow}, {"--deny", scope.DenyVariable, &r.deny}} {
		if w.rnd.IntN(2) == 0 {
			list := w.list(1 + w.rnd.IntN(6))
			for _, c := range list {
				r.args = append(r.args, kind.flag, c.text)
			}
			*kind.to = append(*kind.to, list)
		}
		for range w.rnd.IntN(2) {
			list := w.list(1 + w.rnd.IntN(12))
			r.args = append(r.args, kind.flag+"-file", writeList(t, dir, list))
			*kind.to = append(*kind.to, list)
		}
		if w.rnd.IntN(4) == 0 {
			list := w.list(1 + w.rnd.IntN(12))
			r.env[kind.variable] = writeList(t, dir, list)
			*kind.to = append(*kind.to, list)
		}
	}
	return r
}

func (w *world) list(n int) (list []covered) {
	for range n {
		list = append(list, w.entry())
	}
	return list
}

func writeList(t *testing.T, dir string, list []covered) string {
	t.Helper()
	f, err := os.CreateTemp(dir, "list")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, c := range list {
		fmt.Fprintf(f, "%s # %d addresses\n\n", c.text, len(c.addrs))
	}
	return f.Name()
}

// permit reports whether an endpoint is in scope, by a search through all lists.
func (r *rules) permit(name string, a netip.AddrPort, p endpoint.Proto) bool {
	in := func(list []covered) bool {
		return slices.ContainsFunc(list, func(c covered) bool { return c.has(a, p) })
	}
	named := func(list []covered) bool {
		return slices.ContainsFunc(list, func(c covered) bool { return c.name != "" && c.name == name && c.port == 0 })
	}
	return !slices.ContainsFunc(r.deny, in) && !slices.ContainsFunc(r.deny, named) &&
		!slices.ContainsFunc(r.allow, func(list []covered) bool { return !in(list) })
}

// input returns random inputs, which of them are in scope, and the addresses that may
// receive packets.
func (w *world) input(r *rules, n int) (in string, permitted []bool, reach map[netip.Addr]bool) {
	var b strings.Builder
	reach = map[netip.Addr]bool{}
	for range n {
		a, name := w.addr(), ""
		host := fmt.Sprintf(`"host":"%v"`, a)
		switch w.rnd.IntN(4) {
		case 0:
			name = w.name()
			a = w.names[name][0]
			host = fmt.Sprintf(`"host":%q`, name)
		case 1:
			name = w.name() // the record has both a name and an address
			host = fmt.Sprintf(`"host":%q,"ip":"%v"`, name, a)
		}
		p := endpoint.Proto(w.rnd.IntN(2))
		to := netip.AddrPortFrom(a, uint16(scopePorts[w.rnd.IntN(len(scopePorts))]))
		fmt.Fprintf(&b, `{%s,"port":%d,"proto":"%v"}`+"\n", host, to.Port(), p)
		ok := r.permit(name, to, p)
		permitted = append(permitted, ok)
		reach[a] = reach[a] || ok
	}
	return b.String(), permitted, reach
}

// Random endpoints are probed with random scopes, and a firewall counts the
// packets. Addresses without an endpoint in scope receive none, others receive
// some.
func TestNoPacketLeavesTheScope(t *testing.T) {
	l := lab.New(t)
	h := l.Host("", lab.Own("10.201.0.0/24"), lab.Own("10.202.0.0/24"), lab.Own("fd01::/112"))
	w := newWorld(h, 1)
	resolver := net.DefaultResolver
	net.DefaultResolver = h.NameServer(w.names).Resolver()
	defer func() { net.DefaultResolver = resolver }()
	ledger := l.Ledger()
	before, refused, probed := map[netip.Addr]uint64{}, 0, 0
	for n := range lab.Rounds(1000) {
		r := w.rules(t, t.TempDir())
		in, permitted, reach := w.input(r, 12)
		ran := toolWith(t, cli.IO{
			In: strings.NewReader(in), Args: append(r.args, "-k", "-q"),
			Getenv: func(key string) string { return r.env[key] },
		})
		sent, err := ledger.Read()
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range w.addrs {
			if packets := sent[a] - before[a]; (packets > 0) != reach[a] {
				t.Errorf("case %d: %d packets to %v, permitted: %v", n, packets, a, reach[a])
			}
		}
		before = sent
		list := records(t, ran.out)
		if len(list) != len(permitted) {
			t.Fatalf("case %d: %d records, exit %d: %s", n, len(list), ran.status, ran.err)
		}
		for i, m := range list {
			want := "closed"
			if refused++; permitted[i] {
				refused, probed = refused-1, probed+1
			} else {
				want = "out-of-scope"
			}
			// A local prefix (AnyIP) rejects IPv6 UDP from another of its
			// addresses.
			elsewhere := permitted[i] && m["proto"] == "udp" && m["reason"] == "port-unreach"
			if m["state"] != want && m["reason"] != want && !elsewhere {
				t.Errorf("case %d: %v, want %s", n, m, want)
			}
		}
		if t.Failed() {
			t.Fatalf("args %q, env %v\n%s", r.args, readLists(r), in)
		}
	}
	t.Logf("%d refused, %d probed", refused, probed)
	if refused < lab.Rounds(2000) || probed < lab.Rounds(2000) {
		t.Errorf("%d refused, %d probed: too few of one to prove anything", refused, probed)
	}
}

func readLists(r *rules) (texts []string) {
	for _, name := range append(slices.Clone(r.args), r.env[scope.AllowVariable], r.env[scope.DenyVariable]) {
		if filepath.IsAbs(name) {
			text, _ := os.ReadFile(name)
			texts = append(texts, string(text))
		}
	}
	return texts
}

// Nothing is sent.
func TestInvalidScopeStopsTheRun(t *testing.T) {
	l := lab.New(t)
	h := l.Host("")
	resolver := net.DefaultResolver
	net.DefaultResolver = h.NameServer(lab.Zone{"a.example": {h.Addr()}}).Resolver()
	defer func() { net.DefaultResolver = resolver }()
	ledger := l.Ledger()
	bad := filepath.Join(t.TempDir(), "bad")
	if err := os.WriteFile(bad, []byte("10.0.0.0/8\n10.0.0.0/40\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		env  string
		say  string
	}{
		{[]string{"--allow", "nx.example"}, "", "portprobe: --allow: nx.example has no address: no such host"},
		{[]string{"--deny", "bad.servfail"}, "", "portprobe: --deny: bad.servfail could not be looked up: SERVFAIL by "},
		{[]string{"--deny", "10.0.0.256"}, "", "octet 256"},
		{[]string{"--deny", "10.0.0.1:70000"}, "", "70000"},
		{[]string{"--allow-file", bad}, "", "line 2"},
		{[]string{"--deny-file", bad + ".none"}, "", "no such file"},
		{nil, bad, scope.DenyVariable},
		{nil, bad + ".none", "no such file"},
	} {
		r := toolWith(t, cli.IO{
			In: strings.NewReader(fmt.Sprintf("%v:1\n", h.Addr6())), Args: c.args,
			Getenv: func(key string) string { return map[string]string{scope.DenyVariable: c.env}[key] },
		})
		if r.status != cli.StatusUsage || r.out != "" || !strings.Contains(r.err, c.say) {
			t.Errorf("%v %q: exit %d, %q, %q", c.args, c.env, r.status, r.out, r.err)
		}
	}
	sent, err := ledger.Read()
	if n := sent[h.Addr6()]; err != nil || n != 0 {
		t.Errorf("%v: %d packets were sent", err, n)
	}
}

// The name has another address at each lookup.
func TestNamesInAScopeAreLookedUpOnce(t *testing.T) {
	l := lab.New(t)
	h := l.Host("", lab.Own("10.201.0.0/24"))
	var pool []netip.Addr
	for i := range 7 {
		pool = append(pool, netip.AddrFrom4([4]byte{10, 201, 0, byte(10 + i)}))
	}
	server := h.NameServer(lab.Zone{"pool.rotating": pool})
	resolver := net.DefaultResolver
	net.DefaultResolver = server.Resolver()
	defer func() { net.DefaultResolver = resolver }()
	for range 5 {
		r := toolWith(t, cli.IO{In: strings.NewReader("pool.rotating:22\n"), Args: []string{"--allow", "pool.rotating"}})
		if !strings.Contains(r.out, `"state":"closed"`) {
			t.Errorf("exit %d, %s%s", r.status, r.out, r.err)
		}
	}
	if n := server.Asked("pool.rotating"); n != 5*2 {
		t.Errorf("%d queries, want one of each family in each of five runs", n)
	}
}
