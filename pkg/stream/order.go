package stream

// order restores the order of the input: it keeps a line until all lines before it
// are written. The backlog bounds how many it keeps.
type order struct {
	next  uint64 // seq of the line that is written next
	early map[uint64]earlyLine
}

// earlyLine is a line that is not yet due.
type earlyLine struct {
	text  []byte
	bytes int // see Batch
}

func newOrder() *order { return &order{early: map[uint64]earlyLine{}} }

// move moves the lines of b to out as far as they are due, and keeps the others.
func (o *order) move(b, out *Batch) {
	start, bytes := 0, b.Bytes // the first line counts for all bytes
	for _, l := range b.Ends {
		line := earlyLine{b.Lines[start:l.end], bytes}
		start, bytes = l.end, 0
		if l.seq != o.next {
			line.text = append([]byte(nil), line.text...)
			o.early[l.seq] = line
			continue
		}
		for due := true; due; line, due = o.early[o.next] {
			delete(o.early, o.next)
			out.Lines = append(out.Lines, line.text...)
			out.Records++
			out.Bytes += line.bytes
			o.next++
		}
	}
}
