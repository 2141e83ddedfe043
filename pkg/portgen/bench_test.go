package portgen

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	"portkit/pkg/cli"
	"portkit/pkg/portspec"
	"portkit/pkg/target"
)

// benchmark runs a command line with --limit b.N: an operation is a record.
func benchmark(b *testing.B, args, in string) {
	var errs bytes.Buffer
	b.ReportAllocs()
	b.ResetTimer()
	status := cli.Run(Tool(), cli.IO{
		Args: append(strings.Fields(args), "--limit", fmt.Sprint(b.N)),
		In:   strings.NewReader(in), Out: io.Discard, Err: &errs,
	})
	if status != 0 {
		b.Fatalf("status %d: %s", status, &errs)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds()/1e6, "Mrecords/s")
}

func BenchmarkLinear(b *testing.B)     { benchmark(b, "10.0.0.0/8 -p-", "") }
func BenchmarkLinearPort(b *testing.B) { benchmark(b, "16.0.0.0/4 -p 80", "") }
func BenchmarkLinear6(b *testing.B)    { benchmark(b, "2001:db8::/64 -p 80", "") }
func BenchmarkPlain(b *testing.B)      { benchmark(b, "10.0.0.0/8 -p- --plain", "") }
func BenchmarkRandom(b *testing.B)     { benchmark(b, "10.0.0.0/8 -p- --order random --seed 1", "") }

func BenchmarkRandom6(b *testing.B) {
	benchmark(b, "2001:db8::/64 -p- --order random --seed 1", "")
}

func BenchmarkInterleaved(b *testing.B) {
	benchmark(b, "10.0.0.0/16 172.16.0.0/12 -p- --order interleaved", "")
}

func BenchmarkInterleaved6(b *testing.B) {
	benchmark(b, "2001:db8::/112 -p- --order interleaved", "")
}

func BenchmarkShard(b *testing.B) { benchmark(b, "10.0.0.0/8 -p- --shard 3/7", "") }

func BenchmarkListText(b *testing.B) {
	benchmark(b, "-p 80", strings.Repeat("192.0.2.7\n", b.N))
}

func BenchmarkListNDJSON(b *testing.B) {
	benchmark(b, "", strings.Repeat(`{"host":"192.0.2.7","ports":[22,80],"owner":"ops","rack":7}`+"\n", b.N/2+1))
}

func BenchmarkRandomManyTargets(b *testing.B) {
	var all space
	ports, err := portspec.Parse("1-1000", nil, nil)
	if err != nil {
		b.Fatal(err)
	}
	addAddresses(b, 500000, &ports, all.add)
	e := newEmitter(&cli.Context{Context: context.Background(), Out: io.Discard}, false)
	w := newWindow(shard{}, count{}, count{num(uint64(b.N)), true})
	b.ResetTimer()
	e.shuffle(&all, &w, 1)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds()/1e6, "Mrecords/s")
}

// addAddresses passes n addresses, one by one, with their ports to add.
func addAddresses(b *testing.B, n int, ports *portspec.Set, add func(*entry) error) {
	b.Helper()
	for i := range n {
		one, err := target.Parse(fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255))
		if err != nil {
			b.Fatal(err)
		}
		if err := add(&entry{target: one, ports: ports}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkInterleavedManyTargets: of a list of addresses.
func BenchmarkInterleavedManyTargets(b *testing.B) {
	all := newPasses()
	ports, err := portspec.Parse("-", nil, nil)
	if err != nil {
		b.Fatal(err)
	}
	addAddresses(b, 100000, &ports, all.add)
	e := newEmitter(&cli.Context{Context: context.Background(), Out: io.Discard}, false)
	w := newWindow(shard{}, count{}, count{num(uint64(b.N)), true})
	b.ResetTimer()
	e.interleave(all, &w)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds()/1e6, "Mrecords/s")
}
