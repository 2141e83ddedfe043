// Package ndjson moves newline-delimited JSON (one object a line, RFC 8259,
// UTF-8, LF) in and out: a reader that bounds its lines, a strict scanner
// that finds the fields of an object as byte ranges so that what is not
// understood can be passed on untouched, decoders for single values, and a
// writer that batches lines without holding them back.
package ndjson

import (
	"bytes"
	"io"
)

const (
	// MaxLine is the most bytes a line may have, its LF and a CR before it
	// not counted: 1 MiB of input that two tools made 16 KiB longer each.
	MaxLine = 1<<20 + 2*(16<<10)

	// readSize is the least room a read is given.
	readSize = 64 << 10
	// blockSize is about how much NextBlock reads at once.
	blockSize = 256 << 10
	// longest is what has to be held to know that a line without LF so far
	// is too long: its text, a byte order mark and a CR, and one byte more.
	longest = MaxLine + len(bom) + 2
	// maxEmptyReads ends a reader that keeps returning nothing at all.
	maxEmptyReads = 100

	bom = "\xef\xbb\xbf"
)

// Line is one line of input.
type Line struct {
	// No counts from 1, blank lines included.
	No int64
	// Text is the line without its LF, a CR before that, and a byte order
	// mark at the beginning of the input. It is never blank, and valid until
	// the next call.
	Text []byte
	// Long says that the line has more than MaxLine bytes; Text is only its
	// beginning, at least 4 KiB of it.
	Long bool
	// At is where Text begins in the input; only of the lines of a Block.
	At int64
}

// Reader reads lines. It hands out a line as soon as its LF has been read,
// holds at most MaxLine bytes and one read's worth, and gives every read at
// least 64 KiB of room. It is for one goroutine.
type Reader struct {
	// FirstLineOnly hands out only the first line of an array, or of an object,
	// that goes on over further lines, so that it is one wrong line.
	FirstLineOnly bool

	src io.Reader
	buf []byte
	// buf[start:end] is what was read and not handed out.
	start, end int
	// scanned is how far buf holds no LF; lf is the index of the first one
	// there, or -1.
	scanned, lf int
	// no is the number of the last line that was handed out or skipped.
	no int64
	// skipping says that buf[start:] is still the rest of a long line.
	skipping bool
	// spread is what was begun by an earlier line; followed reports whether it
	// has followed the line buf[start:lf].
	spread   spread
	followed bool
	// total is how many bytes were read.
	total int64
	err   error
}

// NewReader returns a Reader of r.
func NewReader(r io.Reader) *Reader { return &Reader{src: r, lf: -1} }

// Next returns the next line that is not blank (only spaces, tabs and CR).
// After the last line, which needs no LF, it returns io.EOF. Any other error
// is r's own; what was read of a line that it cut off is not handed out.
func (r *Reader) Next() (Line, error) {
	if l, ok := r.quick(); ok {
		return l, nil
	}
	for {
		if r.whole() {
			return r.take(r.lf, r.lf+1), nil
		}
		if r.end-r.start >= longest {
			l := r.take(r.end, r.end)
			r.skipping, r.spread.open = true, nil
			return l, nil
		}
		if r.err != nil {
			return r.last()
		}
		r.fill()
	}
}

// Buffered says that Next would return at once, without reading.
func (r *Reader) Buffered() bool { return r.whole() || r.err != nil }

// quick is Next for a whole line in the buffer that is like most: not the
// first, not blank, not long. Everything else is left to the careful way.
func (r *Reader) quick() (Line, bool) {
	rest := r.buf[r.scanned:r.end]
	n := bytes.IndexByte(rest, '\n')
	if n < 1 || n > MaxLine || rest[0] <= ' ' || r.start < r.scanned || r.lf >= 0 || r.skipping || r.no == 0 || len(r.spread.open) > 0 {
		return Line{}, false
	}
	if r.FirstLineOnly {
		r.spread.rest(rest[:n])
	}
	r.no++
	r.start += n + 1
	r.scanned = r.start
	if rest[n-1] == '\r' {
		n--
	}
	return Line{No: r.no, Text: rest[:n]}, true
}

// whole finds the first line in the buffer that is not blank and has its LF.
func (r *Reader) whole() bool {
	for r.find() {
		if !r.skipping && !r.blank(r.start, r.lf) && !r.rest(r.lf) {
			return true
		}
		if !r.skipping {
			r.no++
		}
		r.skipping = false
		r.drop(r.lf + 1)
	}
	if r.skipping {
		r.drop(r.end)
	}
	return false
}

// find looks for the first LF. No byte is looked at twice, however small the
// pieces are in which a line arrives.
func (r *Reader) find() bool {
	if r.lf >= 0 {
		return true
	}
	i := bytes.IndexByte(r.buf[r.scanned:r.end], '\n')
	if i < 0 {
		r.scanned = r.end
		return false
	}
	r.lf = r.scanned + i
	return true
}

// drop forgets the buffer up to n.
func (r *Reader) drop(n int) { r.start, r.scanned, r.lf, r.followed = n, n, -1, false }

// rest reports whether the line buf[start:to] belongs to what an earlier line
// began. It may be called more than once for a line.
func (r *Reader) rest(to int) bool {
	if !r.FirstLineOnly || r.followed {
		return false
	}
	r.followed = !r.spread.rest(trim(r.buf[r.start:to], r.no == 0))
	return !r.followed
}

// blank says whether buf[from:to], a line, has nothing in it.
func (r *Reader) blank(from, to int) bool {
	if from < to && r.buf[from] > ' ' && r.buf[from] != bom[0] {
		return false
	}
	return isBlank(trim(r.buf[from:to], r.no == 0))
}

// take hands out the line buf[start:to] and goes on at next.
func (r *Reader) take(to, next int) Line {
	l := cut(r.buf[r.start:to], r.no+1)
	r.no++
	r.drop(next)
	return l
}

// last hands out what stands after the last LF, then r's error.
func (r *Reader) last() (Line, error) {
	if r.err == io.EOF && !r.skipping && !r.blank(r.start, r.end) && !r.rest(r.end) {
		return r.take(r.end, r.end), nil
	}
	r.drop(r.end)
	return Line{}, r.err
}

// fill makes room and reads once.
func (r *Reader) fill() {
	if r.start > 0 && len(r.buf)-r.end < readSize {
		n := copy(r.buf, r.buf[r.start:r.end])
		r.drop(0)
		r.end, r.scanned = n, n
	}
	if len(r.buf)-r.end < readSize {
		size := min(2*r.end+2*readSize, longest+readSize)
		r.buf = append(make([]byte, 0, size), r.buf[:r.end]...)
		r.buf = r.buf[:cap(r.buf)]
	}
	r.end += r.read(r.buf[r.end:])
}

// read reads once into p, more often only if nothing comes.
func (r *Reader) read(p []byte) int {
	for range maxEmptyReads {
		n, err := r.src.Read(p)
		r.err = err
		r.total += int64(n)
		if n > 0 || err != nil {
			return n
		}
	}
	r.err = io.ErrNoProgress
	return 0
}

// cut makes a Line of a line's bytes without LF.
func cut(b []byte, no int64) Line {
	l := Line{No: no, Text: trim(b, no == 1)}
	if len(l.Text) > MaxLine {
		l.Text, l.Long = l.Text[:MaxLine], true
	}
	return l
}

// trim removes a CR at the end and, of a first line, a byte order mark.
func trim(b []byte, first bool) []byte {
	if n := len(b) - 1; n >= 0 && b[n] == '\r' {
		b = b[:n]
	}
	if first {
		b = bytes.TrimPrefix(b, []byte(bom))
	}
	return b
}

func isBlank(b []byte) bool {
	for _, c := range b {
		if c != ' ' && c != '\t' && c != '\r' {
			return false
		}
	}
	return true
}
