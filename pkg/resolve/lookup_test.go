package resolve

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
)

// answers is a Source with one result.
type answers struct {
	addrs []netip.Addr
	err   error
}

func (a answers) LookupNetIP(context.Context, string, string) ([]netip.Addr, error) {
	return a.addrs, a.err
}

// once looks a name up once.
func once(s Source, network, name string) ([]netip.Addr, error) {
	return New(s, Options{Once: true}).Lookup(context.Background(), network, name)
}

func addrs(texts ...string) (list []netip.Addr) {
	for _, t := range texts {
		list = append(list, netip.MustParseAddr(t))
	}
	return list
}

func TestLookup(t *testing.T) {
	dns := func(text string) *net.DNSError {
		return &net.DNSError{Err: text, Name: "x.test", Server: "10.0.0.53:53"}
	}
	notFound, timeout := dns("no such host"), dns("i/o timeout")
	notFound.IsNotFound, timeout.IsTimeout = true, true
	for _, c := range []struct {
		network string
		answers
		want string
	}{
		{"ip", answers{addrs: addrs("192.0.2.1", "2001:db8::1")}, "[192.0.2.1 2001:db8::1] <nil>"},
		{"ip", answers{addrs: addrs("::ffff:192.0.2.1", "192.0.2.1")}, "[192.0.2.1] <nil>"},
		{"ip", answers{addrs: addrs("0.0.0.0", "::")}, "[] x.test is blocked: its address is 0.0.0.0, the reply of a DNS filter or a hosts file"},
		{"ip", answers{addrs: addrs("::")}, "[] x.test is blocked: its address is ::, the reply of a DNS filter or a hosts file"},
		{"ip", answers{addrs: addrs("0.0.0.0", "192.0.2.1")}, "[192.0.2.1] <nil>"},
		{"ip", answers{err: notFound}, "[] x.test has no address: no such host"},
		{"ip4", answers{err: notFound}, "[] x.test has no address: no such host"},
		{"ip6", answers{err: &net.AddrError{Err: "no suitable address"}}, "[] x.test has no IPv6 address"},
		{"ip", answers{err: timeout}, "[] x.test could not be looked up: no reply from the resolver"},
		{"ip", answers{err: dns("server misbehaving")}, "[] x.test could not be looked up: server misbehaving"},
		{"ip", answers{err: dns("dial udp 10.0.0.53:53: connect: network is unreachable")}, "[] x.test could not be looked up: the resolver cannot be reached"},
		{"ip", answers{err: errors.New("operation was canceled")}, "[] x.test could not be looked up: operation was canceled"},
	} {
		got, err := once(c.answers, c.network, "x.test")
		if s := fmt.Sprint(got, err); s != c.want {
			t.Errorf("%s, %v: %s\nwant %s", c.network, c.answers, s, c.want)
		}
	}
}

// oneFamily is a Source that has addresses of one family.
type oneFamily string

func (f oneFamily) LookupNetIP(_ context.Context, network, _ string) ([]netip.Addr, error) {
	if network == string(f) {
		return addrs("192.0.2.1"), nil
	}
	return nil, &net.DNSError{Err: "no such host", IsNotFound: true}
}

func TestErrorNamesTheMissingFamily(t *testing.T) {
	for _, c := range []struct {
		has  oneFamily
		want string
	}{
		{"ip6", "x.test has no IPv4 address"},
		{"none", "x.test has no address: no such host"},
	} {
		if _, err := once(c.has, "ip4", "x.test"); err == nil || err.Error() != c.want {
			t.Errorf("%s: %v, want %s", c.has, err, c.want)
		}
	}
}

// byFamily is a Source with a result for each family.
type byFamily map[string]answers

func (f byFamily) LookupNetIP(_ context.Context, network, _ string) ([]netip.Addr, error) {
	return f[network].addrs, f[network].err
}

// TestFailureOfOneFamilyIsReported: package net reports "no such host" for both
// families even if the lookup of one failed.
func TestFailureOfOneFamilyIsReported(t *testing.T) {
	none := answers{err: &net.DNSError{Err: "no such host", IsNotFound: true}}
	refused := answers{err: &net.DNSError{Err: "read udp 10.0.0.1:9->10.0.0.53:53: read: connection refused"}}
	for _, c := range []struct {
		v4, v6 answers
		want   string
	}{
		{none, none, "[] x.test has no address: no such host"},
		{refused, none, "[] x.test could not be looked up: the resolver cannot be reached"},
		{none, refused, "[] x.test could not be looked up: the resolver cannot be reached"},
		{answers{addrs: addrs("192.0.2.1")}, none, "[192.0.2.1] <nil>"}, // the second lookup succeeds
		{none, answers{addrs: addrs("2001:db8::1")}, "[2001:db8::1] <nil>"},
	} {
		got, err := once(byFamily{"ip": none, "ip4": c.v4, "ip6": c.v6}, "ip", "x.test")
		if s := fmt.Sprint(got, err); s != c.want {
			t.Errorf("%v, %v: %s\nwant %s", c.v4, c.v6, s, c.want)
		}
	}
}

func TestKey(t *testing.T) {
	for name, want := range map[string]string{
		"DB.Example": "db.example", "db.example.": "db.example", "DB": "db",
		"db.": "db.", // not what the search list makes of db
		"":    "", ".": ".", "ÄB.Example": "xn--b-zfa.example", "XN--B-zfa.example": "xn--b-zfa.example",
	} {
		if got := Key(name); got != want {
			t.Errorf("%q is %q, want %q", name, got, want)
		}
	}
}

func TestInternationalizedNameIsLookedUpAsRegistered(t *testing.T) {
	for name, want := range map[string]string{
		"münchen.lab":                        "xn--mnchen-3ya.lab",
		"MÜNCHEN.Lab.":                       "xn--mnchen-3ya.lab.",
		"mu\u0308nchen.lab":                  "xn--mnchen-3ya.lab", // decomposed, as macOS writes it
		"straße.example":                     "xn--strae-oqa.example",
		"日本。example":                         "xn--wgv71a.example",
		"_sip.münchen.lab":                   "_sip.xn--mnchen-3ya.lab",
		"r3---sn.example":                    "r3---sn.example",
		"DB_1.example":                       "DB_1.example", // ASCII stays as it is
		"a\u200db.example":                   `U+200D '\u200d' is not allowed`,
		"a／b.ü.example":                      "U+FF0F '／' is not allowed",
		"ü\u202e.example":                    `U+202E '\u202e' is not allowed`,
		strings.Repeat("ü", 70) + ".example": "the maximum is 63",
		"א1a.example":                        "not a host name",
	} {
		got, err := Registered(name)
		if got != want && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: %q %v, want %s", name, got, err, want)
		}
		var sent string
		_, _ = once(lookupFunc(func(name string) error { sent = name; return nil }), "ip", name)
		if sent != got {
			t.Errorf("%q is looked up as %q, want %q", name, sent, got)
		}
	}
}

// lookupFunc is a Source that has one address for every name.
type lookupFunc func(name string) error

func (f lookupFunc) LookupNetIP(_ context.Context, _, name string) ([]netip.Addr, error) {
	return addrs("192.0.2.1"), f(name)
}
