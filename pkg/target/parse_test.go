package target

import (
	"net/netip"
	"strings"
	"testing"

	"lukechampine.com/uint128"
)

// parsed are targets with the number of addresses, the first and the last.
var parsed = []struct{ in, count, first, last string }{
	{"192.0.2.7", "1", "192.0.2.7", "192.0.2.7"},
	{"255.255.255.255", "1", "255.255.255.255", "255.255.255.255"},
	{"2001:db8::1", "1", "2001:db8::1", "2001:db8::1"},
	{"2001:DB8:0:0::1", "1", "2001:db8::1", "2001:db8::1"},
	{"::ffff:192.0.2.7", "1", "192.0.2.7", "192.0.2.7"},
	{"::ffff:c000:207", "1", "192.0.2.7", "192.0.2.7"},
	{"::1", "1", "::1", "::1"},
	{"fe80::1%eth0", "1", "fe80::1%eth0", "fe80::1%eth0"},
	{"fe80::1%br-12", "1", "fe80::1%br-12", "fe80::1%br-12"},
	{"192.0.2.0/24", "256", "192.0.2.0", "192.0.2.255"},
	{"192.0.2.77/24", "256", "192.0.2.0", "192.0.2.255"},
	{"192.0.2.77/255.255.255.0", "256", "192.0.2.0", "192.0.2.255"},
	{"192.0.2.7/255.255.255.255", "1", "192.0.2.7", "192.0.2.7"},
	{"10.0-1.0.0/255.255.0.0", "131072", "10.0.0.0", "10.1.255.255"},
	{"1.2.3.4/0.0.0.0", "4294967295", "0.0.0.1", "255.255.255.255"},
	{"192.0.2.77/32", "1", "192.0.2.77", "192.0.2.77"},
	{"192.0.2.77/31", "2", "192.0.2.76", "192.0.2.77"},
	{"10.0.0.0/8", "16777216", "10.0.0.0", "10.255.255.255"},
	{"0.0.0.0/0", "4294967295", "0.0.0.1", "255.255.255.255"},
	{"0.0.0.0/8", "16777215", "0.0.0.1", "0.255.255.255"},
	{"0.0.0.0-0.0.0.9", "9", "0.0.0.1", "0.0.0.9"},
	{"0,10.0.0.0", "1", "10.0.0.0", "10.0.0.0"},
	{"2001:db8::/120", "256", "2001:db8::", "2001:db8::ff"},
	{"2001:db8::beef/64", "18446744073709551616", "2001:db8::", "2001:db8::ffff:ffff:ffff:ffff"},
	{"::/0", "340282366920938463463374607427473244159", "::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
	{"::/64", "18446744069414584319", "::1", "::ffff:ffff:ffff:ffff"},
	{"::ffff:0:0/96", "4294967295", "0.0.0.1", "255.255.255.255"},
	{"::ffff:192.0.2.0/120", "256", "192.0.2.0", "192.0.2.255"},
	{"fe80::%eth0/126", "4", "fe80::%eth0", "fe80::3%eth0"},
	{"192.0.2.1-192.0.2.9", "9", "192.0.2.1", "192.0.2.9"},
	{"192.0.2.250-192.0.3.5", "12", "192.0.2.250", "192.0.3.5"},
	{"2001:db8::fffe-2001:db8::1:1", "4", "2001:db8::fffe", "2001:db8::1:1"},
	{"fe80::1%br-1-fe80::9%br-1", "9", "fe80::1%br-1", "fe80::9%br-1"},
	{"fe80::1-fe80::9%eth0", "9", "fe80::1%eth0", "fe80::9%eth0"},
	{"192.0.2.1-9", "9", "192.0.2.1", "192.0.2.9"},
	{"192.0.2.-", "256", "192.0.2.0", "192.0.2.255"},
	{"192.0.2.250-", "6", "192.0.2.250", "192.0.2.255"},
	{"192.0.2.-3", "4", "192.0.2.0", "192.0.2.3"},
	{"10.0-3.*.1-254", "260096", "10.0.0.1", "10.3.255.254"},
	{"10.0-3.*.*", "262144", "10.0.0.0", "10.3.255.255"},
	{"10.0.0.1,3,5", "3", "10.0.0.1", "10.0.0.5"},
	{"10.0.0.5,1,3-4,4", "4", "10.0.0.1", "10.0.0.5"},
	{"10.1,3.0.0/16", "131072", "10.1.0.0", "10.3.255.255"},
	{"10.0-2.0.9/24", "768", "10.0.0.0", "10.2.0.255"},
	{"*.*.*.*", "4294967295", "0.0.0.1", "255.255.255.255"},
	{"*.*.*.0", "16777215", "0.0.1.0", "255.255.255.0"},
	{"1.2.3.4-5", "2", "1.2.3.4", "1.2.3.5"},
}

func TestParseAddresses(t *testing.T) {
	for _, c := range parsed {
		got, err := Parse(c.in)
		if err != nil {
			t.Errorf("Parse(%q): %v", c.in, err)
			continue
		}
		n := got.Count()
		if n.String() != c.count {
			t.Errorf("%s has %v addresses, want %s", c.in, n, c.count)
			continue
		}
		first, last := got.At(number{}), got.At(n.Sub64(1))
		if first.String() != c.first || last.String() != c.last {
			t.Errorf("%s is %v to %v, want %s to %s", c.in, first, last, c.first, c.last)
		}
		if !got.Contains(first) || !got.Contains(last) || got.Contains(netip.IPv6Unspecified()) || got.Contains(netip.IPv4Unspecified()) {
			t.Errorf("%s does not contain what it should", c.in)
		}
		if _, isName := got.Name(); isName || got.Is4() != first.Is4() || got.Is6() == first.Is4() {
			t.Errorf("%s: wrong kind", c.in)
		}
	}
}

func TestParseNames(t *testing.T) {
	for _, in := range []string{
		"host.example", "localhost", "a", "HOST.Example.", "_srv._tcp.example", "xn--bcher-kva.example", "bücher.example",
		"3com.example", "1.2.3.4x", "10.0.0.1-host", "rack-7", "node.1", strings.Repeat("a", 63) + ".example",
	} {
		got, err := Parse(in)
		name, ok := got.Name()
		if err != nil || !ok || name != in || got.Count() != uint128.From64(1) || got.At(number{}).IsValid() {
			t.Errorf("Parse(%q) = %v %v %v, want the name", in, name, ok, err)
		}
		got.Runs(number{}, func(netip.Addr, netip.Addr) bool { t.Errorf("%s has a run", in); return false })
	}
}

var refused = []struct{ in, err string }{
	{"", "target \"\": empty"},
	{"10.1", "has four octets, not 2"},
	{"10", "has four octets, not 1"},
	{"1.2.3.4.5", "has four octets, not 5"},
	{"1.2.3.256", "octet 256 is outside 0-255"},
	{"1.2.3.99999999999999999999999", "is outside 0-255"},
	{"1.2.3.", "empty octet"},
	{"1.2.3.04", "octet 04 has a leading zero"},
	{"1.2.3.4-2", "octet range 4-2: the end is below the start"},
	{"1.2.3.4-5-6", `"5-6" is not an octet`},
	{"1.2.3.*5", `"*5" is not an octet`},
	{"1.2.3.4,", "unexpected comma; 1.2.3.4 alone is a target"},
	{"10.0.0.1/33", "prefix length 33 is outside 0-32"},
	{"10.0.0.1/", `prefix length "" is not a number 0-32`},
	{"10.0.0.1/-1", `prefix length "-1" is not a number 0-32`},
	{"10.0.0.1/8/8", `prefix length "8/8" is not a number 0-32`},
	{"10.0.0.1-10.0.0.9/24", "has four octets, not 7"},
	{"2001:db8::/129", "prefix length 129 is outside 0-128"},
	{"2001:db8::/+1", `prefix length "+1" is not a number 0-128`},
	{"2001:db8::/", `prefix length "" is not a number`},
	{"2001:db8::1-9", "write both in full, as in 2001:db8::1-2001:db8::9"},
	{"2001:db8:::1", "not an IPv6 address"},
	{"[2001:db8::1]", "brackets go round the whole target"},
	{"[2001:db8::]/64", "brackets go round the whole target"},
	{"fe80::1%eth0:22", "ports follow brackets: [fe80::1%eth0]:22"},
	{"fe80::1%", "not an IPv6 address"},
	{"fe80::1%a b", `zone "a b" contains ' '`},
	{"fe80::1%" + strings.Repeat("z", 65), "the zone has 65 characters; the maximum is 64"},
	{"fe80::1%a-fe80::2%b", "the ends of the range have different zones"},
	{"::ffff:1.2.3.4%eth0", "a zone requires a link-local address"},
	{"192.0.2.9-192.0.2.1", "the end of the range is below its start"},
	{"2001:db8::9-2001:db8::1", "the end of the range is below its start"},
	{"1.2.3.4-2001:db8::1", "one end of the range is IPv4, the other IPv6"},
	{"0.0.0.0", "the unspecified address"},
	{"::", "the unspecified address"},
	{"0.0.0.0/32", "the unspecified address"},
	{"::/128", "the unspecified address"},
	{"::ffff:0.0.0.0", "the unspecified address"},
	{"host.example/24", `a prefix length requires an address, and "host.example" is not one`},
	{"N/A", "neither a prefix nor a host name: a host name has no slash"},
	{"/24", "no address before the slash; use ADDRESS/24, without a blank"},
	{"10.0.0.0/0.0.0.255", "0.0.0.255 is a wildcard mask, not a netmask; use /24"},
	{"10.0.0.0/255.0.255.0", "255.0.255.0 is not a netmask: its ones are not all before its zeros"},
	{"10.0.0.0/255.255.255", `prefix length "255.255.255" is not a number 0-32`},
	{"192.0.2.1,80/tcp", "ports are separated by a colon, not by a comma; use 192.0.2.1:80/tcp"},
	{"192.0.2.1,443", "ports are separated by a colon, not by a comma; use 192.0.2.1:443"},
	{"2001:db8::1,80", "ports are separated by a colon, not by a comma; use [2001:db8::1]:80"},
	{"10.0.0.0/30,Office", "unexpected comma; 10.0.0.0/30 alone is a target"},
	{"10.0.0.300,3", "octet 300 is outside 0-255"},
	{"10.0.0.1\u201310.0.0.9", `(U+2013) is not '-'; type 10.0.0.1-10.0.0.9`},
	{"10.0.0.1\u22129", `(U+2212) is not '-'; type 10.0.0.1-9`},
	{"10.0.0.0\u221524", `(U+2215) is not '/'; type 10.0.0.0/24`},
	{"\uff11\uff12\uff17.0.0.1", `(U+FF11) is not '1'; type 127.0.0.1`},
	{"10.0.0.1\u3002", `(U+3002) is not '.'; type 10.0.0.1.`},
	{"2001:db8::1\u20132001:db8::9", `(U+2013) is not '-'; type 2001:db8::1-2001:db8::9`},
	{"192.0.2.1\uff1a22", `(U+FF1A) is not ':'; type 192.0.2.1:22`},
	{"\u2013x", `a target does not begin with a dash; `},
	{"\u2014-exclude", `a target does not begin with a dash; `},
	{"2001:db8::1%eth0", "a zone requires a link-local address"},
	{"2001:db8::%eth0/64", "a zone requires a link-local address"},
	{"fe80::%eth0/9", "the prefix is wider than fe80::/10"},
	{"fe80::1%eth0-2001:db8::1", "a zone requires a link-local address"},
	{"fe80::1%eth0-ff80::1", "a zone requires a link-local address"},
	{"host example", "' ' is not allowed in a host name"},
	{"*.example", "'*' is not allowed in"},
	{"host\x00", `'\x00' is not allowed`},
	{"a\u00a0b", `'\u00a0' is not allowed in`},
	{"h\xff", "not valid UTF-8"},
	{"a..b", "the host name has an empty label"},
	{".a", "the host name has an empty label"},
	{"-a", "cannot begin with a hyphen"},
	{strings.Repeat("a", 64), "has 64 characters; the maximum is 63"},
	{strings.Repeat("a.", 127) + "b", "has 255 characters; the maximum is 253"},
	{strings.Repeat("x", 5000), "…"},
}

func TestParseRejects(t *testing.T) {
	for _, c := range refused {
		_, err := Parse(c.in)
		if err == nil || !strings.Contains(err.Error(), c.err) || !strings.HasPrefix(err.Error(), "target \"") || len(err.Error()) > 1000 {
			t.Errorf("Parse(%q): %v, want …%s…", c.in, err, c.err)
		}
	}
}

var splits = []struct{ in, target, ports, err string }{
	{"host", "host", "", ""},
	{"host:80,443", "host", "80,443", ""},
	{"host:53/udp", "host", "53/udp", ""},
	{"host:tcp:80,udp:53", "host", "tcp:80,udp:53", ""},
	{"db:80", "db", "80", ""},
	{"db1:T:80", "db1", "T:80", ""},
	{"fe:udp:53", "fe", "udp:53", ""},
	{"192.0.2.7:22", "192.0.2.7", "22", ""},
	{"10.0.0.0/24:80", "10.0.0.0/24", "80", ""},
	{"10.0.0.0/24:53/udp", "10.0.0.0/24", "53/udp", ""},
	{"10.0.0.1,3:1-9,80", "10.0.0.1,3", "1-9,80", ""},
	{"192.0.2.1-192.0.2.9:-", "192.0.2.1-192.0.2.9", "-", ""},
	{"2001:db8::1", "2001:db8::1", "", ""},
	{"2001:db8::1:22", "2001:db8::1:22", "", ""},
	{"::ffff:192.0.2.1", "::ffff:192.0.2.1", "", ""},
	{"[2001:db8::1]", "2001:db8::1", "", ""},
	{"[2001:db8::1]:22", "2001:db8::1", "22", ""},
	{"[2001:db8::/120]:22", "2001:db8::/120", "22", ""},
	{"[host]:22", "host", "22", ""},
	{"2001:db8::/120", "2001:db8::/120", "", ""},
	{"2001:db8::/120:22", "2001:db8::/120", "22", ""},
	{"2001:db8::/120:53/udp", "2001:db8::/120", "53/udp", ""},
	{"fe80::1%eth0", "fe80::1%eth0", "", ""},
	{"[fe80::1%eth0]:80", "fe80::1%eth0", "80", ""},
	{"", "", "", "target \"\": empty"},
	{"https://host.example/", "", "", "a URL is not a target; use host.example:443"},
	{"http://192.0.2.1:8080/x", "", "", "a URL is not a target; use 192.0.2.1:8080"},
	{"http://user@[2001:db8::1]", "", "", "a URL is not a target; use [2001:db8::1]:80"},
	{"tcp://192.0.2.1", "", "", "a URL is not a target; use 192.0.2.1:PORT"},
	{"http://", "", "", "a URL is not a target; use its host and port, as in host.example:443"},
	{":80", "", "", "the target before the colon is empty"},
	{"[]:80", "", "", "the target before the colon is empty"},
	{"host:", "", "", "no ports after the colon"},
	{"[::1", "", "", "the bracket is not closed"},
	{"[::1]22", "", "", `want :PORTS after the bracket, not "22"`},
	{"[::]/64:22", "", "", `the prefix length belongs inside the brackets, before "]"`},
}

func TestSplit(t *testing.T) {
	for _, c := range splits {
		target, ports, err := Split(c.in)
		if target != c.target || ports != c.ports || (err == nil) != (c.err == "") || err != nil && !strings.HasSuffix(err.Error(), c.err) {
			t.Errorf("Split(%q) = %q, %q, %v; want %q, %q, %s", c.in, target, ports, err, c.target, c.ports, c.err)
		}
	}
}

func TestSplitList(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"a,b", "a b"},
		{"10.0.0.1,10.0.0.2", "10.0.0.1 10.0.0.2"},
		{"10.0.0.1,3,5-9,host", "10.0.0.1,3,5-9 host"},
		{"10.0,2.0.1", "10.0,2.0.1"},
		{"10.0.0.1, 3,::1,7", "10.0.0.1,3 ::1 7"},
		{"10.0.0.0/24,10.0.1.0/24", "10.0.0.0/24 10.0.1.0/24"},
		{"3,4", "3 4"},
		{"a,,b", "a  b"},
		{"10.0.0.1:22,80-90,53/udp,host", "10.0.0.1:22,80-90,53/udp host"},
		{"[::1]:22,80,host,80", "[::1]:22,80 host 80"},
		{"host:22,443/8", "host:22 443/8"},
	} {
		if got := strings.Join(SplitList(c.in), " "); got != c.want {
			t.Errorf("SplitList(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}
