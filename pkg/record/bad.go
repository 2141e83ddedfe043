package record

import (
	"fmt"
	"net/netip"

	"portkit/pkg/ndjson"
)

const (
	// maxInput is how much of a line that could not be read is kept.
	maxInput = 4 << 10
	// maxEscaped is how long that may become as a JSON string with its
	// quotes, so that no tool makes a line more than 16 KiB longer.
	maxEscaped = 12<<10 + 2
)

// Bad is a line that could not be read as the record it should be, with what
// was valid in it. It refers to nothing of the line.
type Bad struct {
	// No is the line's number, from 1.
	No int64
	// Input is the line's text: at most 4 KiB, cut between characters, in
	// valid UTF-8.
	Input string
	// Msg says what is wrong, the value and what it takes.
	Msg string
	// Kind is a word that messages about the same kind of fault share.
	Kind string

	// Host, Addr, Port and Proto are the endpoint's fields that were valid;
	// zero values: absent or not.
	Host  string
	Addr  netip.Addr
	Port  uint16
	Proto string
	// Extra is as in Input.
	Extra []byte
}

// Error returns the message with the line's number before it.
func (b *Bad) Error() string { return fmt.Sprintf("line %d: %s", b.No, b.Msg) }

// NewBad returns a Bad for a line of which nothing is kept but its text.
func NewBad(l ndjson.Line, kind, msg string) *Bad {
	input := ndjson.Excerpt(l.Text, maxInput)
	for len(ndjson.AppendString(nil, input)) > maxEscaped {
		input = ndjson.Excerpt([]byte(input), len(input)/2)
	}
	return &Bad{No: l.No, Input: input, Msg: msg, Kind: kind}
}

// problem is what is wrong with a record.
type problem struct{ kind, msg string }

func problemf(kind, format string, a ...any) *problem {
	return &problem{kind, fmt.Sprintf(format, a...)}
}

// bad makes the problem with a line an error for the caller.
func (p *problem) bad(l ndjson.Line) *Bad { return NewBad(l, p.kind, p.msg) }

// Unreadable is NewBad for a line that is not a record, with a message of its own
// if the line begins an array or an object over several lines.
func Unreadable(l ndjson.Line, kind, msg string) *Bad {
	// A long line is only a beginning, which may end anywhere.
	if err := ndjson.Layout(l.Text); err == ndjson.ErrArray || err != nil && !l.Long {
		kind, msg = "layout", err.Error()
	}
	return NewBad(l, kind, msg)
}

// TooLong returns the Bad of a line of which only the beginning is there.
func TooLong(l ndjson.Line) *Bad {
	return Unreadable(l, "long", fmt.Sprintf("the line is longer than %d bytes", ndjson.MaxLine))
}
