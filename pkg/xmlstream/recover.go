package xmlstream

// Restart makes the element of the current start tag the outermost one, as if a document
// began with it.
func (r *Reader) Restart() {
	first := r.opened[len(r.opened)-1]
	r.names = r.names[:copy(r.names, r.names[first:])]
	r.opened = append(r.opened[:0], 0)
}

// Recover closes all elements after an error of a document, and moves to the next "<" with
// a name behind it.
func (r *Reader) Recover(name string) error {
	r.closing, r.names, r.opened = false, r.names[:0], r.opened[:0]
	mark := "<" + name
	err := r.skip(mark)
	if err == nil {
		r.pos -= len(mark)
	}
	return err
}
