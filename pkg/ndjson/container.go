package ndjson

// container skips an array or object (sections 4 and 5) inside the object
// that is scanned. Nearly all fit the small stack; clearing the full one
// costs more than such a value takes to skip.
func container(b []byte, i int) (int, *SyntaxError) {
	var small [1]uint64
	end, err := nested(b, i, small[:])
	if err == nil {
		return end, nil
	}
	var full [maxDepth/64 + 1]uint64
	return nested(b, i, full[:])
}

// nested skips the container that begins at b[i]. objects has a bit for each
// level that is open: set for an object, clear for an array.
func nested(b []byte, i int, objects []uint64) (int, *SyntaxError) {
	depth := 0
	var err *SyntaxError
	for {
		// Here a value begins.
		if c := at(b, i); c == '{' || c == '[' {
			depth++
			if depth >= min(64*len(objects), maxDepth) {
				return i, &SyntaxError{i, "arrays and objects are nested more than 10000 deep"}
			}
			setBit(objects, depth, c == '{')
			i = space(b, i+1)
			if at(b, i) != c+2 { // '{'+2 is '}', '['+2 is ']'
				if i, err = firstOf(b, i, c == '{'); err != nil {
					return i, err
				}
				continue
			}
			depth--
			i++
		} else if i, err = skipValue(b, i); err != nil {
			return i, err
		}
		// Here it ended: containers end with it until a comma comes.
		if i, depth, err = unwind(b, i, depth, objects); err != nil || depth == 0 {
			return i, err
		}
	}
}

// unwind goes from a value's end to the beginning of the next one, or to the
// end of the outermost container, where depth becomes 0.
func unwind(b []byte, i, depth int, objects []uint64) (int, int, *SyntaxError) {
	for depth > 0 {
		i = space(b, i)
		object := objects[depth/64]>>(depth%64)&1 != 0
		switch c := at(b, i); {
		case c == ',':
			i, err := firstOf(b, space(b, i+1), object)
			return i, depth, err
		case c == '}' && object, c == ']' && !object:
			depth--
			i++
		case object:
			return i, depth, &SyntaxError{i, "a , or } must follow"}
		default:
			return i, depth, &SyntaxError{i, "a , or ] must follow"}
		}
	}
	return i, 0, nil
}

// firstOf goes to an element's value, in an object past its name.
func firstOf(b []byte, i int, object bool) (int, *SyntaxError) {
	if !object {
		return i, nil
	}
	i, _, err := name(b, i)
	if err != nil {
		return i, err
	}
	i, err = colon(b, i)
	return space(b, i), err
}

// name skips the name of an object's member.
func name(b []byte, i int) (end int, escaped bool, err *SyntaxError) {
	if i < len(b) && b[i] == '"' {
		return str(b, i+1)
	}
	return i, false, &SyntaxError{i, "a name in quotes must come here"}
}

// colon skips to behind the colon.
func colon(b []byte, i int) (int, *SyntaxError) {
	if i = space(b, i); i < len(b) && b[i] == ':' {
		return i + 1, nil
	}
	return i, &SyntaxError{i, "a : must follow the name"}
}

// objectEnd makes sure that the object that is the text ends at b[i].
func objectEnd(b []byte, i int) error {
	switch {
	case i >= len(b):
		return &SyntaxError{i, "the object is not closed"}
	case b[i] != '}':
		return &SyntaxError{i, "a , or } must follow"}
	}
	return nothingAfter(b, i+1)
}

// at returns b[i], or 0 behind the end, which begins nothing.
func at(b []byte, i int) byte {
	if i < len(b) {
		return b[i]
	}
	return 0
}

func setBit(words []uint64, n int, on bool) {
	words[n/64] &^= 1 << (n % 64)
	if on {
		words[n/64] |= 1 << (n % 64)
	}
}
