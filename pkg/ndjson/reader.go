package ndjson

import (
	"bytes"
	"io"
)

const (
	// MaxLine is the maximum length of a line in bytes, without its LF and a CR
	// before it: 1 MiB of input that two tools have made 16 KiB longer each.
	MaxLine = 1<<20 + 2*(16<<10)

	// readSize is the minimum size of a read.
	readSize = 64 << 10
	// blockSize is the approximate size of a block.
	blockSize = 256 << 10
	// around is the number of bytes that a line has beside its text: a byte order
	// mark and a CR, and one byte more, with which it is too long.
	around = len(BOM) + 2
	// maxEmptyReads is the number of reads without data or error after which
	// reading fails.
	maxEmptyReads = 100

	// BOM is the byte order mark in UTF-8, which is ignored at the beginning of an input.
	BOM = "\xef\xbb\xbf"
)

// Line is one line of input.
type Line struct {
	// No is the line number, from 1. Blank lines count.
	No int64
	// Text is the line without its LF, a CR before it, and a byte order mark at
	// the beginning of the input. It is never blank, and valid until the next
	// call.
	Text []byte
	// Long is set if the line is longer than the limit. Text is then its beginning,
	// at least 4 KiB of it.
	Long bool
	// At is the offset of Text in the input.
	At int64
}

// Reader reads lines. It returns a line as soon as its LF has been read. Its
// buffers hold at most the limit of a line and one read each, and it reads at least
// 64 KiB at once. It is for one goroutine.
type Reader struct {
	// FirstLineOnly makes an array or object that spans several lines one wrong
	// line: only its first line is returned.
	FirstLineOnly bool
	// Limit is the maximum length of a line instead of MaxLine, if it is not 0.
	Limit int

	src io.Reader
	// buf[:held] has been read but does not belong to a block yet.
	buf  []byte
	held int
	// block has the lines that Next returns. If peeked is set, ahead is the next
	// one, and after is block behind it.
	block, after Block
	ahead        Line
	peeked       bool
	// no is the line number at the end of the last block.
	no int64
	// skipping is set while the rest of a long line is discarded.
	skipping bool
	spread   spread
	// total is the number of bytes read.
	total int64
	err   error
}

// limit returns the maximum length of a line.
func (r *Reader) limit() int {
	if r.Limit > 0 {
		return r.Limit
	}
	return MaxLine
}

// NewReader returns a Reader that reads from r.
func NewReader(r io.Reader) *Reader { return &Reader{src: r} }

// Next returns the next line that is not blank (only spaces, tabs and CR).
// After the last line, which needs no LF, it returns io.EOF. Any other error
// is the underlying reader's. A line that the error cuts off is not returned.
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

// nextBlock replaces a block whose lines have all been returned.
func (r *Reader) nextBlock() (err error) {
	r.block, err = r.NextBlock(r.block.Data)
	return err
}

// read reads into p once, or again if it got nothing.
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

// trim removes a CR at the end and, from the first line, a byte order mark.
func trim(b []byte, first bool) []byte {
	if n := len(b) - 1; n >= 0 && b[n] == '\r' {
		b = b[:n]
	}
	if first {
		b = bytes.TrimPrefix(b, []byte(BOM))
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
