package xmlstream

import (
	"bytes"
	"io"
)

// peek returns the next byte without reading it.
func (r *Reader) peek() (byte, error) {
	if r.pos == r.end {
		if err := r.more(); err != nil {
			return 0, err
		}
	}
	return r.buf[r.pos], nil
}

// more reads at least one byte. It keeps the current token.
func (r *Reader) more() error {
	if r.err != nil {
		return r.err
	}
	if r.start > 0 {
		r.remove(0, r.start)
		r.pos -= r.start
		r.start = 0
	}
	if r.end == len(r.buf) {
		if len(r.buf) == maxBuffer {
			return errLong
		}
		r.buf = append(r.buf, make([]byte, len(r.buf))...)
	}
	for range 100 { // reads without data or error
		n, err := r.src.Read(r.buf[r.end:])
		r.end += n
		r.err = err
		if n > 0 {
			return nil
		}
		if err != nil {
			return err
		}
	}
	r.err = io.ErrNoProgress
	return r.err
}

// remove removes bytes from the buffer, all of which have been read.
func (r *Reader) remove(from, to int) {
	r.count(to)
	r.counted -= to - from
	r.base += int64(to - from)
	r.end = from + copy(r.buf[from:], r.buf[to:r.end])
}

// count counts the lines that end before a place in the buffer, each once.
func (r *Reader) count(to int) {
	if to > r.counted {
		r.lines += int64(bytes.Count(r.buf[r.counted:to], []byte{'\n'}))
		r.counted = to
	}
}

// find moves to the next occurrence of a mark. Of the bytes between from and the mark,
// those beyond MaxValue may be removed from the buffer.
func (r *Reader) find(mark string, from int) error {
	offset := from - r.start
	for {
		if r.ahead(mark) {
			return nil
		}
		// One byte more than MaxValue shows that the value was cut.
		if end := r.start + offset + MaxValue + 1; r.pos > end {
			r.remove(end, r.pos)
			r.pos = end
		}
		if err := r.more(); err != nil {
			return err
		}
	}
}

// skip moves behind the next occurrence of a mark, which ends what is not a token.
func (r *Reader) skip(mark string) error {
	for !r.ahead(mark) {
		r.start = r.pos
		if err := r.more(); err != nil {
			return err
		}
	}
	r.pos += len(mark)
	return nil
}

// ahead moves to the next occurrence of a mark in the buffer, or to where one may begin.
func (r *Reader) ahead(mark string) (found bool) {
	rest := r.buf[r.pos:r.end]
	i := -1
	if len(mark) == 1 {
		i = bytes.IndexByte(rest, mark[0])
	} else {
		i = bytes.Index(rest, []byte(mark))
	}
	if found = i >= 0; !found {
		i = max(0, len(rest)-len(mark)+1)
	}
	r.pos += i
	return found
}
