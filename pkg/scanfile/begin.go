package scanfile

import (
	"portkit/pkg/endpoint"
	"portkit/pkg/ndjson"
	"portkit/pkg/record"
)

// Begin sets r to the result for an endpoint that the words of a source denote, and reports
// whether they denote one. The words become r's own members state and reason.
func (t *Translator) Begin(r *record.Imported, source string, ep endpoint.Endpoint, m endpoint.Method, state, reason []byte) bool {
	w := t.Translate(source, ep.Proto, m, state, reason)
	own := r.Own
	own.Reset()
	*r = record.Imported{Source: source, Own: own, Result: endpoint.Result{
		Endpoint: ep, State: w.State, Reason: w.Reason, Method: m, RTT: -1,
	}}
	r.Own.Text("state", w.TheirState)
	r.Own.Text("reason", w.TheirReason)
	return w.Known
}

// Text returns the content of the last member with a name; nil if it is not a string.
func Text(fields []ndjson.Field, name string) []byte { return Content(ndjson.Last(fields, name)) }

// Content returns the content of a string; nil for other values.
func Content(value []byte) []byte {
	text, err := ndjson.Text(value, nil)
	if err != nil {
		return nil
	}
	return text
}
