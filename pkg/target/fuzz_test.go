package target

import (
	"net/netip"
	"testing"

	"lukechampine.com/uint128"
)

// FuzzParse: a target can be counted, indexed and iterated in order, whatever the word.
func FuzzParse(f *testing.F) {
	for _, c := range parsed {
		f.Add(c.in)
	}
	for _, c := range refused {
		f.Add(c.in)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := Parse(s)
		if err != nil {
			return
		}
		n := got.Count()
		if name, ok := got.Name(); ok {
			if name != s || n != uint128.From64(1) {
				t.Fatalf("name %q, %v addresses", name, n)
			}
			return
		}
		if n.IsZero() {
			t.Fatal("no addresses and no error")
		}
		first, last := got.At(number{}), got.At(n.Sub64(1))
		if first.Compare(last) > 0 || !got.Contains(first) || !got.Contains(last) || first.IsUnspecified() || first.Is4In6() {
			t.Fatalf("%v to %v", first, last)
		}
		if a, err := netip.ParseAddr(s); err == nil && a.Zone() == "" && (a.Unmap() != first || n != uint128.From64(1)) {
			t.Fatalf("an address became %v, %v of them", first, n)
		}
		if p, err := netip.ParsePrefix(s); err == nil && p.Addr().Is4() && (!p.Contains(first) || !p.Contains(last)) {
			t.Fatalf("a prefix became %v to %v", first, last)
		}
		if got.more != nil && got.more.pattern != nil && n.Cmp64(1<<16) > 0 {
			return // a million ranges take a second, which the fuzzer calls a hang
		}
		var b Builder
		if err := b.Add(got); err == nil && !got.Minus(b.Set()).Count().IsZero() {
			t.Fatal("less itself something is left")
		}
	})
}

// FuzzSplit: target and ports are parts of the word, and an empty target is an error.
func FuzzSplit(f *testing.F) {
	for _, c := range splits {
		f.Add(c.in)
	}
	f.Fuzz(func(t *testing.T, s string) {
		target, ports, err := Split(s)
		switch {
		case err != nil && (target != "" || ports != ""):
			t.Fatalf("%q, %q and %v", target, ports, err)
		case err != nil:
		case target == "":
			t.Fatal("an empty target and no error")
		case s != target && s != target+":"+ports && s != "["+target+"]" && s != "["+target+"]:"+ports:
			t.Fatalf("%q and %q are not the parts", target, ports)
		}
	})
}
