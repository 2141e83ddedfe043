package summary_test

import (
	"net/netip"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"sync"
	"testing"

	"portkit/pkg/endpoint"
	"portkit/pkg/internal/lab"
	"portkit/pkg/record"
	"portkit/pkg/summary"
)

// BenchmarkEveryPort adds up all ports of a thousand hosts: host by host for each
// port, ports in random order, with mixed results. It extrapolates the resident
// memory to 65,536 hosts.
func BenchmarkEveryPort(b *testing.B) {
	const hosts, whole = 1024, 65536
	results := []endpoint.Reason{
		endpoint.SynAck, endpoint.NoResponse, endpoint.NoResponse, endpoint.NoResponse,
		endpoint.ConnRefused, endpoint.ConnRefused, endpoint.ConnRefused, endpoint.HostUnreach,
	}
	for _, different := range []int{7, 8} { // the first 7 contain 3 different results, all 8 contain 4
		b.Run(strconv.Itoa(different-4)+"-results", func(b *testing.B) {
			debug.FreeOSMemory()
			if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil { // resets the high-water mark
				b.Fatal(err)
			}
			before := resident(b)
			for b.Loop() {
				s := summary.New()
				var both sync.WaitGroup
				for part := range 2 {
					both.Go(func() { everyPort(s, part*hosts/2, hosts/2, results[:different]) })
				}
				both.Wait()
				b.ReportMetric(float64(resident(b)-before)/1e6*whole/hosts, "MB/65536-hosts")
				runtime.KeepAlive(s)
			}
			b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(b.N)/hosts/65535, "ns/record")
		})
	}
}

func everyPort(s *summary.Sum, first, n int, results []endpoint.Reason) {
	a := s.Adder()
	r := record.Result{RTT: -1}
	var host []byte
	for i := range 65535 {
		port := i*40503%65535 + 1
		for h := first; h < first+n; h++ {
			r.Addr = netip.AddrFrom4([4]byte{10, 0, byte(h >> 8), byte(h)})
			host = r.Addr.AppendTo(host[:0])
			r.Host, r.Port = host, uint16(port)
			r.Reason = results[(port*2654435761>>7^h*7919)%len(results)]
			r.State = r.Reason.State(endpoint.TCP)
			a.Result(nil, &r)
		}
	}
	a.Flush()
}

// resident returns the peak resident memory of the process in bytes.
func resident(b *testing.B) int64 {
	b.Helper()
	kib := lab.HighWater(os.Getpid())
	if kib == 0 {
		b.Fatal("the memory is unknown")
	}
	return int64(kib) << 10
}
