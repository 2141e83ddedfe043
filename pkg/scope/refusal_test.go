package scope

import (
	"net/netip"
	"strings"
	"testing"

	"portkit/pkg/endpoint"
	"portkit/pkg/resolve"
	"portkit/pkg/service"
)

func TestRefusal(t *testing.T) {
	deny := newSet(t, "10.77.0.16/28", "10.0-1.0.1", "192.0.2.1:22,80", "10.77.0.0/16:53/udp", "DB.example", "fe80::1%eth0")
	deny.What = "--deny"
	lines, err := ReadFile(strings.NewReader("# ours\n10.0.0.0/8\n172.16.0.0/12 443\n192.0.2.0/24\n2001:db8::/32\n"), "allow.txt")
	if err != nil {
		t.Fatal(err)
	}
	allow, err := NewSet(t.Context(), lines, Options{Resolver: resolve.New(known, resolve.Options{Once: true}), Services: service.Load()})
	if err != nil {
		t.Fatal(err)
	}
	allow.What, allow.File = "--allow-file", "allow.txt"
	office, err := NewSet(t.Context(), lines, Options{Resolver: resolve.New(known, resolve.Options{Once: true}), Services: service.Load()})
	if err != nil {
		t.Fatal(err)
	}
	office.What, office.File = "PORTKIT_DENY_FILE", "allow.txt"
	both := Scope{Deny: []*Set{deny}, Allow: []*Set{allow}}
	files := Scope{Deny: []*Set{office}}
	for _, c := range []struct {
		scope *Scope
		addr  string
		p     endpoint.Proto
		want  string
	}{
		{&both, "10.77.0.20:1", endpoint.TCP, "10.77.0.20 is denied by --deny 10.77.0.16/28"},
		{&both, "10.77.0.15:1", endpoint.TCP, ""},
		{&both, "10.77.0.15:53", endpoint.UDP, "port 53/udp of 10.77.0.15 is denied by --deny 10.77.0.0/16:53/udp"},
		{&both, "10.1.0.1:1", endpoint.TCP, "10.1.0.1 is denied by --deny 10.0-1.0.1"},
		{&both, "192.0.2.1:80", endpoint.TCP, "port 80/tcp of 192.0.2.1 is denied by --deny 192.0.2.1:22,80"},
		{&both, "10.9.0.1:9", endpoint.TCP, "10.9.0.1 is denied by --deny DB.example"},
		{&both, "[fe80::1%eth0]:9", endpoint.TCP, "fe80::1%eth0 is denied by --deny fe80::1%eth0"},
		{&both, "172.16.0.1:80", endpoint.TCP, "port 80/tcp of 172.16.0.1 is not in --allow-file allow.txt"},
		{&files, "[2001:db8::7]:80", endpoint.TCP, "2001:db8::7 is denied by PORTKIT_DENY_FILE allow.txt: line 5: 2001:db8::/32"},
		{&files, "172.16.0.1:443", endpoint.TCP, "port 443/tcp of 172.16.0.1 is denied by PORTKIT_DENY_FILE allow.txt: line 3: 172.16.0.0/12 443"},
		{&files, "172.16.0.1:444", endpoint.TCP, ""},
	} {
		a := netip.MustParseAddrPort(c.addr)
		if got := c.scope.Refusal(a, c.p); got != c.want || (got == "") != c.scope.Allows(a, c.p) {
			t.Errorf("%s/%v: %q, want %q", c.addr, c.p, got, c.want)
		}
	}
	if got, want := both.NameRefusal([]byte("db.EXAMPLE.")), "db.EXAMPLE. is denied by --deny DB.example"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := both.NameRefusal([]byte("www.example")); got != "" {
		t.Errorf("a name that is not denied: %q", got)
	}
}
