package xmlstream

import (
	"bytes"
	"io"
)

// Reader reads a document, or several that follow each other. It is for one goroutine.
type Reader struct {
	// Name is the name of the tag, Attrs the attributes of a start tag, and Text the text
	// as written. They are valid until the next call of Next.
	Name  []byte
	Attrs []Attr
	Text  []byte

	src io.Reader
	err error // of src

	// buf[pos:end] has not been read yet. The current token begins at start.
	buf             []byte
	start, pos, end int
	// base is the offset of buf[0] in the document, and lines the number of lines that end
	// before buf[counted].
	base, lines int64
	counted     int

	closing bool   // an End follows, for an empty-element tag
	names   []byte // of the open elements
	opened  []int  // where each begins in names
	ranges  []attrRange
}

// attrRange has the places of an attribute, relative to the beginning of the token.
type attrRange struct{ name, nameEnd, value, valueEnd int }

// NewReader returns a Reader that reads from src.
func NewReader(src io.Reader) *Reader { return &Reader{src: src, buf: make([]byte, minBuffer)} }

// Offset returns the number of bytes read.
func (r *Reader) Offset() int64 { return r.base + int64(r.pos) }

// Line returns the number of the current line, from 1.
func (r *Reader) Line() int64 {
	r.count(r.pos)
	return r.lines + 1
}

// Depth returns the number of open elements.
func (r *Reader) Depth() int { return len(r.opened) }

// Next returns the kind of the next token. The error is io.EOF at the end of a document,
// io.ErrUnexpectedEOF if the input ends within one, that of the input, or one about the
// document.
func (r *Reader) Next() (Kind, error) {
	if r.closing {
		r.closing = false
		r.close()
		return End, nil
	}
	for {
		r.start = r.pos
		c, err := r.peek()
		if err != nil {
			if err == io.EOF && len(r.opened) > 0 {
				err = io.ErrUnexpectedEOF
			}
			return 0, err
		}
		if c != '<' {
			return Text, r.text()
		}
		r.pos++
		kind, ok, err := r.markup()
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		if ok || err != nil {
			return kind, err
		}
	}
}

// markup reads what follows a "<". It reports whether this is a token.
func (r *Reader) markup() (kind Kind, ok bool, err error) {
	c, err := r.peek()
	if err != nil {
		return 0, false, err
	}
	switch c {
	case '/':
		r.pos++
		return End, true, r.endTag()
	case '?':
		return 0, false, r.skip("?>")
	case '!':
		return r.declaration()
	}
	return Start, true, r.startTag()
}

// declaration reads what follows a "<" and begins with "!".
func (r *Reader) declaration() (kind Kind, ok bool, err error) {
	const cdata = "![CDATA["
	for r.end-r.pos < len(cdata) && r.more() == nil {
	}
	rest := r.buf[r.pos:r.end]
	switch {
	case bytes.HasPrefix(rest, []byte("!--")):
		r.pos += len("!--")
		return 0, false, r.skip("-->")
	case bytes.HasPrefix(rest, []byte(cdata)):
		r.pos += len(cdata)
		r.start = r.pos
		return Text, true, r.cdata()
	case bytes.HasPrefix(rest, []byte("!DOCTYPE")):
		return 0, false, r.doctype()
	case len(rest) < len(cdata) && r.err != nil:
		return 0, false, r.err
	}
	return 0, false, errSyntax
}

// doctype skips a document type without declarations.
func (r *Reader) doctype() error {
	quote := byte(0) // that ends a literal
	for {
		c, err := r.peek()
		if err != nil {
			return err
		}
		r.pos++
		r.start = r.pos
		switch {
		case c == quote:
			quote = 0
		case quote != 0:
		case c == '"' || c == '\'':
			quote = c
		case c == '[':
			return ErrDoctype
		case c == '<':
			return errSyntax
		case c == '>':
			return nil
		}
	}
}

// text reads to the next tag.
func (r *Reader) text() error {
	err := r.find("<", r.start)
	if err == io.EOF {
		if err = nil; len(r.opened) > 0 {
			err = io.ErrUnexpectedEOF
		}
	}
	r.Text = cut(r.buf[r.start:r.pos])
	return err
}

// cdata reads to the end of a section without markup, and behind it.
func (r *Reader) cdata() error {
	if err := r.find("]]>", r.start); err != nil {
		return err
	}
	r.Text = cut(r.buf[r.start:r.pos])
	r.pos += len("]]>")
	return nil
}

// cut returns the first bytes of a text, without an incomplete reference at its end.
func cut(b []byte) []byte {
	if len(b) <= MaxValue {
		return b
	}
	b = b[:MaxValue]
	if i := bytes.LastIndexByte(b, '&'); i > len(b)-maxReference && bytes.IndexByte(b[i:], ';') < 0 {
		b = b[:i]
	}
	return b
}
