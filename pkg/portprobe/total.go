package portprobe

import (
	"io"

	"portkit/pkg/ndjson"
	"portkit/pkg/record"
)

// countInputs counts the records of all inputs in the background, if they are
// regular files and --total is absent. The count is 0 until it is complete.
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

// recordsIn returns the number of records of an input; false if it could not be
// read to its end.
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

// expected returns the total number of records; 0 if unknown. If more are done than
// were counted, a file has grown.
func (r *run) expected(done int64) int64 {
	if counted := r.counted.Load(); r.Total == 0 && counted >= done {
		return counted
	}
	return int64(r.Total)
}
