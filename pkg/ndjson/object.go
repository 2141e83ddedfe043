package ndjson

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"

	jsoniter "github.com/json-iterator/go"
)

// Object is a JSON object as Decode returns it and Append writes it: its
// members in their order, several of one name included.
type Object []Member

// Member is one member of an Object. Its value is one that Decode returns. Append
// also accepts a Raw, and the numbers and slices that json-iterator encodes.
type Member struct {
	Name  string
	Value any
}

// Raw is a JSON value that Append writes as it is.
type Raw string

// rawMembers are members that Append writes as they are.
type rawMembers string

// Add appends a member unless its value is nil or the empty string: no field
// of a record is empty.
func (o *Object) Add(name string, value any) {
	if value != nil && value != "" {
		if *o == nil {
			*o = make(Object, 0, 12) // as many as most records have
		}
		*o = append(*o, Member{name, value})
	}
}

// AddRaw appends members as they are written, with commas between them.
func (o *Object) AddRaw(members []byte) {
	if len(members) > 0 {
		*o = append(*o, Member{"", rawMembers(members)})
	}
}

// Append appends v as JSON without white space.
func Append(dst []byte, v any) []byte {
	s := jsoniter.ConfigDefault.BorrowStream(nil)
	defer jsoniter.ConfigDefault.ReturnStream(s)
	s.SetBuffer(dst)
	write(s, v)
	dst = s.Buffer()
	s.SetBuffer(nil) // it is the caller's
	return dst
}

// Indent returns v as JSON, with two spaces for each level.
func Indent(v any) []byte {
	s := jsoniter.NewStream(jsoniter.Config{IndentionStep: 2}.Froze(), nil, 0)
	write(s, v)
	return s.Buffer()
}

func write(s *jsoniter.Stream, v any) {
	switch v := v.(type) {
	case string:
		// WriteString passes invalid UTF-8 through.
		s.SetBuffer(AppendString(s.Buffer(), v))
	case Raw:
		s.WriteRaw(string(v))
	case Object:
		writeObject(s, v)
	case []any:
		writeArray(s, v)
	case json.Number:
		s.WriteRaw(string(v))
	case int64:
		s.WriteInt64(v)
	default:
		s.WriteVal(v)
	}
}

func writeObject(s *jsoniter.Stream, o Object) {
	if len(o) == 0 {
		s.WriteEmptyObject()
		return
	}
	s.WriteObjectStart()
	for i, m := range o {
		if i > 0 {
			s.WriteMore()
		}
		if raw, ok := m.Value.(rawMembers); ok {
			s.WriteRaw(string(raw))
			continue
		}
		s.WriteObjectField(m.Name)
		write(s, m.Value)
	}
	s.WriteObjectEnd()
}

func writeArray(s *jsoniter.Stream, a []any) {
	if len(a) == 0 {
		s.WriteEmptyArray()
		return
	}
	s.WriteArrayStart()
	for i, v := range a {
		if i > 0 {
			s.WriteMore()
		}
		write(s, v)
	}
	s.WriteArrayEnd()
}

// Decode returns a value that Scan found as nil, a bool, a json.Number, a
// string, an Object or a []any.
func Decode(value []byte) any {
	it := jsoniter.ConfigDefault.BorrowIterator(pairSurrogates(value))
	defer jsoniter.ConfigDefault.ReturnIterator(it)
	return read(it)
}

// read uses neither Skip nor Read for numbers: they fail for 1e400 and 0.9e99.
func read(it *jsoniter.Iterator) any {
	switch it.WhatIsNext() {
	case jsoniter.NumberValue:
		return it.ReadNumber()
	case jsoniter.ObjectValue:
		o := Object{}
		it.ReadMapCB(func(it *jsoniter.Iterator, name string) bool {
			o = append(o, Member{name, read(it)})
			return true
		})
		return o
	case jsoniter.ArrayValue:
		a := []any{}
		it.ReadArrayCB(func(it *jsoniter.Iterator) bool {
			a = append(a, read(it))
			return true
		})
		return a
	}
	return it.Read()
}

// pairSurrogates replaces the escapes of surrogates that are not one of a pair
// by U+FFFD. Of "\ud800\ud83d\ude00" json-iterator would lose the character
// that the second and third make.
func pairSurrogates(value []byte) []byte {
	if !bytes.Contains(value, []byte(`\u`)) {
		return value
	}
	var b []byte
	for i := 0; i < len(value); {
		switch {
		case value[i] != '\\':
			b = append(b, value[i])
			i++
		case value[i+1] != 'u':
			b = append(b, value[i:i+2]...)
			i += 2
		default:
			r, n := unicodeEscape(value[i:])
			if r == utf8.RuneError {
				b = utf8.AppendRune(b, r)
			} else {
				b = append(b, value[i:i+n]...)
			}
			i += n
		}
	}
	return b
}
