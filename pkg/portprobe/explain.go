package portprobe

// explain reports why standard output has no records: the input has none, or
// they went to the file of --resume although a pipe is read.
func (r *run) explain() {
	switch {
	case r.Quiet || !r.readOut.Load():
	case r.reader.seq == 0 && r.reader.answered.Load() == 0:
		r.ctx.Log.Printf("no endpoints: the input is empty")
	case r.Resume != nil && r.ctx.OutIsPipe():
		r.ctx.Log.Printf("results are in %s, not on standard output", *r.Resume)
	}
}
