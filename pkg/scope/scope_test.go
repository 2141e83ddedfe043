package scope

import (
	"context"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"testing"

	"portkit/pkg/endpoint"
	"portkit/pkg/resolve"
	"portkit/pkg/service"
)

// hosts is a resolver: addresses by name.
type hosts map[string]string

func (h hosts) LookupNetIP(_ context.Context, _, name string) (found []netip.Addr, err error) {
	for text := range strings.FieldsSeq(h[resolve.Key(name)]) {
		found = append(found, netip.MustParseAddr(text))
	}
	return found, nil
}

var known = hosts{"db.example": "10.9.0.1 2001:db8::9", "www.example": "10.9.0.2"}

func newSet(t *testing.T, specs ...string) *Set {
	t.Helper()
	list, err := ParseSpecs("--deny", specs)
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewSet(t.Context(), list, Options{Resolver: resolve.New(known, resolve.Options{Once: true}), Services: service.Load()})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSetContains(t *testing.T) {
	s := newSet(t, "10.0.0.0/24,10.1.0.1-9", "[2001:db8::/120]:22,443", "192.0.2.1:53/udp",
		"10.2.0.0/16:80-90", "fe80::1%lo", "DB.example.", "www.example:443")
	for _, c := range []struct {
		addr string
		p    endpoint.Proto
		want bool
	}{
		{"10.0.0.0:1", endpoint.TCP, true},
		{"10.0.0.255:65535", endpoint.UDP, true},
		{"10.0.1.0:1", endpoint.TCP, false},
		{"[::ffff:10.0.0.7]:1", endpoint.TCP, true},
		{"10.1.0.9:1", endpoint.TCP, true},
		{"10.1.0.10:1", endpoint.TCP, false},
		{"[2001:db8::ff]:22", endpoint.UDP, true},
		{"[2001:db8::ff]:443", endpoint.TCP, true},
		{"[2001:db8::ff]:23", endpoint.TCP, false},
		{"[2001:db8::100]:22", endpoint.TCP, false},
		{"192.0.2.1:53", endpoint.UDP, true},
		{"192.0.2.1:53", endpoint.TCP, false},
		{"10.2.255.255:80", endpoint.TCP, true},
		{"10.2.255.255:91", endpoint.TCP, false},
		{"10.9.0.1:9", endpoint.TCP, true},
		{"[2001:db8::9]:9", endpoint.TCP, true},
		{"10.9.0.2:443", endpoint.TCP, true},
		{"10.9.0.2:80", endpoint.TCP, false},
	} {
		if got := s.Contains(netip.MustParseAddrPort(c.addr), c.p); got != c.want {
			t.Errorf("%s/%v is %v", c.addr, c.p, got)
		}
	}
	for name, want := range map[string]bool{
		"db.example": true, "Db.Example.": true, "www.example": false, "example": false, "": false,
	} {
		if got := s.named([]byte(name)) != nil; got != want {
			t.Errorf("%q is %v", name, got)
		}
	}
}

// A zone is written as a name or a number (RFC 4007, section 11.2).
func TestZonesMatchByNameAndNumber(t *testing.T) {
	lo := loopback(t)
	other := lo.index + "9"
	for _, c := range []struct {
		list, addr string
		want       bool
	}{
		{"fe80::1%" + lo.name, "fe80::1%" + lo.name, true},
		{"fe80::1%" + lo.name, "fe80::1%" + lo.index, true},
		{"fe80::1%" + lo.index, "fe80::1%" + lo.name, true},
		{"fe80::1%" + lo.index, "fe80::1%0" + lo.index, true},
		{"fe80::1%" + lo.name, "fe80::2%" + lo.index, false},
		{"fe80::1%" + lo.name, "fe80::1%" + other, false},
		{"fe80::1%" + other, "fe80::1%" + lo.name, false},
		{"fe80::1%none0", "fe80::1%none1", false},
		{"fe80::1%none0", "fe80::1%0", false},
		{"fe80::1", "fe80::1%" + lo.name, true},
		{"fe80::1%" + lo.name, "fe80::1", true},
		{"[fe80::1%" + lo.index + "]:22", "fe80::1%" + lo.name, true},
		{"[fe80::1%" + lo.index + "]:23", "fe80::1%" + lo.name, false},
	} {
		a := netip.AddrPortFrom(netip.MustParseAddr(c.addr), 22)
		if got := newSet(t, c.list).Contains(a, endpoint.TCP); got != c.want {
			t.Errorf("%s in %s: %v", c.addr, c.list, got)
		}
	}
}

func TestAllows(t *testing.T) {
	inside, also, denied := newSet(t, "10.0.0.0/8"), newSet(t, "10.0.0.0-10.0.0.99"), newSet(t, "10.0.0.7,db.example")
	for _, c := range []struct {
		what  string
		scope Scope
		want  string // of 10.0.0.1, 10.0.0.7, 10.0.0.100, 192.0.2.1
	}{
		{"no list", Scope{}, "yyyy"},
		{"allow", Scope{Allow: []*Set{inside}}, "yyyn"},
		{"two lists that allow", Scope{Allow: []*Set{inside, also}}, "yynn"},
		{"deny", Scope{Deny: []*Set{denied}}, "ynyy"},
		{"deny wins", Scope{Allow: []*Set{inside}, Deny: []*Set{denied}}, "ynyn"},
		{"a list that allows nothing", Scope{Allow: []*Set{newSet(t)}}, "nnnn"},
	} {
		got := ""
		for _, a := range []string{"10.0.0.1", "10.0.0.7", "10.0.0.100", "192.0.2.1"} {
			if c.scope.Allows(netip.MustParseAddrPort(a+":1"), endpoint.TCP) {
				got += "y"
			} else {
				got += "n"
			}
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.what, got, c.want)
		}
	}
	lo := loopback(t)
	zoned := Scope{Allow: []*Set{newSet(t, "fe80::1%"+lo.name)}, Link: lo.name}
	local := netip.MustParseAddrPort("[fe80::1]:1")
	if !zoned.Allows(local, endpoint.TCP) {
		t.Error("Link is not used as the zone")
	}
	if zoned.Link = lo.index + "9"; zoned.Allows(local, endpoint.TCP) {
		t.Error("another Link is allowed")
	}
	s := Scope{Allow: []*Set{denied}, Deny: []*Set{inside, denied}}
	if s.NameRefusal([]byte("DB.EXAMPLE")) == "" || s.NameRefusal([]byte("www.example")) != "" {
		t.Error("a denied name is allowed, or another one denied")
	}
}

func TestReadFileNumbersLines(t *testing.T) {
	list, err := ReadFile(strings.NewReader("\xef\xbb\xbf# scope\r\n\r\n10.0.0.0/24 22,80 # web\r\ndb.example\n[2001:db8::1]:53/udp"), "scope.txt")
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, e := range list {
		got += e.Where + " [" + e.Ports + "]; "
	}
	if want := "scope.txt: line 3 [22,80]; scope.txt: line 4 []; scope.txt: line 5 [53/udp]; "; got != want {
		t.Errorf("got %s", got)
	}
}

func TestInvalidListsAreErrors(t *testing.T) {
	for text, want := range map[string]string{
		"10.0.0.0/33":              "f: line 1: ",
		"10.0.0.1\n10.0.0.256\n":   "f: line 2: ",
		"10.0.0.1:22 80":           "has ports twice",
		"10.0.0.1 22 80":           "is not TARGET [PORTS]",
		`{"host":"10.0.0.1"}`:      "is not TARGET [PORTS]",
		"10.0.0.1 70000":           "port 70000",
		"nobody.example":           "nobody.example has no address",
		strings.Repeat("1", 2<<20): "is not TARGET [PORTS]",
		"10.0.0.1\x00":             "f: line 1: ",
		"*.*.*.1 # too many":       "ranges",
	} {
		list, err := ReadFile(strings.NewReader(text), "f")
		if err == nil {
			_, err = NewSet(t.Context(), list, Options{Resolver: resolve.New(known, resolve.Options{Once: true}), Services: service.Load()})
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %v, want %s", text, err, want)
		}
	}
}

type device struct{ name, index string }

func loopback(t *testing.T) device {
	t.Helper()
	all, err := net.Interfaces()
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range all {
		if i.Flags&net.FlagLoopback != 0 {
			return device{i.Name, strconv.Itoa(i.Index)}
		}
	}
	t.Skip("this machine has no loopback interface")
	return device{}
}
