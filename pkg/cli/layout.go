package cli

import (
	"bytes"
	"errors"
	"fmt"

	"portkit/pkg/ndjson"
	"portkit/pkg/translate"
)

var errUTF16 = errors.New("UTF-16 text; convert it with: iconv -f UTF-16 -t UTF-8")

// isUTF16 reports whether a text begins with a UTF-16 byte order mark.
func isUTF16(begin []byte) bool {
	return len(begin) > 1 && (begin[0] == 0xff && begin[1] == 0xfe || begin[0] == 0xfe && begin[1] == 0xff)
}

// checkBegin returns the error of an input that begins with bytes of another encoding, or
// with results of another scanner; else that of its layout.
func checkBegin(name string, begin []byte, foreign func([]byte) bool, layout error) error {
	head := bytes.TrimLeft(bytes.TrimPrefix(begin, []byte(ndjson.BOM)), " \t\r\n")
	switch {
	case isUTF16(begin):
		return errUTF16
	case foreign != nil && foreign(head):
		if name == StdinInMessages {
			return errors.New("results of another scanner; convert them with portfrom")
		}
		return fmt.Errorf("results of another scanner; convert them with: portfrom %s", translate.Quote(name))
	}
	return layout
}

// layout detects JSON that is not one object per line, by the first line that is
// neither blank nor a comment: an array begins with "[" and something that is not
// an IPv6 address, an indented object does not end with its line. A torn record
// rarely ends after a comma or a bracket.
type layout struct {
	state    layoutState
	depth    int  // open brackets of the object
	last     byte // last byte of the object that is not a blank
	inString bool
	escaped  bool
}

type layoutState uint8

const (
	atStart layoutState = iota
	inComment
	inArray
	inObject
	decided
)

// check reads the next bytes of a text. It returns ndjson.ErrArray or
// ndjson.ErrIndented as soon as that is certain.
func (l *layout) check(p []byte) error {
	for _, c := range p {
		switch l.state {
		case decided:
			return nil
		case atStart:
			l.start(c)
		case inComment:
			if c == '\n' {
				l.state = atStart
			}
		case inArray:
			switch c {
			case ' ', '\t', '\r':
			case '\n', '{', '"', '[', ']':
				return ndjson.ErrArray
			default:
				l.state = decided
			}
		case inObject:
			if l.object(c) {
				return ndjson.ErrIndented
			}
		}
	}
	return nil
}

// start reads the first byte of a line.
func (l *layout) start(c byte) {
	switch c {
	case ' ', '\t', '\r', '\n', 0xef, 0xbb, 0xbf: // the last three are U+FEFF
	case '#':
		l.state = inComment
	case '[':
		l.state = inArray
	case '{':
		l.state, l.depth, l.last = inObject, 1, c
	default:
		l.state = decided
	}
}

// object reads the first line of an object, and reports whether the line ends
// where the object cannot.
func (l *layout) object(c byte) (indented bool) {
	switch {
	case c == '\n':
		l.state = decided
		return !l.inString && (l.last == '{' || l.last == '[' || l.last == ',' || l.last == ':')
	case l.escaped:
		l.escaped = false
	case l.inString:
		l.escaped, l.inString = c == '\\', c != '"'
		l.last = c
	case c == ' ' || c == '\t' || c == '\r':
	default:
		l.inString, l.last = c == '"', c
		l.nest(c)
	}
	return false
}

func (l *layout) nest(c byte) {
	switch c {
	case '{', '[':
		l.depth++
	case '}', ']':
		if l.depth--; l.depth == 0 {
			l.state = decided
		}
	}
}
