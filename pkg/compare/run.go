package compare

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"

	"portkit/pkg/endpoint"
)

// appendEntry appends an entry of a run in a file: the length of its key plus one,
// the key, the span. A nil key, written as length 0, means that of the entry
// before.
func appendEntry(dst, key []byte, s *span) []byte {
	if key == nil {
		dst = append(dst, 0)
	} else {
		dst = append(binary.AppendUvarint(dst, uint64(len(key))+1), key...)
	}
	le := binary.LittleEndian
	dst = le.AppendUint64(dst, uint64(s.at))
	dst = le.AppendUint32(le.AppendUint32(dst, s.size), s.sum)
	dst = le.AppendUint16(le.AppendUint16(dst, s.first), s.last)
	named := byte(0)
	if s.named {
		named = 1
	}
	dst = append(dst, byte(s.proto), byte(s.state), byte(s.reason), named)
	return le.AppendUint64(dst, s.facts)
}

const sizeOfSpan = 8 + 4 + 4 + 2 + 2 + 4 + 8

func readSpan(b []byte) span {
	le := binary.LittleEndian
	return span{
		at: int64(le.Uint64(b)), size: le.Uint32(b[8:]), sum: le.Uint32(b[12:]),
		first: le.Uint16(b[16:]), last: le.Uint16(b[18:]),
		proto: endpoint.Proto(b[20]), state: endpoint.State(b[21]), reason: endpoint.Reason(b[22]), named: b[23] != 0,
		facts: le.Uint64(b[24:]),
	}
}

// cursor is the current entry of a run, which is in the file or in memory.
type cursor struct {
	prefix uint64
	key    []byte
	span

	file *bufio.Reader
	mem  *sorter
	part []sorting
}

// next reads the next entry; io.EOF means that there is none.
func (c *cursor) next() error {
	if c.file != nil {
		return c.read()
	}
	if len(c.part) == 0 {
		return io.EOF
	}
	e := &c.mem.entries[c.part[0].entry]
	c.prefix, c.key, c.span = c.part[0].prefix, c.mem.key(e), e.span
	c.part = c.part[1:]
	return nil
}

func (c *cursor) read() error {
	n, err := binary.ReadUvarint(c.file)
	if err != nil {
		return err
	}
	if n > 0 {
		c.key = append(c.key[:0], make([]byte, n-1)...)
		if _, err := io.ReadFull(c.file, c.key); err != nil {
			return unexpectedEOF(err)
		}
	}
	b, err := c.file.Peek(sizeOfSpan)
	if err != nil {
		return unexpectedEOF(err)
	}
	c.span = readSpan(b)
	c.prefix = prefix(c.key, c.proto, c.first)
	_, err = c.file.Discard(sizeOfSpan)
	return err
}

// unexpectedEOF replaces io.EOF by io.ErrUnexpectedEOF: a run ends within an entry.
func unexpectedEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

func (c *cursor) less(d *cursor) bool {
	if c.prefix != d.prefix {
		return c.prefix < d.prefix
	}
	if order := bytes.Compare(c.key, d.key); order != 0 {
		return order < 0
	}
	return c.proto < d.proto || c.proto == d.proto && c.first < d.first
}
