package payload

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
)

func TestFor(t *testing.T) {
	for _, c := range []struct {
		port uint16
		want string
	}{
		{53, "dns dns "},
		{443, "quic dtls "},
		{853, "quic dtls "},
		{5353, "mdns mdns dns "},
		{623, "ipmi rmcp "},
		{5351, "nat-pmp pcp "},
		{514, ""},
		{1, ""},
		{65535, ""},
	} {
		var apps []string
		for _, r := range For(c.port) {
			apps = append(apps, r.App)
		}
		if got := strings.Join(apps, " "); got != c.want {
			t.Errorf("For(%d) = %q, want %q", c.port, got, c.want)
		}
	}
	for port := range 1 << 16 {
		all := For(uint16(port))
		last := all[len(all)-1]
		if last.App != "" || len(last.Build(nil, Query{})) != 0 || last.Match([]byte("x"), Query{}) {
			t.Fatalf("port %d does not end with the empty datagram", port)
		}
		for _, r := range all[:len(all)-1] {
			if r.App == "" || !slices.Contains(r.Ports, uint16(port)) {
				t.Errorf("port %d is asked %q, of ports %v", port, r.App, r.Ports)
			}
		}
	}
}

func TestSilentPortsGetTheEmptyDatagramOnly(t *testing.T) {
	for _, m := range Silent() {
		if m.Name == "" || !strings.HasSuffix(m.Why, ".") || len(m.Ports) == 0 {
			t.Errorf("%+v lacks something", m)
		}
		for _, p := range m.Ports {
			if n := len(For(p)); n != 1 {
				t.Errorf("%s is silent, but port %d has %d requests", m.Name, p, n)
			}
		}
	}
	if !slices.IsSortedFunc(Silent(), func(a, b SilentService) int { return int(a.Ports[0]) - int(b.Ports[0]) }) {
		t.Error("Silent is not in the order of ports")
	}
}

func TestRequestsAreComplete(t *testing.T) {
	for _, r := range All() {
		if r.App == "" || len(r.Ports) == 0 || r.Build == nil || r.Match == nil || r.Source == "" {
			t.Errorf("%s of %v lacks something", r.App, r.Ports)
		}
		if r.Large && r.Note == "" || r.Note != "" && !strings.HasSuffix(r.Note, ".") {
			t.Errorf("%s: its note is no sentence: %q", r.App, r.Note)
		}
		sorted := slices.Clone(r.Ports)
		slices.Sort(sorted)
		if len(slices.Compact(sorted)) != len(r.Ports) {
			t.Errorf("%s has a port twice: %v", r.App, r.Ports)
		}
	}
}

// TestLargeRepliesAreMarked logs the size of each request and of its largest reply.
func TestLargeRepliesAreMarked(t *testing.T) {
	longest := map[string]int{}
	answers := goldens(t)
	for _, r := range All() {
		for _, g := range answers {
			size := len(r.Build(nil, g.q))
			if size > MaxSize {
				t.Errorf("%s: %d bytes", r.App, size)
			}
			if g.asked.Source == r.Source && g.asked.App == r.App {
				longest[r.App] = max(longest[r.App], len(g.answer))
				if !r.Large && len(g.answer) >= 10*size {
					t.Errorf("%s: %d bytes for %d, and the table does not say that it is large", g.name, len(g.answer), size)
				}
			}
		}
		t.Logf("%-15s %4d bytes, answer of %4d, large: %v", r.App, len(r.Build(nil, answers[0].q)), longest[r.App], r.Large)
	}
}

// TestRequestDependsOnTheTokenOnly: a request is appended, and changes with the token
// if the protocol has room for an id.
func TestRequestDependsOnTheTokenOnly(t *testing.T) {
	fixed := []string{"daytime", "time", "nat-pmp", "pcp", "xdmcp", "ssdp", "mssql-browser", "a2s", "mqtt-sn", "knxnet", "kpasswd"}
	for _, to := range []string{"192.0.2.7:99", "[2001:db8::7]:99", "[::ffff:192.0.2.7]:99", "[fe80::7%eth0]:99"} {
		q := Query{To: netip.MustParseAddrPort(to), Token: 41}
		other := Query{To: q.To, Token: 42}
		for _, r := range All() {
			one := string(r.Build(nil, q))
			if got := string(r.Build([]byte("before"), q)); got != "before"+one {
				t.Errorf("%s: %q, then %q", r.App, one, got)
			}
			if same := one == string(r.Build(nil, other)); same != slices.Contains(fixed, r.App) {
				t.Errorf("%s: another token makes the same request: %v", r.App, same)
			}
			if strings.Contains(one, "eth0") {
				t.Errorf("%s tells the zone: %q", r.App, one)
			}
		}
	}
}
