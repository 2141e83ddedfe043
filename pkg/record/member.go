package record

import (
	"fmt"

	"portkit/pkg/ndjson"
)

// Last returns the value of the last field with this name; nil if there is none or
// it is blank.
func Last(fields []ndjson.Field, name string) []byte {
	value := ndjson.Last(fields, name)
	if Blank(value) {
		return nil
	}
	return value
}

// eachMember calls f for each member of the object that v is, blank ones
// excepted, until f returns an error.
func eachMember(v any, f func(name string, v any) error) error {
	o, ok := v.(ndjson.Object)
	if !ok {
		return fmt.Errorf("%s is not an object", show(v))
	}
	for _, m := range o {
		if m.Value == nil || m.Value == "" {
			continue
		}
		if err := f(m.Name, m.Value); err != nil {
			return err
		}
	}
	return nil
}

// integer returns the integer that a decoded value is.
func integer(v any) (int64, error) { return ndjson.Int(ndjson.Append(nil, v)) }

// show returns the beginning of a decoded value for a message.
func show(v any) string { return ndjson.Show(ndjson.Append(nil, v)) }

// within returns err with the name of the field that it is about; nil for nil.
func within(name string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", name, err)
}
