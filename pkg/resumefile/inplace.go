package resumefile

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
)

// A file that cannot be replaced is cleaned in place: everything from the first
// line to drop on is rewritten. So that no result is lost if the process is killed
// or the power fails, the steps are:
//
//  1. append a begin mark, a copy of the results that follow the first line to
//     drop, and an end mark;
//  2. write the copy over the old lines, which are never shorter;
//  3. truncate the rest.
//
// Open finishes an interrupted run: without an end mark, the old lines are intact
// and the copy is truncated; with an end mark, the copy is complete.

// disk is the part of *os.File that cleaning in place needs.
type disk interface {
	io.ReaderAt
	io.WriterAt
	Truncate(size int64) error
	Sync() error
}

// mark is an error record without an endpoint, which every reader of results
// ignores.
type mark struct {
	from      int64 // offset of the old lines
	copy, end int64 // offsets of the copy and of its end; 0 in the begin mark
}

const markFormat = `{"state":"error","reason":"interrupted","error":"portprobe was ended while it cleaned this file; run it again with --resume","from":%d,"copy":%d,"end":%d}`

func (m mark) line() []byte { return fmt.Appendf(nil, markFormat+"\n", m.from, m.copy, m.end) }

// parseMark parses a line without its line feed.
func parseMark(line []byte) (m mark, ok bool) {
	if !bytes.HasPrefix(line, []byte(markFormat[:bytes.IndexByte([]byte(markFormat), '%')])) {
		return m, false
	}
	_, err := fmt.Sscanf(string(line), markFormat, &m.from, &m.copy, &m.end)
	return m, err == nil && bytes.Equal(m.line(), append(line[:len(line):len(line)], '\n'))
}

// cleanInPlace replaces the bytes between from and size, the end of the file, by
// what results writes, which is not longer. It returns the new size.
func cleanInPlace(d disk, from, size int64, results func(io.Writer) error) (int64, error) {
	m := mark{from: from}
	to := io.NewOffsetWriter(d, size)
	w := bufio.NewWriterSize(to, 1<<16)
	n, err := w.Write(m.line())
	if err == nil {
		err = results(w)
	}
	if err == nil {
		err = w.Flush()
	}
	if err == nil {
		err = d.Sync()
	}
	if err == nil {
		m.copy = size + int64(n)
		m.end, _ = to.Seek(0, io.SeekCurrent)
		m.end += size
		_, err = d.WriteAt(m.line(), m.end)
	}
	if err != nil {
		d.Truncate(size) // the old lines are intact
		return size, err
	}
	return m.finish(d)
}

// finish writes the complete copy over the old lines.
func (m mark) finish(d disk) (size int64, err error) {
	if err = d.Sync(); err != nil {
		return 0, err
	}
	_, err = io.Copy(io.NewOffsetWriter(d, m.from), io.NewSectionReader(d, m.copy, m.end-m.copy))
	if err == nil {
		err = d.Sync()
	}
	size = m.from + m.end - m.copy
	if err == nil {
		err = d.Truncate(size)
	}
	return size, err
}

// lastMark returns the end mark at the end of the file, which is size bytes long.
func lastMark(d disk, size int64) (m mark, ok bool) {
	buf := make([]byte, min(size, int64(len(markFormat))+3*20))
	if _, err := d.ReadAt(buf, size-int64(len(buf))); err != nil || !bytes.HasSuffix(buf, []byte{'\n'}) {
		return m, false
	}
	line := buf[:len(buf)-1]
	line = line[bytes.LastIndexByte(line, '\n')+1:]
	m, ok = parseMark(line)
	at := size - int64(len(line)) - 1
	begin := m.copy - int64(len(mark{from: m.from}.line()))
	return m, ok && m.end == at && m.copy <= m.end && m.from >= 0 && m.end-m.copy <= begin-m.from
}
