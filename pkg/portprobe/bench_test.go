package portprobe

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"testing"

	"portkit/pkg/cli"
)

// endless repeats a text until so many lines have been read.
type endless struct {
	text  []byte
	lines int // of text
	left  int // to be read
	rest  []byte
}

func (e *endless) Read(b []byte) (int, error) {
	if len(e.rest) == 0 {
		if e.left <= 0 {
			return 0, io.EOF
		}
		e.rest = e.text
		if e.left < e.lines {
			e.rest = e.text[:e.left*len(e.text)/e.lines]
		}
		e.left -= e.lines
	}
	n := copy(b, e.rest)
	e.rest = e.rest[n:]
	return n, nil
}

// block is the records of every line's length the same, so that it can be cut.
func block(addresses, ports int) (text []byte, lines int) {
	var b bytes.Buffer
	for a := range addresses {
		for p := range ports {
			fmt.Fprintf(&b, `{"host":"10.0.0.%03d","ip":"10.0.0.%d","port":%d,"proto":"tcp"}`+"\n", a+100, a+100, 10000+p)
		}
	}
	return b.Bytes(), addresses * ports
}

// BenchmarkSimulate is the whole tool on one processor: NDJSON in and out,
// everything but the network.
func BenchmarkSimulate(b *testing.B) {
	text, lines := block(100, 1000)
	for _, spec := range []string{"rtt=0", "rtt=20ms", "rtt=20ms,loss=0.05,silent=0.1"} {
		b.Run(spec, func(b *testing.B) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
			b.ReportAllocs()
			status := cli.Run(Tool(), cli.IO{
				In: &endless{text: text, lines: lines, left: b.N}, Out: io.Discard, Err: io.Discard,
				Args: []string{"--simulate", spec},
			})
			if status != 0 {
				b.Fatalf("exit %d", status)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
		})
	}
}
