package compare

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"
)

// benchLines returns the results of a scan of n ports, 100 per host.
func benchLines(n int) [][]byte {
	var lines [][]byte
	for i := range n {
		host := fmt.Sprintf("10.%d.%d.%d", i/100>>16&255, i/100>>8&255, i/100&255)
		lines = append(lines, fmt.Appendf(nil, `{"host":"%s","ip":"%s","port":%d,"proto":"tcp","state":"closed","reason":"conn-refused","rtt_ms":%d.%03d,"attempts":1,"method":"connect","time":"2026-01-02T03:04:05.678Z"}`,
			host, host, 1+i%100, i%7, i%1000))
	}
	return lines
}

// BenchmarkCompare compares two scans of 300,000 records each. It reports the
// records of one of them.
func BenchmarkCompare(b *testing.B) {
	const records = 300_000
	lines := benchLines(records)
	ordered := bytes.Join(lines, []byte("\n"))
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
	mixed := bytes.Join(lines, []byte("\n"))
	for _, c := range []struct {
		name   string
		text   []byte
		memory int
	}{{"in order", ordered, 0}, {"sorted in memory", mixed, 64 << 20}, {"sorted on disk", mixed, 2 << 20}} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(2 * int64(len(c.text)))
			for b.Loop() {
				s := Source{"text", bytes.NewReader(c.text)}
				tally, err := Compare(s, s, Options{Memory: c.memory}, io.Discard)
				if err != nil || tally.Different() {
					b.Fatal(err, tally)
				}
			}
			b.ReportMetric(records*float64(b.N)/b.Elapsed().Seconds(), "records/s")
		})
	}
}
