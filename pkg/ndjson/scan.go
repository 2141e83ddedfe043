package ndjson

import "fmt"

// Field is one member of an object. Its slices are parts of the scanned line,
// except a Key that was written with escapes.
type Field struct {
	// Raw is the member as written, from the opening quote of its key to the
	// last byte of its value.
	Raw []byte
	// Key is the decoded name.
	Key []byte
	// Value is the value as written.
	Value []byte
}

// SyntaxError reports where and why a text is not a JSON object.
type SyntaxError struct {
	// Offset is the index of the wrong byte; the text's length if it ends too
	// early.
	Offset int
	// Msg describes what is wrong.
	Msg string
}

// Error returns the message with the position, counted from 1 as editors do.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("not valid JSON at byte %d: %s", e.Offset+1, e.Msg)
}

// Scan finds the members of the object that line is, in their order,
// duplicates included, in one pass. It reuses into's storage and allocates
// only to grow it and to decode keys that have escapes. The line must be one
// object by RFC 8259 in valid UTF-8, with nothing but white space around it,
// nested at most 10,000 deep, itself included. The error is a *SyntaxError.
func Scan(line []byte, into []Field) ([]Field, error) {
	into = into[:0]
	i := space(line, 0)
	if i >= len(line) || line[i] != '{' {
		return into, &SyntaxError{i, "an object begins with {"}
	}
	i = space(line, i+1)
	if i < len(line) && line[i] == '}' {
		return into, nothingAfter(line, i+1)
	}
	for {
		key := i
		end, escaped, err := name(line, key)
		if err != nil {
			return into, err
		}
		if i = end; i < len(line) && line[i] == ':' {
			i++
		} else if i, err = colon(line, i); err != nil {
			return into, err
		}
		value := space(line, i)
		if i, err = skipValue(line, value, 1); err != nil {
			return into, err
		}
		into = append(into, Field{line[key:i], line[key+1 : end-1], line[value:i]})
		if escaped {
			f := &into[len(into)-1]
			f.Key = unescape(make([]byte, 0, len(f.Key)), f.Key)
		}
		i = space(line, i)
		if i >= len(line) || line[i] != ',' {
			return into, objectEnd(line, i)
		}
		i = space(line, i+1)
	}
}
