package scanfile

import (
	"bufio"
	"bytes"
	"io"

	"portkit/pkg/ndjson"
)

// EachElement calls read with each object of JSON arrays, in any layout: objects without an
// array too, and with a comma too many. It reports to out what is wrong, and continues at the
// next object. start is the name of the first member of all objects, by which one is found
// behind an object that is not whole.
func (in *Input) EachElement(out *Output, start string, read func(object []byte) error) error {
	s := splitter{in: bufio.NewReaderSize(in.Reader, 64<<10), line: 1, start: `"` + start + `"`}
	if head, _ := s.in.Peek(len(ndjson.BOM)); string(head) == ndjson.BOM {
		s.read, _ = s.in.Discard(len(ndjson.BOM))
	}
	for {
		object, err := s.next()
		switch {
		case err == io.EOF:
			return nil
		case err == nil:
			err = read(object)
		}
		if err := in.report(out, s.first, err); err != nil {
			return err
		}
	}
}

// splitter splits arrays into their objects.
type splitter struct {
	in    *bufio.Reader
	start string
	line  int64 // of the next byte
	read  int   // bytes before the next one
	// first and at are the position of the object, or of what is wrong.
	first   int64
	at      int
	inArray bool
	object  []byte
}

// next returns the next object, which is valid until the next call; io.EOF if there is none.
// After a Bad there may be more objects.
func (s *splitter) next() ([]byte, error) {
	for {
		s.first, s.at = s.line, s.read
		c, err := s.byte()
		switch {
		case err == io.EOF && s.inArray:
			return nil, s.broken(EndsBefore("the ] of its array"))
		case err != nil:
			return nil, err
		}
		switch c {
		case '{':
			return s.members()
		case '[':
			if s.inArray {
				return nil, Bad("an array begins before the ] of the one before it: that scan was interrupted")
			}
			s.inArray = true
		case ']':
			s.inArray = false
		case ' ', '\t', '\r', '\n', ',':
		default:
			return nil, s.garbage(c)
		}
	}
}

// garbage skips what is between objects, to the next line that begins with one or an array.
func (s *splitter) garbage(c byte) error {
	bad := Badf("%q is not the beginning of a JSON object", c)
	for {
		if head, _ := s.in.Peek(1); c == '\n' && len(head) > 0 && (head[0] == '{' || head[0] == '[') {
			return bad
		}
		var err error
		if c, err = s.byte(); err == io.EOF {
			return bad
		} else if err != nil {
			return err
		}
	}
}

// members reads the rest of an object.
func (s *splitter) members() ([]byte, error) {
	s.object = append(s.object[:0], '{')
	inString, escaped, long := false, false, false
	for depth := 1; depth > 0; {
		c, err := s.byte()
		switch {
		case err == io.EOF:
			return nil, s.broken("the file ends within this object: the scan was interrupted, or the file is incomplete")
		case err != nil:
			return nil, err
		case c == '\n' && s.begins():
			return nil, Badf("the object ends before line %d, where another begins", s.line)
		}
		if long = long || len(s.object) == ndjson.MaxLine; !long {
			s.object = append(s.object, c)
		}
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
	if long {
		return nil, Badf("an object is longer than %d bytes", ndjson.MaxLine)
	}
	return s.object, nil
}

// begins reports whether the next bytes are the beginning of an object of the array. Those
// inside it have other members.
func (s *splitter) begins() bool {
	if head, _ := s.in.Peek(1); len(head) == 0 || head[0] != '{' {
		return false
	}
	head, _ := s.in.Peek(len("{   ") + len(s.start)) // as masscan writes it
	return bytes.HasPrefix(bytes.TrimLeft(head[1:], " \t"), []byte(s.start))
}

func (s *splitter) byte() (byte, error) {
	c, err := s.in.ReadByte()
	if err != nil {
		return 0, err
	}
	if s.read++; c == '\n' {
		s.line++
	}
	return c, nil
}

func (s *splitter) broken(msg string) error {
	return &Broken{Line: s.first, Byte: int64(s.at), Msg: msg}
}
