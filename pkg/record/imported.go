package record

import (
	"strconv"

	"portkit/pkg/endpoint"
	"portkit/pkg/ndjson"
)

// sources are the scanners, as in the field source.
var sources = []string{SourceNmap, SourceMasscan, SourceZmap, SourceNaabu, SourceRustScan, SourceZgrab2}

// The scanners.
const (
	SourceNmap     = "nmap"
	SourceMasscan  = "masscan"
	SourceZmap     = "zmap"
	SourceNaabu    = "naabu"
	SourceRustScan = "rustscan"
	SourceZgrab2   = "zgrab2"
)

// Imported is a result of another scanner. Its words for states, reasons and protocols
// have been translated.
type Imported struct {
	// Result has the zero State if the scanner has no result for the port, so that the
	// record is that of an endpoint. Zero fields are unknown; RTT is negative then.
	// Attempts and App are not used.
	endpoint.Result
	// Finding is nil unless the scanner has identified the service.
	Finding *endpoint.Finding
	// Source is the name of the scanner.
	Source string
	// Own contains the facts without a field in our records, in the scanner's own words.
	Own Own
}

// Imported appends the record of an imported result.
func (e *Encoder) Imported(dst []byte, i *Imported) []byte {
	dst = appendEndpoint(dst, nil, &i.Endpoint)
	if i.State != 0 {
		dst = appendState(dst, &i.Result)
		dst = appendWord(dst, `,"method":"`, i.Method.String())
		if !i.Time.IsZero() {
			dst = e.appendTime(dst, i.Time)
		}
		dst = appendTTL(dst, i.TTL)
	}
	if i.Finding != nil {
		dst = appendSoftware(dst, i.Finding)
		dst = appendFacts(dst, i.Finding)
	}
	dst = appendWord(dst, `,"source":"`, i.Source)
	if len(i.Own.members) > 0 {
		dst = append(append(append(dst, ',', '"'), i.Source...), `":`...)
		dst = appendMembers(dst, func(dst []byte) []byte { return append(dst, i.Own.members...) })
	}
	return end(dst, nil)
}

const (
	maxOwnText = 1 << 10 // bytes of a text as written
	maxOwn     = 8 << 10 // bytes of all members as written
)

// Own contains the members of the object that has the name of the scanner. The zero value
// is empty. What would make it longer than 8 KiB is left out.
type Own struct {
	members []byte // each with a comma before it
}

// Reset removes all members.
func (o *Own) Reset() { o.members = o.members[:0] }

// Text adds a string, cut at a character after 1 KiB, unless it is empty. name requires
// no escapes.
func (o *Own) Text(name, value string) {
	if value == "" {
		return
	}
	at := len(o.members)
	o.members = appendCutString(o.name(name), value, maxOwnText)
	o.limit(at)
}

// Int adds an integer.
func (o *Own) Int(name string, value int64) {
	at := len(o.members)
	o.members = strconv.AppendInt(o.name(name), value, 10)
	o.limit(at)
}

// List adds an array of strings, as many as have 1 KiB, unless it is empty.
func (o *Own) List(name string, values []string) {
	at := len(o.members)
	o.members = appendList(o.members, string(appendName(nil, name)), values, maxOwnText)
	o.limit(at)
}

// Value adds a valid JSON value as written, unless it is longer than 8 KiB.
func (o *Own) Value(name string, value []byte) {
	at := len(o.members)
	o.members = append(o.name(name), value...)
	o.limit(at)
}

// Append adds the members of another Own.
func (o *Own) Append(other *Own) {
	at := len(o.members)
	o.members = append(o.members, other.members...)
	o.limit(at)
}

func (o *Own) name(name string) []byte { return appendName(o.members, name) }

func appendName(dst []byte, name string) []byte {
	return append(ndjson.AppendString(append(dst, ','), name), ':')
}

// limit removes the last member, which begins at an index, if there is too much.
func (o *Own) limit(at int) {
	if len(o.members) > maxOwn {
		o.members = o.members[:at]
	}
}

// sourceFields returns the fields that portfrom adds to a result.
func sourceFields() []FieldDoc {
	return []FieldDoc{
		{"source", "string", true, "Scanner that the result is from: nmap, masscan, zmap, naabu, rustscan or zgrab2. portprobe and portid remove it when they probe the endpoint again, but not the object of that name.", `"enum": ` + quoteAll(sources)},
		{"nmap", "object", false, "What nmap reports and has no field above, in its own words; likewise masscan, zmap, naabu, rustscan and zgrab2.", `"type": "object"`},
	}
}

// importedRecord returns the fields of imported results in their order. They have no field
// about connections and errors, and only those of the endpoint and the source are in every
// record.
func importedRecord() (fields []FieldDoc) {
	for _, f := range append(append(whereFields(), answerFields()...), findingFields()...) {
		switch f.Name {
		case "attempts", "error", "line", "input", "conns", "id_ms":
			continue
		case "state", "reason", "method", "time":
			f.Required = false
		}
		fields = append(fields, f)
	}
	return append(fields, sourceFields()...)
}
