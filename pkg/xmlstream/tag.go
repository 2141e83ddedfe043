package xmlstream

import "bytes"

// startTag reads a start tag behind its "<".
func (r *Reader) startTag() error {
	r.ranges = r.ranges[:0]
	name, err := r.name()
	if err != nil {
		return err
	}
	for {
		c, err := r.space()
		if err != nil {
			return err
		}
		switch c {
		case '>':
			r.pos++
			return r.open(name)
		case '/':
			r.pos++
			if c, err = r.peek(); err != nil {
				return err
			}
			if c != '>' {
				return errSyntax
			}
			r.pos++
			r.closing = true
			return r.open(name)
		}
		if err := r.attribute(); err != nil {
			return err
		}
	}
}

// nameRange has the place of a name, relative to the beginning of the token.
type nameRange struct{ from, to int }

// open opens an element, and sets the fields of its tag.
func (r *Reader) open(name nameRange) error {
	tag := r.buf[r.start:r.pos]
	r.Name, r.Attrs = tag[name.from:name.to], r.Attrs[:0]
	for _, a := range r.ranges {
		r.Attrs = append(r.Attrs, Attr{Name: tag[a.name:a.nameEnd], Value: cut(tag[a.value:a.valueEnd])})
	}
	if len(r.opened) == MaxDepth {
		return errDeep
	}
	r.opened = append(r.opened, len(r.names))
	r.names = append(r.names, r.Name...)
	return nil
}

// close closes the innermost element.
func (r *Reader) close() {
	last := len(r.opened) - 1
	r.names = r.names[:r.opened[last]]
	r.opened = r.opened[:last]
}

// endTag reads an end tag behind its "</".
func (r *Reader) endTag() error {
	name, err := r.name()
	if err != nil {
		return err
	}
	c, err := r.space()
	if err != nil {
		return err
	}
	if c != '>' {
		return errSyntax
	}
	r.pos++
	r.Name, r.Attrs = r.buf[r.start+name.from:r.start+name.to], r.Attrs[:0]
	if last := len(r.opened) - 1; last < 0 || !bytes.Equal(r.Name, r.names[r.opened[last]:]) {
		return errNested
	}
	r.close()
	return nil
}

// attribute reads an attribute.
func (r *Reader) attribute() error {
	name, err := r.name()
	if err != nil {
		return err
	}
	c, err := r.space()
	if err != nil {
		return err
	}
	if c != '=' {
		return errSyntax
	}
	r.pos++
	quote, err := r.space()
	if err != nil {
		return err
	}
	if quote != '"' && quote != '\'' {
		return errSyntax
	}
	r.pos++
	value := r.pos - r.start
	mark := `"`
	if quote == '\'' {
		mark = "'"
	}
	if err := r.find(mark, r.pos); err != nil {
		return err
	}
	if len(r.ranges) == maxAttrs {
		return errLong
	}
	r.ranges = append(r.ranges, attrRange{name.from, name.to, value, r.pos - r.start})
	r.pos++
	return nil
}

// name reads a name.
func (r *Reader) name() (nameRange, error) {
	from := r.pos - r.start
	for {
		for r.pos < r.end && !endsName[r.buf[r.pos]] {
			r.pos++
		}
		if r.pos-r.start-from > maxName {
			return nameRange{}, errLong
		}
		if r.pos < r.end {
			break
		}
		if err := r.more(); err != nil {
			return nameRange{}, err
		}
	}
	if r.pos-r.start == from {
		return nameRange{}, errSyntax
	}
	return nameRange{from, r.pos - r.start}, nil
}

// space skips white space, and returns the byte behind it.
func (r *Reader) space() (byte, error) {
	for {
		c, err := r.peek()
		if err != nil || !isSpace(c) {
			return c, err
		}
		r.pos++
	}
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

var endsName = [256]bool{
	' ': true, '\n': true, '\t': true, '\r': true, '/': true, '>': true, '=': true, '<': true, '"': true, '\'': true, '&': true,
}
