package portgen

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"lukechampine.com/uint128"
	"pgregory.net/rapid"

	"portkit/pkg/internal/lab"
)

// commandLine draws targets, ports and exclusions of up to some hundred records, and
// invalid lines of a list.
func commandLine(t *rapid.T) (args, list string) {
	n := func(most int) int { return rapid.IntRange(0, most).Draw(t, "n") }
	word := func() string {
		switch n(7) {
		case 0:
			return fmt.Sprintf("10.0.0.%d/%d", n(255), 27+n(5))
		case 1:
			return fmt.Sprintf("10.0.%d-%d.1,%d-", n(3), 3+n(3), 250+n(4))
		case 2:
			return fmt.Sprintf("10.0.0.%d", n(255))
		case 3:
			return fmt.Sprintf("[2001:db8::%x/%d]:1-%d", n(255), 124+n(4), 1+n(4))
		case 4:
			return fmt.Sprintf("host%d.test", n(3))
		case 5:
			return fmt.Sprintf("10.0.0.%d-10.0.1.%d", 200+n(55), n(20))
		case 6:
			return "both.test:53/udp"
		}
		return fmt.Sprintf("10.0.0.%d:7,9", n(255))
	}
	b := strings.Builder{}
	fmt.Fprintf(&b, "-p %d-%d", 1+n(3), 4+n(3))
	if n(1) == 1 {
		b.WriteString(" --udp --tcp")
	}
	for range n(3) {
		b.WriteString(" " + word())
	}
	if n(1) == 1 {
		b.WriteString(" -x 10.0.0.9,10.0.1.0/30,10.0.0.128/26,2001:db8::3")
	}
	if n(2) == 2 {
		b.WriteString(" --resolve all")
	}
	lines := strings.Builder{}
	for range n(4) {
		switch n(4) {
		case 0:
			lines.WriteString("10.1 is wrong\n")
		case 1:
			fmt.Fprintf(&lines, `{"host":%q,"owner":"x%d"}`+"\n", strings.Trim(strings.Split(word(), "]")[0], "["), n(2))
		default:
			lines.WriteString(word() + "\n")
		}
	}
	if lines.Len() > 0 {
		b.WriteString(" -i -")
	}
	return b.String(), lines.String()
}

func lines(s string) []string { return strings.SplitAfter(strings.TrimSuffix(s, "\n"), "\n") }

func sorted(s []string) string {
	s = slices.Clone(s)
	for i := range s {
		s[i] = strings.TrimSuffix(s[i], "\n")
	}
	slices.Sort(s)
	return strings.Join(s, "\n")
}

// byPort sorts the records of linear order by port: the ports of the first target, then
// those that other targets add. It retains the order of targets. Error records without a
// port are with the first port.
func byPort(out string) string {
	port := regexp.MustCompile(`"port":\d+,"proto":"..."`)
	number := map[string]int{}
	of := func(line string) int {
		key := port.FindString(line)
		if key == "" {
			return 0
		}
		if _, ok := number[key]; !ok {
			number[key] = len(number)
		}
		return number[key]
	}
	all := strings.SplitAfter(out, "\n")
	all = all[:len(all)-1]
	for _, line := range all {
		of(line)
	}
	slices.SortStableFunc(all, func(a, b string) int { return of(a) - of(b) })
	return strings.Join(all, "")
}

func TestShardsSkipsAndLimitsAddUpToTheWhole(t *testing.T) {
	lab.NotRaced(t) // takes long; other tests race the same code
	rapid.Check(t, func(t *rapid.T) {
		args, list := commandLine(t)
		order := rapid.SampledFrom([]string{"", " --order interleaved", " --order random --seed 5"}).Draw(t, "order")
		linear, whole := run(list, args), run(list, args+order)
		if sorted(lines(linear.out)) != sorted(lines(whole.out)) || linear.status != whole.status {
			t.Fatalf("%s: the order is not a permutation of linear\n%s\n%s", args+order, linear.out, whole.out)
		}
		if want := byPort(linear.out); order == " --order interleaved" && whole.out != want {
			t.Fatalf("%s:\n%s\nwant\n%s", args+order, whole.out, want)
		}
		all := strings.SplitAfter(whole.out, "\n")
		all = all[:len(all)-1]
		if n := run(list, args+order+" --count"); n.out != fmt.Sprintln(len(all)) {
			t.Fatalf("%s: counted %s of %d", args, n.out, len(all))
		}
		n := rapid.IntRange(1, 5).Draw(t, "shards")
		skip, limit := rapid.IntRange(0, 40).Draw(t, "skip"), rapid.IntRange(0, 40).Draw(t, "limit")
		for i := range n {
			var want []string
			for j := i; j < len(all); j += n {
				want = append(want, all[j])
			}
			shard := fmt.Sprintf("%s%s --shard %d/%d", args, order, i+1, n)
			if got := run(list, shard); got.out != strings.Join(want, "") {
				t.Fatalf("%s:\n%s\nwant\n%s", shard, got.out, want)
			}
			want = want[min(skip, len(want)):]
			want = want[:min(limit, len(want))]
			part := fmt.Sprintf("%s --skip %d --limit %d", shard, skip, limit)
			if got := run(list, part); got.out != strings.Join(want, "") {
				t.Fatalf("%s:\n%s\nwant\n%s", part, got.out, want)
			}
			if got := run(list, part+" --count"); got.out != fmt.Sprintln(len(want)) {
				t.Fatalf("%s: counted %s of %d", part, got.out, len(want))
			}
		}
	})
}

// TestWindow compares the selection from ranges of any size with one from the whole.
func TestWindow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Uint64Range(1, 9).Draw(t, "n")
		i := rapid.Uint64Range(1, n).Draw(t, "i")
		skip, limit := rapid.Uint64Range(0, 20).Draw(t, "skip"), rapid.Uint64Range(0, 30).Draw(t, "limit")
		w := newWindow(shard{i, n}, count{num(skip), true}, count{num(limit), limit < 25})
		var got, want []uint64
		base := uint64(0)
		for _, size := range rapid.SliceOfN(rapid.Uint64Range(0, 40), 0, 8).Draw(t, "sizes") {
			off, m := w.pick(num(size))
			for k := range m.Lo {
				got = append(got, base+off.Lo+k*n)
			}
			base += size
		}
		for at := i - 1 + skip*n; at < base && (limit >= 25 || uint64(len(want)) < limit); at += n {
			want = append(want, at)
		}
		if !slices.Equal(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
}

func TestWindowDoesNotOverflow(t *testing.T) {
	most := count{uint128.Max, true}
	for _, c := range []struct {
		s     shard
		skip  count
		sizes []number
		want  string
	}{
		{shard{}, most, []number{uint128.Max, num(5)}, "0 0"},
		{shard{1, 2}, most, []number{num(5)}, "0"},
		{shard{}, count{uint128.Max.Sub64(1), true}, []number{uint128.Max, num(5)}, "1 0"},
		{shard{}, count{}, []number{uint128.Max, uint128.Max}, "340282366920938463463374607431768211455 0"},
		{shard{3, 1 << 63}, count{}, []number{uint128.Max, num(5)}, "36893488147419103232 0"},
	} {
		w := newWindow(c.s, c.skip, count{})
		var got []string
		for _, size := range c.sizes {
			_, n := w.pick(size)
			got = append(got, n.String())
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("shard %v skip %v: took %v, want %s", c.s, c.skip.n, got, c.want)
		}
	}
}

// TestVastSpacesAreExact: of counting and sharding spaces that are too large to
// generate.
func TestVastSpacesAreExact(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"2001:db8::/64 -p- --count", "1208907372870555465154560 "},
		{"::/0 -p 1 --count", "340282366920938463463374607427473244159 "},
		{"::/0 -p 1 --count -x ::/1", "170141183460469231731687303715884105728 "},
		{"::/0 -p- --count --shard 1/2 --limit 7 -x 8000::/1,4000::/2,2000::/3,1000::/4,800::/5,400::/6,200::/7,100::/8,80::/9,40::/10,20::/11,10::/12,8::/13,4::/14,2::/15,1::/16", "7 "},
		{"2001:db8::/64 -p 80,443 --plain --skip 18446744073709551615 --limit 2", "[2001:db8::7fff:ffff:ffff:ffff]:443 [2001:db8:0:0:8000::]:80 "},
		{"2001:db8::/64 -p 80,443 --plain --skip 36893488147419103231", "[2001:db8::ffff:ffff:ffff:ffff]:443 "},
		{"2001:db8::/64 -p 80,443 --plain --shard 18446744073709551615/18446744073709551615", "[2001:db8::7fff:ffff:ffff:ffff]:80 [2001:db8::ffff:ffff:ffff:fffe]:443 "},
		{"2001:db8::/64 -p 443,80 --plain --order interleaved --skip 18446744073709551615 --limit 2", "[2001:db8::ffff:ffff:ffff:ffff]:443 [2001:db8::]:80 "},
		{"2001:db8::/64 -p 443,80 --plain --order interleaved --shard 18446744073709551615/18446744073709551615", "[2001:db8::ffff:ffff:ffff:fffe]:443 [2001:db8::ffff:ffff:ffff:fffd]:80 "},
		{"2001:db8::/48 10.0.0.0/8 -p- --plain --order interleaved --skip 79226953588444724063847317503 --limit 2", "[2001:db8:0:ffff:ffff:ffff:ffff:ffff]:65535 10.0.0.0:65535 "},
		{"2001:db8::/32 -p- --plain --skip 5192217630372313364192902785269759 --limit 9 -6", "[2001:db8:ffff:ffff:ffff:ffff:ffff:ffff]:65535 "},
	} {
		if got := run("", c.args); !strings.HasPrefix(strings.ReplaceAll(got.out, "\n", " "), c.want) || got.status != 0 {
			t.Errorf("portgen %s: %q, status %d, %s; want %q", c.args, got.out, got.status, got.err, c.want)
		}
	}
	a := run("", "2001:db8::/64 -p 1-3 --plain --order random --seed 9 --limit 50 --skip 1000000000000")
	b := run("", "2001:db8::/64 -p 1-3 --plain --order random --seed 9 --limit 25 --skip 1000000000025")
	if !strings.HasSuffix(a.out, b.out) || len(lines(a.out)) != 50 || len(lines(b.out)) != 25 {
		t.Errorf("a /64 in random order cannot be gone on with:\n%s\n%s", a.out, b.out)
	}
}
