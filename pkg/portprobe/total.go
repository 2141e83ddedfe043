package portprobe

import (
	"io"

	"portkit/pkg/ndjson"
	"portkit/pkg/record"
)

// countInputs counts the records to come where all inputs are regular files and
// --total is absent: beside the run, as a look at every line takes time. The
// total is 0 until all are counted.
func (r *run) countInputs(quit <-chan struct{}) {
	inputs, ok := r.ctx.Regular(r.Files)
	if !ok || r.Total > 0 {
		return
	}
	go func() {
		total := int64(0)
		for in := range inputs {
			n, ok := recordsIn(in, quit)
			if !ok {
				return
			}
			total += n
		}
		r.counted.Store(total)
	}()
}

// recordsIn counts the lines of an input that are records. It reports
// whether it got to the end.
func recordsIn(in io.Reader, quit <-chan struct{}) (n int64, ok bool) {
	if in == nil {
		return 0, false
	}
	blocks := ndjson.NewReader(in)
	blocks.FirstLineOnly = true
	var data []byte
	for {
		block, err := blocks.NextBlock(data)
		if err != nil {
			return n, err == io.EOF
		}
		data = block.Data
		for l, ok := block.Next(); ok; l, ok = block.Next() {
			if !record.IsComment(l.Text) {
				n++
			}
		}
		select {
		case <-quit:
			return n, false
		default:
		}
	}
}

// ofTotal returns how many records will come; 0: unknown. done more than were
// counted come from a file that grew.
func (r *run) ofTotal(done int64) int64 {
	if counted := r.counted.Load(); r.Total == 0 && counted >= done {
		return counted
	}
	return int64(r.Total)
}
