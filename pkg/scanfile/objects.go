package scanfile

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"portkit/pkg/ndjson"
)

// EachElement calls read with each object of JSON arrays, in any layout: objects without an
// array too, and with a comma too many. A Bad that read returns ends the file, as there are no
// lines to continue at.
func (in *Input) EachElement(read func(object []byte) error) error {
	s := splitter{in: bufio.NewReaderSize(in.Reader, 64<<10), line: 1}
	if head, _ := s.in.Peek(len(mark)); string(head) == mark {
		s.read, _ = s.in.Discard(len(mark))
	}
	for {
		object, err := s.next()
		switch {
		case err == io.EOF:
			return nil
		case err == nil:
			err = read(object)
		}
		if bad := Bad(""); errors.As(err, &bad) {
			return &Broken{Line: s.first, Byte: int64(s.at), Msg: string(bad)}
		} else if err != nil {
			return err
		}
	}
}

// mark is the byte order mark.
const mark = "\xef\xbb\xbf"

// splitter splits arrays into their objects.
type splitter struct {
	in   *bufio.Reader
	line int64 // of the next byte
	read int   // bytes before the next one
	// first and at are the position of the object, or of what is wrong.
	first   int64
	at      int
	inArray bool
	object  []byte
}

// next returns the next object, which is valid until the next call; io.EOF if there is none.
func (s *splitter) next() ([]byte, error) {
	for {
		s.first, s.at = s.line, s.read
		c, err := s.in.ReadByte()
		switch {
		case err == io.EOF && s.inArray:
			return nil, Bad("the file ends before the ] of its array: the scan was interrupted, or the file is incomplete")
		case err != nil:
			return nil, err
		}
		s.count(c)
		switch c {
		case '{':
			return s.members()
		case '[':
			s.inArray = true
		case ']':
			s.inArray = false
		case ' ', '\t', '\r', '\n', ',':
		default:
			return nil, Badf("%q is not the beginning of a JSON object", c)
		}
	}
}

// members reads the rest of an object.
func (s *splitter) members() ([]byte, error) {
	s.object = append(s.object[:0], '{')
	inString, escaped := false, false
	for depth := 1; depth > 0; {
		c, err := s.in.ReadByte()
		switch {
		case err == io.EOF:
			return nil, Bad("the file ends within this object: the scan was interrupted, or the file is incomplete")
		case err != nil:
			return nil, err
		case len(s.object) == ndjson.MaxLine:
			return nil, Badf("an object is longer than %d bytes", ndjson.MaxLine)
		}
		s.count(c)
		s.object = append(s.object, c)
		switch {
		case escaped:
			escaped = false
		case c == '"':
			inString = !inString
		case inString:
			escaped = c == '\\'
		case c == '{':
			depth++
		case c == '}':
			depth--
		}
	}
	return s.object, nil
}

func (s *splitter) count(c byte) {
	if s.read++; c == '\n' {
		s.line++
	}
}

// TopKeys returns the names of the members of the first object that head contains, as far as
// head has them, in the first array at most.
func TopKeys(head []byte) (keys []string) {
	rest := bytes.TrimLeft(head, " \t\r\n[")
	if len(rest) == 0 || rest[0] != '{' {
		return nil
	}
	depth := 0
	for i := 0; i < len(rest); i++ {
		switch rest[i] {
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return keys
			}
		case '"':
			end := stringEnd(rest, i)
			if end < 0 {
				return keys
			}
			if depth == 1 && bytes.HasPrefix(bytes.TrimLeft(rest[end+1:], " \t\r\n"), []byte(":")) {
				keys = append(keys, string(rest[i+1:end]))
			}
			i = end
		}
	}
	return keys
}

// stringEnd returns the index of the quote that ends the string beginning at i; -1 if there
// is none.
func stringEnd(b []byte, i int) int {
	for i++; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return -1
}
