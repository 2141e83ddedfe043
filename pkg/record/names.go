package record

import (
	"slices"

	"portkit/pkg/ndjson"
)

// field identifies a known field.
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
	fieldEvidence
	fieldProduct
	fieldFinding // another field of findings
	fieldSource  // the scanner that an imported result is from
	fieldOther   // a field of results that the Decoder does not parse
	fieldCount
)

// fieldOf returns the field with this decoded name. Case matters.
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
	case "evidence":
		return fieldEvidence
	case "product":
		return fieldProduct
	case "version", "vendor", "os", "device", "cpe", "limited", "conns", "id_ms",
		"tls", "http", "ssh", "banner", "banner_hex":
		return fieldFinding
	}
	return unknown
}

// fieldOfMember is like fieldOf, but recognizes the field source. It is the user's, unless its
// value is a scanner.
func fieldOfMember(f *ndjson.Field) field {
	if string(f.Key) == "source" && len(f.Value) > 2 && slices.Contains(sources, string(f.Value[1:len(f.Value)-1])) {
		return fieldSource
	}
	return fieldOf(f.Key)
}

// ofFinding reports whether a field is part of a finding, of which only evidence shows
// that it is not the user's.
func (f field) ofFinding() bool { return f == fieldProduct || f == fieldFinding }

// passesOn reports whether a field is passed through behind the tool's own fields.
// Others are written anew, or dropped if they are of an old result.
func (f field) passesOn() bool {
	switch f {
	case unknown, fieldTarget, fieldProtocol, fieldTimeout, fieldRetries, fieldKind:
		return true
	}
	return false
}

// IsResultField reports whether a result has a field of this name beside those of
// its endpoint. These fields are removed when the endpoint is probed again, so a
// user's field of such a name has to be renamed.
func IsResultField(name []byte) bool {
	switch fieldOf(name) {
	case fieldState, fieldReason, fieldRTT, fieldApp, fieldTime, fieldOther, fieldEvidence, fieldProduct, fieldFinding:
		return true
	}
	return false
}

// AppendRaw appends a field as written to a list of fields such as Input.Extra.
func AppendRaw(extra, raw []byte) []byte {
	if len(extra) > 0 {
		extra = append(extra, ',')
	}
	return append(extra, raw...)
}

// AppendRenamed is like AppendRaw, but puts prefix, which requires no escapes,
// before the name.
func AppendRenamed(extra []byte, prefix string, raw []byte) []byte {
	if len(extra) > 0 {
		extra = append(extra, ',')
	}
	extra = append(append(extra, '"'), prefix...)
	return append(extra, raw[1:]...)
}
