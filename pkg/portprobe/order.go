package portprobe

// order holds lines back until those before them have come. The gate bounds
// how many wait here.
type order struct {
	next  uint64 // the place of the line that is written next
	early map[uint64]held
}

// held is a line that came early, with its share of its parcel.
type held struct {
	text  []byte
	bytes int
}

func newOrder() *order { return &order{early: map[uint64]held{}} }

// take moves the parcel's lines into out as far as their turn has come.
func (o *order) take(p, out *resultBatch) {
	start := 0
	for i, l := range p.ends {
		text := p.lines[start:l.end]
		start = l.end
		bytes := 0
		if i == 0 {
			bytes = p.bytes // which of the lines a byte is counted with does not matter
		}
		if l.seq != o.next {
			o.early[l.seq] = held{text: append([]byte(nil), text...), bytes: bytes}
			continue
		}
		o.emit(out, held{text, bytes})
		for len(o.early) > 0 {
			h, ok := o.early[o.next]
			if !ok {
				break
			}
			delete(o.early, o.next)
			o.emit(out, h)
		}
	}
}

func (o *order) emit(out *resultBatch, h held) {
	out.lines = append(out.lines, h.text...)
	out.records++
	out.bytes += h.bytes
	o.next++
}
