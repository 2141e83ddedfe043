package record

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"portkit/pkg/endpoint"
	"portkit/pkg/ndjson"
)

// Schema returns the JSON Schema (2020-12) of a kind of record, indented,
// with an LF at its end; nil for a kind that there is not. Properties that
// it does not name are the user's own and may have any value. The schemas of
// endpoints and results also take the records of lines that could not be
// read, which have the state error and need have no endpoint.
func Schema(kind string) []byte {
	fields := Fields(kind)
	if fields == nil {
		return nil
	}
	var rules string
	switch kind {
	case KindEndpoint:
		rules = `"if": {"required": ["state"], "properties": {"state": {"const": "error"}}}, "else": ` + required(fields)
		fields = merge(fields, answerFields())
	case KindResult:
		rules = `"required": ["state"], "if": {"properties": {"state": {"const": "error"}}}, "else": ` + required(fields, "ip")
		fields = merge(fields, askFields())
	case KindSummary:
		rules = `"required": ["kind"], "oneOf": [` + required(nil, "bad_records") + `, ` + required(nil, "host", "proto", "counts") + `]`
	case KindChange:
		rules = strings.Trim(required(fields), "{}")
	}
	return layOut(kind, fields, rules)
}

// layOut puts the schema together.
func layOut(kind string, fields []FieldDoc, rules string) []byte {
	var s []byte
	s = append(s, `{"$schema": "https://json-schema.org/draft/2020-12/schema", "title": `...)
	s = ndjson.AppendString(s, "portkit "+kind+" record")
	s = append(s, `, "type": "object", "properties": {`...)
	for i, f := range fields {
		if i > 0 {
			s = append(s, ',')
		}
		s = append(ndjson.AppendString(s, f.Name), `: {"description": `...)
		s = append(ndjson.AppendString(s, f.Doc), ", "+f.schema+"}"...)
	}
	s = append(s, "}, "+rules+"}"...)
	var out bytes.Buffer
	if err := json.Indent(&out, s, "", "  "); err != nil {
		panic(err) // the text above is literal: a test makes every kind
	}
	return append(out.Bytes(), '\n')
}

// required is the rule that the required ones of fields, and more, be there.
func required(fields []FieldDoc, more ...string) string {
	names := more
	for _, f := range fields {
		if f.Required {
			names = append(names, f.Name)
		}
	}
	return `{"required": ` + quoteAll(names) + `}`
}

// merge appends the fields that are not there yet.
func merge(fields, more []FieldDoc) []FieldDoc {
	for _, f := range more {
		if !slices.ContainsFunc(fields, func(g FieldDoc) bool { return g.Name == f.Name }) {
			fields = append(fields, f)
		}
	}
	return fields
}

func states() string {
	var names []string
	for s := endpoint.Open; int(s) < endpoint.States; s++ {
		names = append(names, s.String())
	}
	return `"enum": ` + quoteAll(names)
}

func stateOrNull() string {
	all := states()
	return all[:len(all)-1] + `, null]`
}

func changes() string {
	var names []string
	for c := endpoint.Change(1); int(c) < endpoint.Changes; c++ {
		names = append(names, c.String())
	}
	return `"enum": ` + quoteAll(names)
}

func reasons() string {
	var names []string
	for r := endpoint.Reason(1); int(r) < endpoint.Reasons; r++ {
		names = append(names, r.String())
	}
	return `"enum": ` + quoteAll(names)
}

func methods() string {
	var names []string
	for m := endpoint.Connect; m <= endpoint.Simulate; m++ {
		names = append(names, m.String())
	}
	return `"enum": ` + quoteAll(names)
}

func quoteAll(names []string) string {
	var quoted []string
	for _, name := range names {
		quoted = append(quoted, string(ndjson.AppendString(nil, name)))
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}
