package ndjson

// container skips an array or object (sections 4 and 5) that is nested in depth
// others.
func container(b []byte, i, depth int) (int, *SyntaxError) {
	if depth == maxDepth {
		return i, &SyntaxError{i, "arrays and objects are nested more than 10000 deep"}
	}
	object, closing := b[i] == '{', b[i]+2 // '{'+2 is '}', '['+2 is ']'
	if i = space(b, i+1); at(b, i) == closing {
		return i + 1, nil
	}
	for {
		var err *SyntaxError
		if object {
			if i, err = label(b, i); err != nil {
				return i, err
			}
		}
		if i, err = skipValue(b, i, depth+1); err != nil {
			return i, err
		}
		i = space(b, i)
		switch at(b, i) {
		case ',':
			i = space(b, i+1)
		case closing:
			return i + 1, nil
		default:
			return i, &SyntaxError{i, "a , or " + string(closing) + " must follow"}
		}
	}
}

// label skips the name of an object's member and the colon.
func label(b []byte, i int) (int, *SyntaxError) {
	i, _, err := name(b, i)
	if err == nil {
		i, err = colon(b, i)
	}
	return space(b, i), err
}

// name skips the name of an object's member.
func name(b []byte, i int) (end int, escaped bool, err *SyntaxError) {
	if i < len(b) && b[i] == '"' {
		return str(b, i+1)
	}
	return i, false, &SyntaxError{i, "a name in quotes must come here"}
}

// colon skips white space and a colon.
func colon(b []byte, i int) (int, *SyntaxError) {
	if i = space(b, i); i < len(b) && b[i] == ':' {
		return i + 1, nil
	}
	return i, &SyntaxError{i, "a : must follow the name"}
}

// objectEnd returns an error unless the outermost object ends at b[i], with
// nothing but white space behind it.
func objectEnd(b []byte, i int) error {
	switch {
	case i >= len(b):
		return &SyntaxError{i, "the object is not closed"}
	case b[i] != '}':
		return &SyntaxError{i, "a , or } must follow"}
	}
	return nothingAfter(b, i+1)
}

// at returns b[i], or 0, which is not valid in any place, behind the end.
func at(b []byte, i int) byte {
	if i < len(b) {
		return b[i]
	}
	return 0
}
