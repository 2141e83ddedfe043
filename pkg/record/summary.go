package record

import (
	"net/netip"

	"portkit/pkg/endpoint"
	"portkit/pkg/ndjson"
)

// Summary is one summary record: what is known of the ports of one host,
// address and protocol.
type Summary struct {
	// By is the fields that the record is grouped by, as they are written
	// in it: `"owner":"ops","rack":3`. Empty: none. Reading leaves it alone.
	By []byte
	// Host and Addr are as in Result.
	Host  []byte
	Addr  netip.Addr
	Proto endpoint.Proto
	// Spans are the ports, ascending, without overlap.
	Spans []Span
	// Apps are the ports of Spans whose protocol was recognized, ascending.
	Apps []App
	// Stats is of the results that went in; mostly nobody asks for it.
	Stats Stats
	// Bad is how many records could not be read. A summary record that has
	// it has nothing else.
	Bad uint64
	// Unusable is as in Result.
	Unusable *Unusable
	// Fields are all fields of the line that was read.
	Fields []ndjson.Field
}

// Span is the ports First to Last, with the same answer.
type Span struct {
	First, Last uint16
	State       endpoint.State
	Reason      endpoint.Reason // 0: not said
}

// App is the protocol that a port's answer was recognized as.
type App struct {
	Port uint16
	Name string
}

// stateFields names the field that lists the ports of each state.
var stateFields = [endpoint.States]string{
	endpoint.Open: "open", endpoint.Closed: "closed", endpoint.Filtered: "filtered",
	endpoint.OpenFiltered: "open_filtered", endpoint.Error: "error",
}
