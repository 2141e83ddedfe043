package scanfile

import (
	"portkit/pkg/endpoint"
	"portkit/pkg/ndjson"
	"portkit/pkg/record"
)

// OpenWord is the word for the state of an open port, which all scanners share.
var OpenWord = []byte(endpoint.Open.String())

// Begin sets r to the result for an endpoint that the words of a source denote, and reports
// whether they denote one.
func (t *Translator) Begin(r *record.Imported, source string, ep endpoint.Endpoint, m endpoint.Method, state, reason []byte) bool {
	w := t.Translate(source, ep.Proto, m, state, reason)
	own := r.Own
	own.Reset()
	*r = record.Imported{Source: source, Own: own, Result: endpoint.Result{
		Endpoint: ep, State: w.State, Reason: w.Reason, Method: m, RTT: -1,
	}}
	return w.Known
}

// BeginInWords is like Begin, and keeps the words as r's own members state and reason.
func (t *Translator) BeginInWords(r *record.Imported, source string, ep endpoint.Endpoint, m endpoint.Method, state, reason []byte) bool {
	known := t.Begin(r, source, ep, m, state, reason)
	r.Own.Text("state", string(state))
	r.Own.Text("reason", string(reason))
	return known
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
