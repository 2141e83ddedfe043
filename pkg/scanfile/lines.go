package scanfile

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"

	"portkit/pkg/ndjson"
)

// Bad is the error of a line that is not in its format, in a file whose other lines may be.
type Bad string

func (b Bad) Error() string { return string(b) }

// Badf returns a Bad with a formatted message.
func Badf(format string, args ...any) Bad { return Bad(fmt.Sprintf(format, args...)) }

// EachLine calls read with each line of a file that is not blank, and its number. A Bad that
// read returns is reported to out, as are those of errors.Join; results without a port are
// counted, and reported at the end. Every other error ends the file. A last line without a
// line end is torn, because nothing shows how much of it is missing.
func (in *Input) EachLine(out *Output, read func(no int64, line []byte) error) error {
	return in.lacking(out, func() error { return in.eachLine(out, false, read) })
}

// EachObject calls read with the members of each line, which is a JSON object. It reports
// errors as EachLine does. A last line without a line end counts if its object is whole.
func (in *Input) EachObject(out *Output, read func(fields []ndjson.Field) error) error {
	var fields []ndjson.Field
	return in.lacking(out, func() error {
		return in.eachLine(out, true, func(_ int64, line []byte) (err error) {
			if fields, err = ndjson.Scan(line, fields); err != nil {
				return Bad(err.Error())
			}
			return read(fields)
		})
	})
}

// lacking calls read, and reports the results that lack a port: once, since all of a file may.
func (in *Input) lacking(out *Output, read func() error) error {
	before := out.counts.Results
	err := read()
	switch {
	case in.portless == 0:
		return err
	case out.counts.Results > before:
		out.Bad(in.firstPortless, fmt.Sprintf("no port (results without one: %d); if they share one, add it with --port", in.portless))
		return err
	case err != nil:
		return fmt.Errorf("%w; %w", ErrNoPort, err)
	}
	return ErrNoPort
}

// report reports what is wrong with a line, and returns an error that ends the file.
func (in *Input) report(out *Output, line int64, err error) error {
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		for _, one := range several.Unwrap() {
			if err := in.report(out, line, one); err != nil {
				return err
			}
		}
		return nil
	}
	var bad Bad
	switch {
	case errors.As(err, &bad):
		out.Bad(line, string(bad))
	case err == ErrNoPort:
		if in.portless++; in.portless == 1 {
			in.firstPortless = line
		}
	default:
		return err
	}
	return nil
}

// eachLine implements EachLine. closed means that lines have an end of their own.
func (in *Input) eachLine(out *Output, closed bool, read func(int64, []byte) error) error {
	end := &ending{in: in.Reader}
	lines := ndjson.NewReader(end)
	lines.Limit = in.MaxLine
	for {
		l, err := lines.Next()
		in.lines, in.bytes = max(in.lines, l.No), end.total
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		torn := end.cutOff(l)
		switch {
		case l.Long:
			err = Badf("longer than %d bytes, beginning with %q", cmp.Or(in.MaxLine, ndjson.MaxLine), ndjson.Excerpt(l.Text, 40))
		case !torn || closed:
			err = read(l.No, l.Text)
		}
		var bad Bad
		if torn && (!closed || errors.As(err, &bad)) {
			return &Broken{Line: l.No, Byte: l.At, Msg: "the last line is incomplete"}
		}
		if err := in.report(out, l.No, err); err != nil {
			return err
		}
	}
}

// ending reads a file and remembers how it ended.
type ending struct {
	in    io.Reader
	total int64
	last  byte
	ended bool
}

func (e *ending) Read(p []byte) (int, error) {
	n, err := e.in.Read(p)
	if n > 0 {
		e.total, e.last = e.total+int64(n), p[n-1]
	}
	e.ended = e.ended || err == io.EOF
	return n, err
}

// cutOff reports whether a line is the last one and has no line end. A CR that is all of it
// is not part of the text.
func (e *ending) cutOff(l ndjson.Line) bool {
	return e.ended && e.total > 0 && e.last != '\n' && l.At+int64(len(l.Text))+1 >= e.total
}

// End checks that a file has the line with which its scanner ends a scan.
type End struct {
	// What is the line, for messages.
	What  string
	began int64 // line number of the beginning of the scan; 0 outside one
}

// Begin begins a scan. The error is about the scan before it in the same file.
func (e *End) Begin(line int64) (err error) {
	if e.began > 0 {
		err = Badf("the scan that begins at line %d ends before %s", e.began, e.What)
	}
	e.began = line
	return err
}

// Reached ends a scan.
func (e *End) Reached() { e.began = 0 }

// Check returns err, with which the lines of in ended, or else the error of a missing end.
func (e *End) Check(in *Input, err error) error {
	if err != nil || e.began == 0 {
		return err
	}
	return &Broken{Line: in.lines, Byte: in.bytes, Msg: EndsBefore(e.What)}
}

// Member removes the first member from a line of members such as "Host: 192.0.2.7" with tabs
// between them.
func Member(line *[]byte) (name, value []byte) {
	first, rest, _ := bytes.Cut(*line, []byte("\t"))
	*line = rest
	name, value, _ = bytes.Cut(first, []byte(": "))
	return name, value
}
