package record

// FieldDoc is a field of a record as the manual and the JSON Schema have it.
type FieldDoc struct {
	Name string
	// Type is for people: "string", "integer 1-65535".
	Type string
	// Required says that every such record has it, error records that are
	// about no endpoint apart.
	Required bool
	// Doc is one or more sentences without markup.
	Doc string

	// schema is the field's JSON Schema without braces and description.
	schema string
}

// The kinds of record that Fields and Schema know.
const (
	KindEndpoint = "endpoint"
	KindResult   = "result"
	KindSummary  = "summary"
	KindChange   = "change"
)

const (
	aString   = `"type": "string"`
	aText     = `"type": "string", "minLength": 1`
	aPort     = `"type": "integer", "minimum": 1, "maximum": 65535`
	aCount    = `"type": "integer", "minimum": 0`
	ranges    = `"type": "string", "pattern": "^[0-9]+(-[0-9]+)?(,[0-9]+(-[0-9]+)?)*$"`
	aTime     = `"type": "string", "format": "date-time", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z$"`
	aProtocol = `"enum": ["tcp", "udp"]`
)

// statsSchema is of a summary's field stats.
const statsSchema = `"type": "object", "additionalProperties": false, "properties": {"first": {` + aTime + `}, "last": {` + aTime + `}, ` +
	`"rtt_us": {"type": "object", "additionalProperties": false, "required": ["count", "sum", "min", "max", "buckets"], "properties": {` +
	`"count": {` + aCount + `}, "sum": {` + aCount + `}, "min": {` + aCount + `}, "max": {` + aCount + `}, ` +
	`"buckets": {"type": "object", "propertyNames": {"pattern": "^[1-9][0-9]*$"}, "additionalProperties": {` + aCount + `}}}}}`

// whereFields say what is asked.
func whereFields() []FieldDoc {
	return []FieldDoc{
		{"host", "string", true, "The target as the user wrote it: a name or an address; for an address out of a prefix or range, that address. Read from target where it is absent, and from ip where that is absent too.", aText},
		{"ip", "string", false, "The address to ask, in canonical text: IPv6 compressed, its zone kept. Absent while a name is unresolved.", aText},
		{"port", "integer 1-65535", true, "The port.", aPort},
		{"proto", `"tcp" or "udp"`, true, "The transport protocol. Read from protocol where it is absent; tcp where that is absent too.", aProtocol},
	}
}

// askFields say how.
func askFields() []FieldDoc {
	return []FieldDoc{
		{"timeout_ms", "number", false, "Read by portprobe and passed on: the longest wait for the answer to one attempt of this record, in milliseconds; more than 0, at most a day.", `"type": "number", "exclusiveMinimum": 0, "maximum": 86400000`},
		{"retries", "integer 0-20", false, "Read by portprobe and passed on: more attempts after silence, for this record.", `"type": "integer", "minimum": 0, "maximum": 20`},
	}
}

// answerFields say what came back.
func answerFields() []FieldDoc {
	return []FieldDoc{
		{"state", "string", true, "What the port is taken to be: open, closed, filtered, open|filtered, or error when it could not be asked.", states()},
		{"reason", "string", true, "What the state rests on.", reasons()},
		{"service", "string", false, "The name registered for the port and protocol. It is a guess from the number. Absent if there is none.", aText},
		{"rtt_ms", "number", false, "Milliseconds from sending the attempt that was answered to its answer, with three decimals. Absent without an answer.", `"type": "number", "minimum": 0`},
		{"attempts", "integer", true, "How many attempts were sent.", aCount},
		{"method", "string", true, "How the endpoint was asked: connect, syn, udp or simulate.", methods()},
		{"time", "string", true, "When the state was known: RFC 3339, UTC, with milliseconds.", aTime},
		{"app", "string", false, "The protocol that the answer was recognised as. Absent if none was.", aText},
		{"ttl", "integer 1-255", false, "The time to live, or hop limit, of the answer, where the method sees it.", `"type": "integer", "minimum": 1, "maximum": 255`},
		{"error", "string", false, "Only with the state error: one sentence for a person.", aText},
		{"line", "integer", false, "Only in the record of a line that could not be read: the line's number, from 1.", `"type": "integer", "minimum": 1`},
		{"input", "string", false, "Only in the record of a line that could not be read: its text, at most 4 KiB, cut between characters, with U+FFFD for invalid bytes.", aString},
	}
}

// sumFields are a summary's.
func sumFields() []FieldDoc {
	return []FieldDoc{
		{"kind", `"summary"`, true, "Tells a summary from a result. A result may have a field kind of its own: what says summary there, has a port and has no counts is a result.", `"const": "summary"`},
		{"host", "string", false, "As in results.", aText},
		{"ip", "string", false, "As in results.", aText},
		{"proto", `"tcp" or "udp"`, false, "As in results.", aProtocol},
		{"open", "array of integers", false, "The open ports, ascending.", `"type": "array", "uniqueItems": true, "items": {` + aPort + `}`},
		{"closed", "string", false, `The closed ports as ranges, ascending: "1-21,23-79". Absent when there are none.`, ranges},
		{"filtered", "string", false, "The filtered ports as ranges. Absent when there are none.", ranges},
		{"open_filtered", "string", false, "The ports of state open|filtered as ranges. Absent when there are none.", ranges},
		{"error", "string", false, "The ports that could not be asked, as ranges. Absent when there are none.", ranges},
		{"counts", "object", false, "State to number of ports.", `"type": "object", "additionalProperties": {` + aCount + `}`},
		{"reasons", "object", false, "Reason to the ports that it was given for, as ranges.", `"type": "object", "additionalProperties": {` + ranges + `}`},
		{"apps", "object", false, "Port to the protocol that its answer was recognised as, where one was.", `"type": "object", "additionalProperties": {` + aString + `}`},
		{"stats", "object", false, "Only with --stats: first and last, the earliest and latest time of a result, and rtt_us, the round trips in microseconds: count, sum, min, max, and buckets, an object that counts them by the most that a bucket holds. It adds up like the rest, but counts every result that went in, where all else counts an endpoint once.", statsSchema},
		{"bad_records", "integer", false, "Number of error records without an endpoint and of lines that portsum could not read, per group of --by. Such a record has no other field but kind and those of --by.", `"type": "integer", "minimum": 1`},
	}
}

// changeFields say what became of an endpoint; NEW's own follow them.
func changeFields() []FieldDoc {
	return []FieldDoc{
		{"host", "string", true, "As in results: NEW's, or OLD's where NEW did not ask.", aText},
		{"ip", "string", false, "As in results, of the same scan as host.", aText},
		{"port", "integer 1-65535", true, "The port.", aPort},
		{"proto", `"tcp" or "udp"`, true, "The transport protocol.", aProtocol},
		{"change", "string", true, "opened: open now, was not. closed: was open, now closed or filtered. changed: any other change of state. unknown: one of the two scans could not ask. added, removed: asked by NEW only, by OLD only.", changes()},
		{"old", "string or null", true, "OLD's state; null where it did not ask.", stateOrNull()},
		{"new", "string or null", true, "NEW's state; null where it did not ask.", stateOrNull()},
	}
}

// Fields returns the fields of a kind of record in their order; nil for a
// kind that there is not. Any record can have more: the user's own.
func Fields(kind string) []FieldDoc {
	switch kind {
	case KindEndpoint:
		return append(whereFields(), askFields()...)
	case KindResult:
		return append(whereFields(), answerFields()...)
	case KindSummary:
		return sumFields()
	case KindChange:
		return changeFields()
	}
	return nil
}
