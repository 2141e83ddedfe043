package record

import (
	"net/netip"

	"portkit/pkg/endpoint"
	"portkit/pkg/ndjson"
)

// Summary is a summary record: the results for the ports of one host, address and
// protocol.
type Summary struct {
	// By contains the fields by which the record is grouped, as written:
	// `"owner":"ops","rack":3`. Decoder.Summary does not set it.
	By []byte
	// Host and Addr are as in Result.
	Host  []byte
	Addr  netip.Addr
	Proto endpoint.Proto
	// Spans contains the ports, ascending, without overlap.
	Spans []Span
	// Found contains the ports of Spans whose service is known, ascending.
	Found []Found
	// AcceptsAll contains the ports of Spans at which the host accepts every connection
	// without a service, ascending. Their states and reasons are not set.
	AcceptsAll []Span
	// Unidentified contains the open ports that a tool tried to identify without
	// recognizing an app, ascending, without overlap.
	Unidentified []UnidentifiedSpan
	// Stats is empty without --stats.
	Stats Stats
	// Bad is the number of records without an endpoint. A summary record that has
	// it has no host and no ports.
	Bad uint64
	// Unusable is as in Result.
	Unusable *Unusable
	// Fields contains all fields of the parsed line.
	Fields []ndjson.Field
}

// Span is the ports First to Last, which have the same state and reason.
type Span struct {
	First, Last uint16
	State       endpoint.State
	Reason      endpoint.Reason // 0 if unknown
}

// UnidentifiedSpan is the ports First to Last, at which no app was recognized for the same
// reason.
type UnidentifiedSpan struct {
	First, Last uint16
	Why         endpoint.Unidentified
}

// stateFields contains the name of the field for the ports of each state.
var stateFields = [endpoint.States]string{
	endpoint.Open: "open", endpoint.Closed: "closed", endpoint.Filtered: "filtered",
	endpoint.OpenFiltered: "open_filtered", endpoint.Error: "error",
}
