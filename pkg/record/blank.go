package record

import (
	"fmt"

	"portkit/pkg/ndjson"
)

// Blank reports whether a value means that the field is absent: null, as written
// by data frames and databases, or the empty string, as written by converters from
// CSV. This applies to every known field, as none of them can be empty.
func Blank(value []byte) bool {
	return len(value) == len("null") && value[0] == 'n' || len(value) == len(`""`) && value[0] == '"'
}

// Unusable describes the values of one record that are not valid but not essential
// either. Their fields count as absent.
type Unusable struct {
	// No is the line number, from 1.
	No int64
	// Msg names the fields and their values.
	Msg string
}

// Error returns the line number and the message.
func (u *Unusable) Error() string { return fmt.Sprintf("line %d: ignored: %s", u.No, u.Msg) }

// add adds a message; u may be nil.
func (u *Unusable) add(msg string) *Unusable {
	if u == nil {
		return &Unusable{Msg: msg}
	}
	u.Msg += "; " + msg
	return u
}

// index returns where the known fields of d.fields are. Of a field given twice,
// the last counts.
func (d *Decoder) index() (k known) {
	for i := range d.fields {
		k.set(i, &d.fields[i])
	}
	return k
}

// set records f as field i of the record and returns which field it is.
func (k *known) set(i int, f *ndjson.Field) field {
	id := fieldOfMember(f)
	if k[id] = int32(i + 1); Blank(f.Value) {
		k[id] = 0
	}
	return id
}
