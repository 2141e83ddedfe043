package record

// field is a field that a record's decoder knows.
type field uint8

const (
	unknown field = iota
	fieldHost
	fieldIP
	fieldPort
	fieldProto
	fieldTarget
	fieldProtocol
	fieldTimeout
	fieldRetries
	fieldState
	fieldReason
	fieldRTT
	fieldApp
	fieldTime
	fieldKind
	fieldOther // of a result, of no meaning to a decoder
	fieldCount
)

// fieldOf looks a decoded key up. Names are case-sensitive.
func fieldOf(key []byte) field {
	switch string(key) {
	case "host":
		return fieldHost
	case "ip":
		return fieldIP
	case "port":
		return fieldPort
	case "proto":
		return fieldProto
	case "target":
		return fieldTarget
	case "protocol":
		return fieldProtocol
	case "timeout_ms":
		return fieldTimeout
	case "retries":
		return fieldRetries
	case "state":
		return fieldState
	case "reason":
		return fieldReason
	case "rtt_ms":
		return fieldRTT
	case "app":
		return fieldApp
	case "kind":
		return fieldKind
	case "time":
		return fieldTime
	case "service", "attempts", "method", "ttl", "error", "line", "input":
		return fieldOther
	}
	return unknown
}

// passesOn says that a field of an endpoint stays in the record behind the
// tool's own fields. The others are written anew or, of an old result, gone.
func (f field) passesOn() bool {
	switch f {
	case unknown, fieldTarget, fieldProtocol, fieldTimeout, fieldRetries, fieldKind:
		return true
	}
	return false
}

// IsResultField says that name is one of the fields that a result has beyond
// its endpoint's: state to ttl, error, line, input. They are removed when
// the record is asked again, so that a user's own field of such a name has to
// be renamed on its way in.
func IsResultField(name []byte) bool {
	switch fieldOf(name) {
	case fieldState, fieldReason, fieldRTT, fieldApp, fieldTime, fieldOther:
		return true
	}
	return false
}

// AppendRaw appends a field as written to a list of such fields, which is
// what Input.Extra is: `"owner":"ops","rack":3`.
func AppendRaw(extra, raw []byte) []byte {
	if len(extra) > 0 {
		extra = append(extra, ',')
	}
	return append(extra, raw...)
}

// AppendRenamed is AppendRaw with prefix put before the field's name, which
// is otherwise left as it was written. prefix needs no escapes.
func AppendRenamed(extra []byte, prefix string, raw []byte) []byte {
	if len(extra) > 0 {
		extra = append(extra, ',')
	}
	extra = append(append(extra, '"'), prefix...)
	return append(extra, raw[1:]...)
}
