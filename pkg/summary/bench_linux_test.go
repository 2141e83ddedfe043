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

// BenchmarkEveryPort adds up every port of a thousand hosts, in an order that
// goes from host to host and jumps from port to port, with answers mixed as
// they would be behind a leaky firewall, and says what 65,536 such hosts would
// keep resident.
func BenchmarkEveryPort(b *testing.B) {
	const hosts, whole = 1024, 65536
	answers := []endpoint.Reason{
		endpoint.SynAck, endpoint.NoResponse, endpoint.NoResponse, endpoint.NoResponse,
		endpoint.ConnRefused, endpoint.ConnRefused, endpoint.ConnRefused, endpoint.HostUnreach,
	}
	for _, different := range []int{7, 8} { // 3 answers, 4 answers
		b.Run(strconv.Itoa(different-4)+"-answers", func(b *testing.B) {
			debug.FreeOSMemory()
			if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil { // forget the most so far
				b.Fatal(err)
			}
			before := resident(b)
			for b.Loop() {
				s := summary.New()
				var both sync.WaitGroup
				for part := range 2 {
					both.Go(func() { everyPort(s, part*hosts/2, hosts/2, answers[:different]) })
				}
				both.Wait()
				b.ReportMetric(float64(resident(b)-before)/1e6*whole/hosts, "MB/65536-hosts")
				runtime.KeepAlive(s)
			}
			b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(b.N)/hosts/65535, "ns/record")
		})
	}
}

func everyPort(s *summary.Sum, first, n int, answers []endpoint.Reason) {
	a := s.Adder()
	r := record.Result{RTT: -1}
	var host []byte
	for i := range 65535 {
		port := i*40503%65535 + 1
		for h := first; h < first+n; h++ {
			r.Addr = netip.AddrFrom4([4]byte{10, 0, byte(h >> 8), byte(h)})
			host = r.Addr.AppendTo(host[:0])
			r.Host, r.Port = host, uint16(port)
			r.Reason = answers[(port*2654435761>>7^h*7919)%len(answers)]
			r.State = r.Reason.State(endpoint.TCP)
			a.Result(nil, &r)
		}
	}
	a.Flush()
}

// resident is the most memory that the process has had so far, in bytes.
func resident(b *testing.B) int64 {
	b.Helper()
	kib := lab.HighWater(os.Getpid())
	if kib == 0 {
		b.Fatal("its memory cannot be told")
	}
	return int64(kib) << 10
}
