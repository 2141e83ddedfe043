package record

import (
	"slices"
	"strings"

	"portkit/pkg/endpoint"
	"portkit/pkg/ndjson"
)

// Schema returns the JSON Schema (2020-12) of a kind of record, indented, with an
// LF at the end, or nil if kind is unknown. It allows additional properties of any
// value, the user's fields. The schemas of endpoints and results also accept the
// records of unreadable lines, which have the state error and may have no endpoint.
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
	case KindResult, KindService:
		rules = `"required": ["state"], "if": {"properties": {"state": {"const": "error"}}}, "else": ` + required(fields, "ip")
		fields = merge(fields, askFields())
	case KindSummary:
		rules = `"required": ["kind"], "oneOf": [` + required(nil, "bad_records") + `, ` + required(nil, "host", "proto", "counts") + `]`
	case KindChange:
		rules = strings.Trim(required(fields), "{}")
	}
	return layOut(kind, fields, rules)
}

// layOut assembles the schema.
func layOut(kind string, fields []FieldDoc, rules string) []byte {
	var s, properties ndjson.Object
	for _, f := range fields {
		var p ndjson.Object
		p.Add("description", f.Doc)
		properties.Add(f.Name, append(p, members(f.schema)...))
	}
	s.Add("$schema", "https://json-schema.org/draft/2020-12/schema")
	s.Add("title", "portkit "+kind+" record")
	s.Add("type", "object")
	s.Add("properties", properties)
	return append(ndjson.Indent(append(s, members(rules)...)), '\n')
}

// members returns the members of an object from its text without the braces.
func members(text string) ndjson.Object {
	return ndjson.Decode([]byte("{" + text + "}")).(ndjson.Object)
}

// Values returns the names of what has one value in a field: the field, or if it is an
// object, its members, such as tls.issuer. An array has none.
func (f FieldDoc) Values() (names []string) {
	schema := members(f.schema)
	switch value(schema, "type") {
	case "array":
		return nil
	case "object":
	default:
		return []string{f.Name}
	}
	properties, _ := value(schema, "properties").(ndjson.Object)
	for _, m := range properties {
		if t := value(m.Value.(ndjson.Object), "type"); t != "array" && t != "object" {
			names = append(names, f.Name+"."+m.Name)
		}
	}
	return names
}

// value returns the value of a member; nil if there is none.
func value(o ndjson.Object, name string) any {
	for _, m := range o {
		if m.Name == name {
			return m.Value
		}
	}
	return nil
}

// required returns the rule that demands the required ones of fields, and more.
func required(fields []FieldDoc, more ...string) string {
	names := more
	for _, f := range fields {
		if f.Required {
			names = append(names, f.Name)
		}
	}
	return `{"required": ` + quoteAll(names) + `}`
}

// merge appends the fields of more that fields does not contain.
func merge(fields, more []FieldDoc) []FieldDoc {
	for _, f := range more {
		if !slices.ContainsFunc(fields, func(g FieldDoc) bool { return g.Name == f.Name }) {
			fields = append(fields, f)
		}
	}
	return fields
}

// enum returns the rule that allows the words from first to the one before end.
func enum[T interface {
	~uint8
	String() string
}](first, end T) string {
	var names []string
	for v := first; v < end; v++ {
		names = append(names, v.String())
	}
	return `"enum": ` + quoteAll(names)
}

func states() string { return enum(endpoint.Open, endpoint.State(endpoint.States)) }

func quoteAll(names []string) string { return string(ndjson.Append(nil, names)) }
