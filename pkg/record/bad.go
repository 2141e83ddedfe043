package record

import (
	"fmt"
	"net/netip"

	"portkit/pkg/ndjson"
)

const (
	// maxInput is the maximum number of bytes kept of an unreadable line.
	maxInput = 4 << 10
	// maxEscaped is the maximum length of these bytes as a JSON string with its
	// quotes. It keeps tools from making a line more than 16 KiB longer.
	maxEscaped = 12<<10 + 2
)

// Bad is a line that could not be read as a record, with the fields that were
// valid. It shares no memory with the line.
type Bad struct {
	// No is the line number, from 1.
	No int64
	// Input is the line's text: at most 4 KiB, cut between characters, in
	// valid UTF-8.
	Input string
	// Msg describes the problem: the value, and what is required.
	Msg string
	// Kind is a word that is the same for all problems of one kind.
	Kind string

	// Host, Addr, Port and Proto are the fields of the endpoint; zero if absent or
	// not valid.
	Host  string
	Addr  netip.Addr
	Port  uint16
	Proto string
	// Extra contains the other fields, as Input.Extra does.
	Extra []byte
}

// Error returns the line number and the message.
func (b *Bad) Error() string { return fmt.Sprintf("line %d: %s", b.No, b.Msg) }

// NewBad returns a Bad that has only the text of a line.
func NewBad(l ndjson.Line, kind, msg string) *Bad {
	input := ndjson.Excerpt(l.Text, maxInput)
	for len(ndjson.AppendString(nil, input)) > maxEscaped {
		input = ndjson.Excerpt([]byte(input), len(input)/2)
	}
	return &Bad{No: l.No, Input: input, Msg: msg, Kind: kind}
}

// problem describes what is wrong with a record.
type problem struct{ kind, msg string }

func problemf(kind, format string, a ...any) *problem {
	return &problem{kind, fmt.Sprintf(format, a...)}
}

// bad returns the error for a line with this problem.
func (p *problem) bad(l ndjson.Line) *Bad { return NewBad(l, p.kind, p.msg) }

// Unreadable is like NewBad, but has another message if the line begins an array
// or an object that spans several lines.
func Unreadable(l ndjson.Line, kind, msg string) *Bad {
	// Text is only the beginning of a long line and may end anywhere.
	if err := ndjson.Layout(l.Text); err == ndjson.ErrArray || err != nil && !l.Long {
		kind, msg = "layout", err.Error()
	}
	return NewBad(l, kind, msg)
}

// TooLong returns the Bad of a line that is too long.
func TooLong(l ndjson.Line) *Bad {
	return Unreadable(l, "long", fmt.Sprintf("the line is longer than %d bytes", ndjson.MaxLine))
}
