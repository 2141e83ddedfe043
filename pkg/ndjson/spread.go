package ndjson

import "errors"

// ErrArray and ErrIndented are about JSON that is laid out otherwise than as one
// object per line.
var (
	ErrArray    = errors.New("a JSON array, not one object per line; convert with jq -c '.[]'")
	ErrIndented = errors.New("JSON objects over several lines, not one per line; convert with jq -c '.'")
)

// Layout returns ErrArray if a line begins a JSON array, ErrIndented if it begins
// an object that goes on in the next line, and else nil. An address in brackets
// begins no array. A line torn by accident rarely ends behind a comma.
func Layout(line []byte) error {
	i := space(line, 0)
	if i == len(line) {
		return nil
	}
	switch line[i] {
	case '[':
		i = space(line, i+1)
		if i == len(line) || line[i] == '{' || line[i] == '"' || line[i] == '[' || line[i] == ']' {
			return ErrArray
		}
	case '{':
		if endsOpen(line) && new(spread).follow(line[i:]) == spreadOpen {
			return ErrIndented
		}
	}
	return nil
}

// endsOpen reports whether the last byte of a line is one that an object cannot
// end behind.
func endsOpen(line []byte) bool {
	for i := len(line) - 1; i >= 0; i-- {
		switch line[i] {
		case ' ', '\t', '\r':
		case '{', '[', ',', ':':
			return true
		default:
			return false
		}
	}
	return false
}

// spread follows a JSON value over several lines, in order to tell its lines from
// those behind it. It checks no more than which kinds of token follow each other:
// where they cannot, the value was torn, and a line is a record again.
type spread struct {
	open []byte // '{' or '[' of what is open, the outermost first
	want expect
}

// expect is what may come next.
type expect uint8

const (
	wantValue   expect = iota
	wantElement        // a value, or the end of an array
	wantKey
	wantMember // a key, or the end of an object
	wantColon
	wantNext // a comma, or the end of what is open
)

// spreadState is what a line does to the value.
type spreadState uint8

const (
	spreadBroken spreadState = iota // it cannot be of the value
	spreadOpen                      // it goes on
	spreadEnded                     // it ends
)

// rest reports whether a line belongs to a value that began in a line before it.
// The first line of a value does not.
func (s *spread) rest(line []byte) bool {
	if len(line) > MaxLine { // of which readers may have the beginning only
		s.open = s.open[:0]
		return false
	}
	if len(s.open) > 0 {
		switch s.follow(line) {
		case spreadOpen:
			return true
		case spreadEnded:
			s.open = s.open[:0]
			return true
		}
	}
	s.open, s.want = s.open[:0], wantValue
	if Layout(line) == nil || s.follow(line) != spreadOpen {
		s.open = s.open[:0]
	}
	return false
}

// follow goes over one line.
func (s *spread) follow(line []byte) spreadState {
	for i := space(line, 0); i < len(line); i = space(line, i) {
		switch c := line[i]; c {
		case '{', '[':
			if s.want > wantElement || len(s.open) == maxDepth {
				return spreadBroken
			}
			if s.open, s.want = append(s.open, c), wantMember; c == '[' {
				s.want = wantElement
			}
			i++
		case '}', ']':
			if !s.ends(c) {
				return spreadBroken
			}
			if s.open, s.want = s.open[:len(s.open)-1], wantNext; len(s.open) == 0 {
				return spreadEnded
			}
			i++
		default:
			n, ok := s.token(line[i:])
			if !ok {
				return spreadBroken
			}
			i += n
		}
	}
	return spreadOpen
}

// ends reports whether c may close what is open.
func (s *spread) ends(c byte) bool {
	if len(s.open) == 0 {
		return false
	}
	object := s.open[len(s.open)-1] == '{'
	switch s.want {
	case wantNext:
		return object == (c == '}')
	case wantMember:
		return c == '}'
	case wantElement:
		return c == ']'
	}
	return false
}

// token takes a comma, a colon, a string, a number or a word from the front of
// text, which has such a one at its beginning, and returns its length.
func (s *spread) token(text []byte) (n int, ok bool) {
	switch was := s.want; text[0] {
	case ',':
		if s.want = wantValue; s.open[len(s.open)-1] == '{' {
			s.want = wantKey
		}
		return 1, was == wantNext
	case ':':
		s.want = wantValue
		return 1, was == wantColon
	case '"':
		if s.want = wantNext; was == wantKey || was == wantMember {
			s.want = wantColon
		}
		end, _, err := str(text, 1)
		return end, was != wantNext && was != wantColon && err == nil
	default:
		s.want = wantNext
		end, err := skipValue(text, 0, 0)
		return end, was <= wantElement && err == nil
	}
}
