package ndjson

// Elements returns the elements of an array, as written, in into's storage. ok is false if
// the value, which Scan has found, is not an array.
func Elements(value []byte, into [][]byte) (elements [][]byte, ok bool) {
	into = into[:0]
	if at(value, 0) != '[' {
		return into, false
	}
	i := space(value, 1)
	for i < len(value) && value[i] != ']' {
		end, err := skipValue(value, i, 1)
		if err != nil {
			return into[:0], false
		}
		into = append(into, value[i:end])
		if i = space(value, end); at(value, i) == ',' {
			i = space(value, i+1)
		}
	}
	return into, true
}

// Last returns the value, as written, of the last field with a name; nil if there is none.
func Last(fields []Field, name string) []byte {
	for i := len(fields) - 1; i >= 0; i-- {
		if f := &fields[i]; string(f.Key) == name {
			return f.Value
		}
	}
	return nil
}
