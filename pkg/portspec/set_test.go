package portspec_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"portkit/pkg/endpoint"
	"portkit/pkg/portspec"
)

type port struct {
	number uint16
	proto  endpoint.Proto
}

func must(t interface{ Fatalf(string, ...any) }, spec string) portspec.Set {
	s, err := portspec.Parse(spec, nil, nil)
	if err != nil {
		t.Fatalf("Parse(%q): %v", spec, err)
	}
	return s
}

func TestItemsAreSortedByPortThenProtocol(t *testing.T) {
	s := must(t, "U:443,53,T:443,22,53")
	want := []port{{22, tcp}, {53, tcp}, {53, udp}, {443, tcp}, {443, udp}}
	if s.Len() != len(want) {
		t.Fatalf("%v has %d items, want %d", s, s.Len(), len(want))
	}
	i := 0
	for number, proto := range s.All() {
		at, atProto := s.At(i)
		if got := (port{number, proto}); got != want[i] || got != (port{at, atProto}) {
			t.Errorf("item %d is %v, At gives %v, want %v", i, got, port{at, atProto}, want[i])
		}
		i++
	}
	for range s.All() {
		break
	}
	if n := must(t, "T:-,U:-").Len(); n != 131070 {
		t.Errorf("all ports are %d items", n)
	}
}

// TestGivenOrder: each item once, where it was given first.
func TestGivenOrder(t *testing.T) {
	word := rapid.StringMatching(`[TU]:([1-9][0-9]?|[1-9]-[1-9][0-9]|[1-9][0-9]-1[0-9]{2})(/udp|/tcp)?`)
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(word, 1, 8).Draw(t, "items")
		cut := rapid.IntRange(1, len(words)).Draw(t, "cut")
		minus := must(t, rapid.SampledFrom([]string{"5", "T:1-9,U:7-160"}).Draw(t, "minus"))
		set := must(t, strings.Join(words[:cut], ","))
		if cut < len(words) {
			set = set.Union(must(t, strings.Join(words[cut:], ",")))
		}
		var want, got []port
		seen := map[port]bool{}
		for _, w := range words {
			for number, proto := range must(t, w).All() {
				p := port{number, proto}
				if !seen[p] && !minus.Has(number, proto) {
					want = append(want, p)
				}
				seen[p] = true
			}
		}
		for number, proto := range set.Minus(minus).Given() {
			got = append(got, port{number, proto})
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%v from %d: %.99v, want %.99v", words, cut, got, want)
		}
	})
}

// TestSetsAgreeWithMaps compares union, difference and membership with those of a map.
func TestSetsAgreeWithMaps(t *testing.T) {
	draw := rapid.Custom(func(t *rapid.T) map[port]bool {
		return rapid.MapOf(rapid.Custom(func(t *rapid.T) port {
			return port{rapid.Uint16Range(1, 40).Draw(t, "port"), endpoint.Proto(rapid.IntRange(0, 1).Draw(t, "proto"))}
		}), rapid.Just(true)).Draw(t, "set")
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := draw.Draw(t, "a"), draw.Draw(t, "b")
		union, minus := map[port]bool{}, map[port]bool{}
		for p := range a {
			union[p] = true
			if !b[p] {
				minus[p] = true
			}
		}
		for p := range b {
			union[p] = true
		}
		same(t, setOf(a).Union(setOf(b)), union)
		same(t, setOf(a).Minus(setOf(b)), minus)
		same(t, setOf(a), a)
	})
}

func setOf(m map[port]bool) portspec.Set {
	var s portspec.Set
	for p := range m {
		one := portspec.Set{}
		one, _ = portspec.Parse(p.proto.String()+":"+itoa(p.number), nil, nil)
		s = s.Union(one)
	}
	return s
}

func itoa(n uint16) string {
	return string([]byte{'0' + byte(n/10), '0' + byte(n%10)})
}

func same(t *rapid.T, s portspec.Set, m map[port]bool) {
	last := port{}
	for number, proto := range s.All() {
		p := port{number, proto}
		if !m[p] || number < last.number || number == last.number && proto <= last.proto {
			t.Fatalf("%v has %v, which is wrong or out of order", s, p)
		}
		last = p
	}
	if s.Len() != len(m) {
		t.Fatalf("%v has %d items, want %d", s, s.Len(), len(m))
	}
}

func BenchmarkAt(b *testing.B) {
	s := must(b, "T:-,U:-")
	i, sum := 0, 0
	for b.Loop() {
		if i += 7919; i >= s.Len() {
			i -= s.Len()
		}
		number, _ := s.At(i)
		sum += int(number)
	}
	if sum == 0 {
		b.Error("no ports")
	}
}

func BenchmarkMinus(b *testing.B) {
	all, some := must(b, "-"), must(b, "1-1024,8080")
	for b.Loop() {
		all.Minus(some)
	}
}
