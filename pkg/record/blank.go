package record

import (
	"fmt"

	"portkit/pkg/ndjson"
)

// Blank reports whether a value stands for an absent field: null, which data
// frames and databases write where a record has no such field, or the empty
// string, which converters from CSV write. No known field can be empty, so this
// holds for all of them, in every record.
func Blank(value []byte) bool {
	return len(value) == len("null") && value[0] == 'n' || len(value) == len(`""`) && value[0] == '"'
}

// Unusable is the values of one record that their fields cannot have and that
// the record is of use without. These fields count as absent.
type Unusable struct {
	// No is the line's number, from 1.
	No int64
	// Msg names the fields and their values.
	Msg string
}

// Error returns the message with the line's number before it.
func (u *Unusable) Error() string { return fmt.Sprintf("line %d: ignored: %s", u.No, u.Msg) }

// add notes one more value; u may be nil.
func (u *Unusable) add(msg string) *Unusable {
	if u == nil {
		return &Unusable{Msg: msg}
	}
	u.Msg += "; " + msg
	return u
}

// index records where the known fields of d.fields are. Of a field given
// twice the last counts.
func (d *Decoder) index() (k known) {
	for i := range d.fields {
		k.set(i, &d.fields[i])
	}
	return k
}

// set records that member i of the object is f, and returns which field.
func (k *known) set(i int, f *ndjson.Field) field {
	id := fieldOf(f.Key)
	if k[id] = int32(i + 1); Blank(f.Value) {
		k[id] = 0
	}
	return id
}
