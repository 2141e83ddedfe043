package ndjson

import (
	"bytes"
	"io"
)

// Block is a number of whole lines. It may be parsed on another goroutine than
// the one that reads.
type Block struct {
	// First is the line number of the first line.
	First int64
	// Data contains the lines as they were read. Only the last line of the input
	// may have no LF.
	Data []byte
	// At is the offset of Data in the input.
	At int64

	off   int
	no    int64
	limit int
	long  bool
}

// NextBlock returns the lines of one read, up to about 256 KiB, as soon as one
// of them is complete. It reuses the storage of buf, which may be nil or the Data
// of a block that is no longer needed. A line longer than the limit is a block of
// its own, which has only its beginning. After the last block it returns io.EOF
// or the underlying reader's error.
func (r *Reader) NextBlock(buf []byte) (Block, error) {
	if b := r.block; b.off < len(b.Data) {
		r.block, r.peeked = Block{}, false
		return Block{First: b.no + 1, Data: b.Data[b.off:], At: b.At + int64(b.off), no: b.no, limit: b.limit, long: b.long}, nil
	}
	buf = append(buf[:0], r.buf[:r.held]...)
	r.held = 0
	// buf[:searched] has no LF: each byte is searched once, however small the
	// reads.
	searched := 0
	for {
		if r.skipping {
			buf, searched = r.skip(buf), 0
		}
		if i := bytes.LastIndexByte(buf[searched:], '\n'); i >= 0 {
			end := searched + i + 1
			r.keep(buf[end:])
			return r.newBlock(buf[:end], false), nil
		}
		if len(buf) >= r.limit()+around {
			r.skipping = true
			return r.newBlock(buf, true), nil
		}
		if r.err != nil {
			return r.lastBlock(buf)
		}
		searched = len(buf)
		buf = r.more(buf)
	}
}

// skip removes the rest of a long line from the beginning of buf.
func (r *Reader) skip(buf []byte) []byte {
	i := bytes.IndexByte(buf, '\n')
	if i < 0 {
		return buf[:0]
	}
	r.skipping = false
	return buf[:copy(buf, buf[i+1:])]
}

// keep stores the beginning of a line for the next call.
func (r *Reader) keep(b []byte) {
	if len(r.buf) < len(b) {
		r.buf = make([]byte, max(len(b), readSize))
	}
	r.held = copy(r.buf, b)
}

// more reads once and appends to buf.
func (r *Reader) more(buf []byte) []byte {
	if cap(buf)-len(buf) < readSize {
		size := max(blockSize, min(2*cap(buf), r.limit()+around+readSize))
		buf = append(make([]byte, 0, size), buf...)
	}
	n := r.read(buf[len(buf):cap(buf)])
	return buf[:len(buf)+n]
}

func (r *Reader) lastBlock(buf []byte) (Block, error) {
	if r.err != io.EOF || len(buf) == 0 {
		return Block{}, r.err
	}
	return r.newBlock(buf, false), nil
}

func (r *Reader) newBlock(data []byte, long bool) Block {
	if r.FirstLineOnly {
		r.hideRests(data, long)
	}
	b := Block{First: r.no + 1, Data: data, no: r.no, limit: r.limit(), long: long}
	b.At = r.total - int64(r.held) - int64(len(data))
	r.no += int64(bytes.Count(data, []byte{'\n'}))
	if data[len(data)-1] != '\n' {
		r.no++
	}
	return b
}

// hideRests overwrites lines that belong to an array or object of an earlier line
// with spaces, so that the other lines keep their numbers and offsets.
func (r *Reader) hideRests(data []byte, long bool) {
	if long {
		r.spread.open = nil
		return
	}
	for first := r.no == 0; len(data) > 0; first = false {
		n := bytes.IndexByte(data, '\n')
		if n < 0 {
			n = len(data)
		}
		if r.spread.rest(trim(data[:n], first)) {
			for i := range data[:n] {
				data[i] = ' '
			}
		}
		data = data[min(n+1, len(data)):]
	}
}

// Next returns the next line that is not blank; ok is false after the last.
func (b *Block) Next() (l Line, ok bool) {
	for b.off < len(b.Data) {
		text, at := b.Data[b.off:], b.At+int64(b.off)
		if n := bytes.IndexByte(text, '\n'); n >= 0 {
			text = text[:n]
		}
		b.off += len(text) + 1
		b.no++
		if b.no == 1 && bytes.HasPrefix(text, []byte(BOM)) {
			text, at = text[len(BOM):], at+int64(len(BOM))
		}
		if n := len(text) - 1; n >= 0 && text[n] == '\r' {
			text = text[:n]
		}
		if len(text) > 0 && text[0] > ' ' || !isBlank(text) {
			long := b.long || len(text) > b.limit
			return Line{No: b.no, Text: text[:min(len(text), b.limit)], Long: long, At: at}, true
		}
	}
	return Line{}, false
}
