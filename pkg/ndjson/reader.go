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
	// buf[:held] was read behind the last block.
	buf  []byte
	held int
	// block is what Next returns lines of. If peeked, ahead is the next one and
	// after is block without it.
	block, after Block
	ahead        Line
	peeked       bool
	// no is the number of the last line of the last block.
	no int64
	// skipping means that what follows is the rest of a long line.
	skipping bool
	spread   spread
	// total is the number of bytes read.
	total int64
	err   error
}

// NewReader returns a Reader of r.
func NewReader(r io.Reader) *Reader { return &Reader{src: r} }

// Next returns the next line that is not blank (only spaces, tabs and CR).
// After the last line, which needs no LF, it returns io.EOF. Any other error
// is the underlying reader's; a line that it cut off is not returned.
func (r *Reader) Next() (Line, error) {
	if r.peeked {
		r.peeked, r.block = false, r.after
		return r.ahead, nil
	}
	for {
		if l, ok := r.block.Next(); ok {
			return l, nil
		}
		if err := r.nextBlock(); err != nil {
			return Line{}, err
		}
	}
}

// Buffered reports whether Next would return without reading.
func (r *Reader) Buffered() bool {
	if !r.peeked {
		r.after = r.block
		r.ahead, r.peeked = r.after.Next()
	}
	return r.peeked || r.err != nil
}

// nextBlock replaces the block that Next has returned all lines of.
func (r *Reader) nextBlock() (err error) {
	r.block, err = r.NextBlock(r.block.Data)
	return err
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
