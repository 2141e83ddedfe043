// Package schematest holds records to their JSON Schema.
package schematest

import (
	"bytes"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Schema is a JSON Schema.
type Schema struct{ compiled *jsonschema.Schema }

// Compile compiles a schema. Formats such as date-time are checked too.
func Compile(tb testing.TB, doc []byte) Schema {
	tb.Helper()
	const name = "schema.json"
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(doc))
	if err != nil {
		tb.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource(name, value); err != nil {
		tb.Fatal(err)
	}
	compiled, err := c.Compile(name)
	if err != nil {
		tb.Fatal(err)
	}
	return Schema{compiled}
}

// Validate returns why a line does not match the schema, or is not JSON.
func (s Schema) Validate(line []byte) error {
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(line))
	if err != nil {
		return err
	}
	return s.compiled.Validate(value)
}
