package ndjson

import "errors"

// ErrArray and ErrIndented are about JSON that is laid out otherwise than as one
// object per line.
var (
	ErrArray    = errors.New("a JSON array, not one object per line; convert with jq -c '.[]'")
	ErrIndented = errors.New("JSON objects over several lines, not one per line; convert with jq -c '.'")
)

// Layout returns ErrArray if a line begins a JSON array, ErrIndented if it begins
// an object that continues on the next line, and nil otherwise. An address in
// brackets does not begin an array. A line is taken for an indented one only if it
// ends where an object cannot, as lines cut off by accident rarely do.
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

// endsOpen reports whether a line ends with a byte that cannot be an object's
// last.
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

// spread follows a JSON value over several lines, to distinguish them from the
// records behind. It checks only the order of tokens. If that is wrong, the value
// was cut off, and the line is a record again.
type spread struct {
	open []byte // '{' or '[' for each open object or array, outermost first
	want expect
}

// expect is the kind of token that may follow.
type expect uint8

const (
	wantValue   expect = iota
	wantElement        // a value, or the end of an array
	wantKey
	wantMember // a key, or the end of an object
	wantColon
	wantNext // a comma, or the end of the innermost object or array
)

// spreadState is the relation of a line to the value.
type spreadState uint8

const (
	spreadBroken spreadState = iota // cannot belong to it
	spreadOpen                      // a part of it, more follows
	spreadEnded                     // its end
)

// rest reports whether a line belongs to a value that began on an earlier line.
func (s *spread) rest(line []byte) bool {
	if len(line) > MaxLine { // readers may have its beginning only
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

// follow goes through one line.
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

// ends reports whether c may close the innermost object or array.
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

// token returns the length of the comma, colon, string, number or word at the
// beginning of text, and whether it may be there.
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
