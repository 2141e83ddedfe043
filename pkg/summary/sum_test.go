package summary_test

import (
	"bytes"
	"math"
	"math/rand/v2"
	"net/netip"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"portkit/pkg/endpoint"
	"portkit/pkg/internal/lab"
	"portkit/pkg/ndjson"
	"portkit/pkg/record"
	"portkit/pkg/summary"
)

// result is a result record with the fields to group by.
type result struct {
	by string
	record.Result
}

// The pools are small, so that endpoints occur again with other results.
var (
	hosts = []struct{ host, ip string }{
		{"192.0.2.9", "192.0.2.9"},
		{"192.0.2.10", "192.0.2.10"},
		{"9.9.9.9", "9.9.9.9"},
		{"2001:db8::1", "2001:db8::1"},
		{"2001:DB8::1", "2001:db8::1"},
		{"fe80::1%eth0", "fe80::1%eth0"},
		{"fe80::1%eth1", "fe80::1%eth1"},
		{"www.example", "192.0.2.9"},
		{"www.example", "192.0.2.10"},
		{"www.example", "2001:db8::1"},
		{"nowhere.example", ""},
		{"münchen.example", ""},
		{`"\`, ""},
	}
	groups   = []string{"", `"owner":"ops"`, `"owner":"net"`, `"owner":10`, `"owner":9`, `"owner":-9`, `"owner":-10`, `"owner":null`}
	apps     = []string{"", "", "", "http", "ssh", "ünï\"\n"}
	products = []string{
		"", "", `{"product":"OpenSSH","version":"9.2p1","os":"Debian"}`, `{"product":"OpenSSH","version":"10.0p1"}`, `{"version":"ünï\"\n"}`,
	}
	certs = []string{
		"", "", `{"not_after":"2027-02-01T00:00:00Z","names":["a.example","192.0.2.1"],"issuer":"CN=ca","sha256":"00ff"}`,
		`{"not_after":"2026-12-01T00:00:00Z","sha256":"0a","starttls":true}`, `{"sha256":"0b"}`, `{}`,
	}
)

func randomResult(rnd *rand.Rand) result {
	if rnd.IntN(50) == 0 {
		return result{by: groups[rnd.IntN(len(groups))], Result: record.Result{NoEndpoint: true}}
	}
	h := hosts[rnd.IntN(len(hosts))]
	r := result{by: groups[rnd.IntN(len(groups))], Result: record.Result{
		Host: []byte(h.host), Port: uint16(1 + rnd.IntN(12)), Proto: endpoint.Proto(rnd.IntN(2)),
		State: endpoint.State(1 + rnd.IntN(5)), Reason: endpoint.Reason(rnd.IntN(endpoint.Reasons)),
		App: []byte(apps[rnd.IntN(len(apps))]), RTT: -1,
	}}
	if rnd.IntN(2) == 0 {
		r.RTT = time.Duration(math.Exp(25 * rnd.Float64()))
		r.Time = 1767323045678 + rnd.Int64N(1e7)
	}
	if rnd.IntN(10) == 0 {
		r.Port = uint16(1 + rnd.IntN(65535))
	}
	if rnd.IntN(3) == 0 {
		r.Product, r.Cert = []byte(products[rnd.IntN(len(products))]), []byte(certs[rnd.IntN(len(certs))])
		r.AcceptsAll = rnd.IntN(4) == 0
	}
	if r.State == endpoint.Open && len(r.App) == 0 && !r.AcceptsAll && rnd.IntN(2) == 0 {
		r.Unidentified = endpoint.Unidentified(rnd.IntN(endpoint.UnidentifiedCount))
	}
	if h.ip != "" {
		r.Addr = netip.MustParseAddr(h.ip)
	}
	return r
}

func randomResults(rnd *rand.Rand, n int) []result {
	all := make([]result, n)
	for i := range all {
		all[i] = randomResult(rnd)
	}
	return all
}

var byOwner = must(summary.ParseBy([]string{"owner"}))

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// lines returns the records of a Sum as lines.
func lines(s *summary.Sum) []byte {
	var e record.Encoder
	var out []byte
	for r := range s.Records(byOwner) {
		out = e.Summary(out, r)
	}
	return out
}

// sumOf adds up results and the lines of other sums.
func sumOf(t testing.TB, results []result, parts ...[]byte) []byte {
	return sumInto(t, summary.New(), results, parts...)
}

func sumInto(t testing.TB, s *summary.Sum, results []result, parts ...[]byte) []byte {
	a := s.Adder()
	for i := range results {
		a.Result([]byte(results[i].by), &results[i].Result)
	}
	for _, part := range parts {
		addLines(t, a, part)
	}
	a.Flush()
	return lines(s)
}

func addLines(t testing.TB, a *summary.Adder, part []byte) {
	var d record.Decoder
	var r record.Result
	var sum record.Summary
	for i, text := range bytes.Split(bytes.TrimSpace(part), []byte("\n")) {
		if len(text) == 0 {
			continue
		}
		l := ndjson.Line{No: int64(i + 1), Text: text}
		err := d.Result(l, &r)
		if err == nil {
			err = d.Summary(l, r.Fields, &sum)
		}
		if err != nil || !r.Summary {
			t.Fatalf("%v\n%s", err, text)
		}
		a.Summary(byOwner.Append(nil, sum.Fields, sum.Addr), &sum)
	}
}

func TestSumAgreesWithMaps(t *testing.T) {
	for seed := range uint64(60) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		results := randomResults(rnd, rnd.IntN(800))
		if got, want := sumOf(t, results), oracleSum(results); !bytes.Equal(got, want) {
			t.Fatalf("seed %d:\n%s\nwant\n%s", seed, got, want)
		}
	}
}

// The summary of the parts' summaries is byte for byte the summary of the whole, in
// any order and grouping.
func TestSummaryOfSummariesIsTheWhole(t *testing.T) {
	lab.NotRaced(t) // takes long; other tests race the same code
	checkTrees(t, 2, sumOf, tree, func(*rapid.T, []result, []byte) {})
}

// Stats also add up exactly in any order and grouping, if each result is added once.
func TestStatsAddUp(t *testing.T) {
	lab.NotRaced(t) // takes long; other tests race the same code
	checkTrees(t, 4, withStats, statsTree, func(rt *rapid.T, results []result, whole []byte) {
		if plain := sumOf(t, nil, whole); !bytes.Equal(plain, sumOf(t, results)) {
			rt.Fatalf("without its stats the sum is\n%s", plain)
		}
	})
}

// checkTrees compares a thousand random trees of sums with the sum of the whole.
func checkTrees(t *testing.T, seed uint64,
	sum func(testing.TB, []result, ...[]byte) []byte, tree func(testing.TB, *rand.Rand, []result) []byte,
	also func(*rapid.T, []result, []byte),
) {
	trees := 0
	rapid.Check(t, func(rt *rapid.T) {
		rnd := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), seed))
		results := randomResults(rnd, rapid.IntRange(0, 200).Draw(rt, "results"))
		whole := sum(t, results)
		for range 12 {
			rnd.Shuffle(len(results), func(i, j int) { results[i], results[j] = results[j], results[i] })
			if got := tree(t, rnd, results); !bytes.Equal(got, whole) {
				rt.Fatalf("a tree gives\n%s\nthe whole\n%s", got, whole)
			}
			trees++
		}
		also(rt, results, whole)
	})
	if trees < lab.Rounds(1000) {
		t.Errorf("only %d trees were summed", trees)
	}
}

func withStats(t testing.TB, results []result, parts ...[]byte) []byte {
	s := summary.New()
	s.Stats = true
	return sumInto(t, s, results, parts...)
}

// statsTree adds up random parts and their sums, each once.
func statsTree(t testing.TB, rnd *rand.Rand, results []result) []byte {
	if len(results) < 2 || rnd.IntN(4) == 0 {
		return withStats(t, results)
	}
	at := 1 + rnd.IntN(len(results)-1)
	right := statsTree(t, rnd, results[at:])
	if rnd.IntN(2) == 0 { // results and summaries mixed
		return withStats(t, results[:at], right)
	}
	return withStats(t, nil, right, statsTree(t, rnd, results[:at]))
}

// tree adds up random parts, some of them twice, and their sums.
func tree(t testing.TB, rnd *rand.Rand, results []result) []byte {
	if len(results) < 2 || rnd.IntN(4) == 0 {
		return sumOf(t, results)
	}
	at := 1 + rnd.IntN(len(results)-1)
	left, right := tree(t, rnd, results[:at]), tree(t, rnd, results[at:])
	switch rnd.IntN(4) {
	case 0: // repeated endpoints change nothing, repeated bad records do
		return sumOf(t, nil, right, left, withoutBad(left))
	case 1: // results and summaries mixed
		return sumOf(t, results[:at], right)
	}
	return sumOf(t, nil, left, right)
}

// withoutBad returns the lines without counts of bad records.
func withoutBad(lines []byte) (kept []byte) {
	for line := range bytes.Lines(lines) {
		if !bytes.Contains(line, []byte(`"bad_records":`)) {
			kept = append(kept, line...)
		}
	}
	return kept
}

func TestAddersMayRunConcurrently(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 3))
	results := randomResults(rnd, 20000)
	want := sumOf(t, results)
	s := summary.New()
	var wg sync.WaitGroup
	for part := range slices.Chunk(results, len(results)/4) {
		wg.Go(func() {
			a := s.Adder()
			for i := range part {
				a.Result([]byte(part[i].by), &part[i].Result)
			}
			a.Flush()
		})
	}
	wg.Wait()
	if got := lines(s); !bytes.Equal(got, want) {
		t.Errorf("four adders give\n%s\none gives\n%s", got, want)
	}
}

// fill adds n results of the same 1000 hosts and 100 ports.
func fill(s *summary.Sum, n int) {
	a := s.Adder()
	r := record.Result{State: endpoint.Closed, Reason: endpoint.ConnRefused}
	var host []byte
	for i := range n {
		r.Addr = netip.AddrFrom4([4]byte{10, 0, byte(i / 100 % 1000 >> 8), byte(i / 100 % 1000)})
		host = r.Addr.AppendTo(host[:0])
		r.Host, r.Port = host, uint16(1+i%100*7)
		a.Result(nil, &r)
	}
	a.Flush()
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func TestMemoryFollowsHostsNotRecords(t *testing.T) {
	lab.Slow(t, "memory")
	lab.NotRaced(t) // the race detector needs memory of its own
	var sums [2]*summary.Sum
	var used [2]uint64
	for i, n := range []int{1_000_000, 10_000_000} {
		before := heap()
		sums[i] = summary.New()
		fill(sums[i], n)
		used[i] = heap() - before
	}
	runtime.KeepAlive(sums)
	t.Logf("1000 hosts: %d bytes after 10⁶ records, %d after 10⁷", used[0], used[1])
	if float64(used[1]) > 1.05*float64(used[0]) {
		t.Errorf("%d bytes after 10⁶ records, %d after 10⁷", used[0], used[1])
	}
}

func TestMemoryOfAHostIsBounded(t *testing.T) {
	lab.Slow(t, "memory")
	lab.NotRaced(t) // the race detector needs memory of its own
	const hosts = 256
	for _, c := range []struct {
		name  string
		order []int
		code  func(*rand.Rand) endpoint.Reason
		most  int64
	}{
		{"in order, same result", ascending(), func(*rand.Rand) endpoint.Reason { return endpoint.Reset }, 9 << 10},
		{"at random, same result", shuffled(), func(*rand.Rand) endpoint.Reason { return endpoint.Reset }, 9 << 10},
		{"at random, three results", shuffled(), func(r *rand.Rand) endpoint.Reason { return endpoint.Reason(1 + r.IntN(3)) }, 25 << 10},
		{"at random, different results", shuffled(), func(r *rand.Rand) endpoint.Reason { return endpoint.Reason(1 + r.IntN(22)) }, 52 << 10},
	} {
		before := heap()
		s := summary.New()
		a := s.Adder()
		rnd := rand.New(rand.NewPCG(1, 1))
		for host := range hosts {
			addr := netip.AddrFrom4([4]byte{192, 0, 2, byte(host)})
			r := record.Result{Host: []byte(addr.String()), Addr: addr, State: endpoint.Closed}
			for _, port := range c.order {
				r.Port, r.Reason = uint16(port+1), c.code(rnd)
				a.Result(nil, &r)
			}
		}
		a.Flush()
		a = nil
		used := int64(heap()-before) / hosts
		runtime.KeepAlive(s)
		if t.Logf("%s: %d bytes", c.name, used); used > c.most {
			t.Errorf("%s: %d bytes for a host, want at most %d", c.name, used, c.most)
		}
	}
}

// Behind a SYN proxy all hosts of a network accept every connection.
func TestHostsThatAcceptAllNeedLittleMemory(t *testing.T) {
	lab.NotRaced(t) // the race detector needs memory of its own
	for _, result := range []record.Result{{AcceptsAll: true}, {Unidentified: 6}} {
		silentHosts(t, result)
	}
}

func silentHosts(t *testing.T, result record.Result) {
	t.Helper()
	const hosts, most = 4000, 2 << 10
	before := heap()
	s := summary.New()
	a := s.Adder()
	for host := range hosts {
		addr := netip.AddrFrom4([4]byte{10, 0, byte(host >> 8), byte(host)})
		r := result
		r.Host, r.Addr, r.State = []byte(addr.String()), addr, endpoint.Open
		for port := range uint16(10) {
			r.Port = port + 1
			a.Result(nil, &r)
		}
	}
	a.Flush()
	a = nil
	used := int64(heap()-before) / hosts
	runtime.KeepAlive(s)
	if used > most {
		t.Errorf("%d bytes for a host, want at most %d", used, most)
	}
}

func ascending() []int {
	ports := make([]int, 65535)
	for i := range ports {
		ports[i] = i
	}
	return ports
}

func shuffled() []int { return rand.New(rand.NewPCG(1, 2)).Perm(65535) }

func BenchmarkResultsInOrder(b *testing.B) {
	s := summary.New()
	for b.Loop() {
		fill(s, 100_000)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1e5, "ns/record")
}

func BenchmarkResultsAtRandom(b *testing.B) {
	s := summary.New()
	a := s.Adder()
	rnd := rand.New(rand.NewPCG(1, 2))
	results := make([]record.Result, 1<<20)
	for i := range results {
		addr := netip.AddrFrom4([4]byte{10, 0, byte(rnd.IntN(256)), byte(rnd.IntN(256))})
		results[i] = record.Result{
			Host: []byte(addr.String()), Addr: addr, Port: uint16(1 + rnd.IntN(65535)),
			State: endpoint.Closed, Reason: endpoint.ConnRefused,
		}
	}
	i := 0
	for b.Loop() {
		a.Result(nil, &results[i&(len(results)-1)])
		i++
	}
}
