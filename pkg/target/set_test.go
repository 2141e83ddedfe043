package target

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"lukechampine.com/uint128"
	"pgregory.net/rapid"
)

func must(t interface{ Fatal(...any) }, s string) Target {
	got, err := Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func setOf(t interface{ Fatal(...any) }, words ...string) *Set {
	var b Builder
	for _, w := range words {
		if err := b.Add(must(t, w)); err != nil {
			t.Fatal(err)
		}
	}
	return b.Set()
}

// addrs returns up to 1000 addresses from index from on.
func addrs(t Target, from uint64) (list []netip.Addr) {
	t.Runs(uint128.From64(from), func(first, last netip.Addr) bool {
		for a := first; len(list) < 1000; a = a.Next() {
			list = append(list, a)
			if a == last {
				break
			}
		}
		return len(list) < 1000
	})
	return list
}

func TestMinus(t *testing.T) {
	for _, c := range []struct{ target, not, count, some string }{
		{"192.0.2.0/29", "192.0.2.0 192.0.2.7", "6", "192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.4 192.0.2.5 192.0.2.6"},
		{"192.0.2.0/29", "192.0.2.2-192.0.2.6", "3", "192.0.2.0 192.0.2.1 192.0.2.7"},
		{"192.0.2.0/30", "192.0.0.0/16", "0", ""},
		{"192.0.2.0/30", "2001:db8::/32 10.0.0.0/8 0.0.0.0-192.0.1.255 192.0.2.4", "4", "192.0.2.0 192.0.2.1 192.0.2.2 192.0.2.3"},
		{"192.0.2.0/30", "192.0.2.1 192.0.2.2", "2", "192.0.2.0 192.0.2.3"},
		{"10.0-1.0.1,3", "10.0.0.2-10.1.0.1", "2", "10.0.0.1 10.1.0.3"},
		{"10.0-1.0.1,3", "10.*.0.3", "2", "10.0.0.1 10.1.0.1"},
		{"0-1.0.0.0,2", "0.0.0.2", "2", "1.0.0.0 1.0.0.2"},
		{"2001:db8::/126", "2001:db8::1", "3", "2001:db8:: 2001:db8::2 2001:db8::3"},
		{"::/0", "::/1 c000::/2 8000::/3 a000::-bfff:ffff:ffff:ffff:ffff:ffff:ffff:fffe", "1", "bfff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
		{"::/0", "::/1 8000::/1", "0", ""},
		{"::/0", "::-::fffe:ffff:fffe ::2:0:0:0-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "281474976710657", ""},
		{"fe80::%eth0/126", "fe80::1%eth0 fe80::2%eth1", "3", "fe80::%eth0 fe80::2%eth0 fe80::3%eth0"},
		{"fe80::%eth0/126", "fe80::1", "3", "fe80::%eth0 fe80::2%eth0 fe80::3%eth0"},
		{"fe80::%eth2/126", "fe80::1 fe80::2%eth1", "3", "fe80::%eth2 fe80::2%eth2 fe80::3%eth2"},
		{"fe80::/126", "fe80::1%eth0 fe80::2%eth1", "2", "fe80:: fe80::3"},
		{"::ffff:192.0.2.0/126", "192.0.2.1", "3", "192.0.2.0 192.0.2.2 192.0.2.3"},
	} {
		set := setOf(t, strings.Fields(c.not)...)
		got := must(t, c.target).Minus(set)
		if got.Count().String() != c.count {
			t.Errorf("%s minus %s has %v addresses, want %s", c.target, c.not, got.Count(), c.count)
		}
		if list := strings.Trim(fmt.Sprint(addrs(got, 0)), "[]"); c.some != "" && list != c.some || c.count == "0" && list != "" {
			t.Errorf("%s minus %s is %s, want %s", c.target, c.not, list, c.some)
		}
	}
}

// TestMinusTwice: subtracting two sets is subtracting their union, also next to the
// hole of the IPv4-mapped addresses.
func TestMinusTwice(t *testing.T) {
	a := must(t, "::/64").Minus(setOf(t, "::5")).Minus(setOf(t, "::fffe:ffff:ffff-::1:0:0:0"))
	want := must(t, "::/64").Count().Sub64(3)
	if a.Count() != want || a.Contains(netip.MustParseAddr("::5")) || !a.Contains(netip.MustParseAddr("::6")) {
		t.Errorf("%v addresses are left, want %v", a.Count(), want)
	}
}

// word draws a target of a few hundred addresses from a small range, so that all of
// them can be checked.
func word(t *rapid.T, label string) string {
	n := func(most int) int { return rapid.IntRange(0, most).Draw(t, label) }
	x, y := n(255), n(255)
	switch n(7) {
	case 0:
		return fmt.Sprintf("10.0.%d.%d", n(2), x)
	case 1:
		return fmt.Sprintf("10.0.%d.%d/%d", n(2), x, 22+n(10))
	case 2:
		return fmt.Sprintf("10.0.0.%d-10.0.%d.%d", x, n(1)+1, y)
	case 3:
		return fmt.Sprintf("10.0.%d-2.%d,%d-,%d", n(2), x, y, n(255))
	case 4:
		return fmt.Sprintf("10.0-1.%d,2.%d-%d", n(1), min(x, y), max(x, y))
	case 5:
		return fmt.Sprintf("2001:db8::%x/%d", x, 120+n(8))
	case 6:
		return fmt.Sprintf("2001:db8::%x-2001:db8::%x", min(x, y), max(x, y))
	}
	return fmt.Sprintf("0-1.0.0.%d-%d", min(x, y), max(x, y))
}

func TestMinusAgreesWithEnumeration(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole := must(t, word(t, "target"))
		var not []string
		for range rapid.IntRange(0, 6).Draw(t, "exclusions") {
			not = append(not, word(t, "not"))
		}
		set := setOf(t, not...)
		var want []netip.Addr
		all := uint64(0)
		for ; all < whole.Count().Lo; all++ {
			a := whole.At(uint128.From64(all))
			inAny := false
			for _, n := range not {
				inAny = inAny || must(t, n).Contains(a)
			}
			if inAny != set.Contains(a) {
				t.Fatalf("%v: set says %v, its targets %v", a, set.Contains(a), inAny)
			}
			if !inAny {
				want = append(want, a)
			}
		}
		got := whole.Minus(set)
		if got.Count() != uint128.From64(uint64(len(want))) {
			t.Fatalf("count %v, want %d", got.Count(), len(want))
		}
		for i, a := range want {
			if at := got.At(uint128.From64(uint64(i))); at != a || !got.Contains(a) {
				t.Fatalf("At(%d) = %v, want %v; contained: %v", i, at, a, got.Contains(a))
			}
		}
		from := rapid.IntRange(0, len(want)).Draw(t, "from")
		end := min(len(want), from+1000)
		if list := addrs(got, uint64(from)); fmt.Sprint(list) != fmt.Sprint(want[from:end]) {
			t.Fatalf("runs from %d: %v, want %v", from, list, want[from:end])
		}
	})
}

func TestBuilderRejects(t *testing.T) {
	var b Builder
	for _, c := range []struct{ in, err string }{
		{"host.example", "host.example is a name, not an address"},
		{"*.*.*.1", "the octet pattern expands to more than 1048576 ranges"},
	} {
		if err := b.Add(must(t, c.in)); err == nil || err.Error() != c.err {
			t.Errorf("Add(%s): %v, want %s", c.in, err, c.err)
		}
	}
	if s := b.Set(); len(s.v4)+len(s.anyone) > 0 {
		t.Error("a rejected target is in the set")
	}
	if err := b.Add(must(t, "10-13.*.*.1,3")); err != nil {
		t.Errorf("524288 ranges: %v", err)
	}
	if err := b.Add(must(t, "1,3.*.*.*")); err != nil || !b.Set().Contains(netip.MustParseAddr("::ffff:3.0.9.9")) {
		t.Errorf("two ranges out of a large pattern: %v", err)
	}
}

func TestEmptySets(t *testing.T) {
	var none *Set
	whole := must(t, "10.0.0.0/8")
	if whole.Minus(none).Count() != whole.Count() || none.Contains(netip.MustParseAddr("10.0.0.1")) {
		t.Error("a nil set is not empty")
	}
	var b Builder
	b.AddAddr(netip.MustParseAddr("::ffff:10.0.0.1"))
	b.AddAddr(netip.MustParseAddr("fe80::1%eth0"))
	s := b.Set()
	if whole.Minus(s).Count() != whole.Count().Sub64(1) || !s.Contains(netip.MustParseAddr("fe80::1%eth0")) || s.Contains(netip.MustParseAddr("fe80::1%eth1")) || s.Contains(netip.Addr{}) {
		t.Error("single addresses are not held as they should")
	}
}

func TestMinusKeepsNames(t *testing.T) {
	got := must(t, "host.example").Minus(setOf(t, "0.0.0.0/0", "::/0"))
	if got.Count() != uint128.From64(1) {
		t.Error("the name is gone")
	}
}

// TestIndexingPastManyHolesIsFast: At searches the holes instead of iterating over
// them.
func TestIndexingPastManyHolesIsFast(t *testing.T) {
	left := must(t, "10.0.0.0/8").Minus(setOf(t, "10.*.*.1,3-5,255"))
	if want := uint64(1<<24 - 5*65536); left.Count() != uint128.From64(want) {
		t.Fatalf("%v left, want %d", left.Count(), want)
	}
	for i := uint64(0); i < left.Count().Lo; i += 99991 {
		a := left.At(uint128.From64(i))
		if b := a.As4()[3]; b == 1 || b == 255 || 3 <= b && b <= 5 || !left.Contains(a) {
			t.Fatalf("At(%d) = %v, which is excluded", i, a)
		}
	}
}

func BenchmarkAt(b *testing.B) {
	for name, target := range map[string]Target{
		"range":   must(b, "10.0.0.0/8"),
		"pattern": must(b, "10.*.*.1-254"),
		"holes":   must(b, "10.0.0.0/8").Minus(setOf(b, "10.*.*.1,3-5,255")),
	} {
		b.Run(name, func(b *testing.B) {
			var i uint64
			for b.Loop() {
				i = (i + 7919) & 0xffffff >> 1
				if !target.At(uint128.From64(i)).Is4() {
					b.Fatal("not IPv4")
				}
			}
		})
	}
}
