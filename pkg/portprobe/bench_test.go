package portprobe

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"testing"

	"portkit/pkg/cli"
)

// endless returns a text again and again, up to a number of lines.
type endless struct {
	text  []byte
	lines int // in text
	left  int // still to return
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

// block returns records whose lines have equal lengths, so that text can be cut by
// lines.
func block(addresses, ports int) (text []byte, lines int) {
	var b bytes.Buffer
	for a := range addresses {
		for p := range ports {
			fmt.Fprintf(&b, `{"host":"10.0.0.%03d","ip":"10.0.0.%d","port":%d,"proto":"tcp"}`+"\n", a+100, a+100, 10000+p)
		}
	}
	return b.Bytes(), addresses * ports
}

// BenchmarkSimulate measures the whole tool on one processor, without a network.
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
