package stream

import (
	"io"
	"sync/atomic"

	"portkit/pkg/cli"
	"portkit/pkg/ndjson"
	"portkit/pkg/record"
)

// Total is the expected number of records.
type Total struct {
	Given   int64        // by a flag; 0 if absent
	counted atomic.Int64 // records in the inputs; 0: unknown
}

// Count counts the records of all inputs in the background, if they are regular files
// and no number was given. The count is 0 until it is complete.
func (t *Total) Count(ctx *cli.Context, files []string, quit <-chan struct{}) {
	inputs, ok := ctx.Regular(files)
	if !ok || t.Given > 0 {
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
		t.counted.Store(total)
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

// Expected returns the total number of records; 0 if unknown. If more are done than
// were counted, a file has grown.
func (t *Total) Expected(done int64) int64 {
	if counted := t.counted.Load(); t.Given == 0 && counted >= done {
		return counted
	}
	return t.Given
}
