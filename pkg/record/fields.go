package record

import (
	"strings"

	"portkit/pkg/endpoint"
)

// FieldDoc describes a field of a record for the manual and the JSON Schema.
type FieldDoc struct {
	Name string
	// Type is the type for readers, such as "integer 1-65535".
	Type string
	// Required is set if every such record has the field, except error records
	// without an endpoint.
	Required bool
	// Doc is the description, in sentences without markup.
	Doc string

	// schema is the field's JSON Schema without its braces and description.
	schema string
}

// The kinds of record for Fields and Schema.
const (
	KindEndpoint = "endpoint"
	KindResult   = "result"
	KindFinding  = "finding"
	KindService  = "service" // a result with a finding
	KindSummary  = "summary"
	KindChange   = "change"
	KindSource   = "source"
	KindImported = "imported" // a result of another scanner, with its source
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

// statsSchema is the schema of a summary's field stats.
const statsSchema = `"type": "object", "additionalProperties": false, "properties": {"first": {` + aTime + `}, "last": {` + aTime + `}, ` +
	`"rtt_us": {"type": "object", "additionalProperties": false, "required": ["count", "sum", "min", "max", "buckets"], "properties": {` +
	`"count": {` + aCount + `}, "sum": {` + aCount + `}, "min": {` + aCount + `}, "max": {` + aCount + `}, ` +
	`"buckets": {"type": "object", "propertyNames": {"pattern": "^[1-9][0-9]*$"}, "additionalProperties": {` + aCount + `}}}}}`

// productsSchema and certsSchema are the schemas of a summary's fields products and
// certs.
const (
	productsSchema = `"type": "object", "additionalProperties": {"type": "object", "additionalProperties": false, "minProperties": 1, "properties": {` +
		`"product": {` + aProduct + `}, "version": {` + aProduct + `}, "os": {` + aProduct + `}, "source": {` + aText + `}}}`
	certsSchema = `"type": "object", "additionalProperties": {"type": "object", "additionalProperties": false, "properties": {` +
		`"not_after": {` + aDate + `}, "names": {` + texts + `}, "issuer": {` + aText + `}, "sha256": {` + aText + `}, "starttls": {` + aTrue + `}}}`
)

// unidentifiedSchema returns the schema of a summary's field unidentified.
func unidentifiedSchema() string {
	return `"type": "object", "minProperties": 1, "propertyNames": {"enum": ` + quoteAll(endpoint.UnidentifiedEvidence()) + `}, "additionalProperties": {` + ranges + `}`
}

// whereFields identify the endpoint.
func whereFields() []FieldDoc {
	return []FieldDoc{
		{"host", "string", true, "The target as given: a name or an address; for a prefix or range, the individual address. If absent, target is read instead, then ip.", aText},
		{"ip", "string", false, "The address to probe, in canonical form: IPv6 compressed, with its zone. Absent while a name is unresolved.", aText},
		{"port", "integer 1-65535", true, "The port.", aPort},
		{"proto", `"tcp" or "udp"`, true, "The transport protocol. If absent, protocol is read instead; if both are absent, tcp.", aProtocol},
	}
}

// askFields override portprobe's flags.
func askFields() []FieldDoc {
	return []FieldDoc{
		{"timeout_ms", "number", false, "Read by portprobe and passed through: maximum time to wait for a reply to a probe of this record, in milliseconds; more than 0, at most one day.", `"type": "number", "exclusiveMinimum": 0, "maximum": 86400000`},
		{"retries", "integer 0-20", false, "Read by portprobe and passed through: retransmissions after no reply, for this record.", `"type": "integer", "minimum": 0, "maximum": 20`},
	}
}

// answerFields contain the result of the probe.
func answerFields() []FieldDoc {
	return []FieldDoc{
		{"state", "string", true, "State of the port: open, closed, filtered, open|filtered, or error if it could not be probed.", states()},
		{"reason", "string", true, "Evidence for the state.", enum(endpoint.Reason(1), endpoint.Reason(endpoint.Reasons))},
		{"service", "string", false, "Service registered for the port and protocol, a guess from the port number. Absent if there is none.", aText},
		{"rtt_ms", "number", false, "Round-trip time in milliseconds, from the probe that got the reply to the reply, with three decimals. Absent without a reply.", `"type": "number", "minimum": 0`},
		{"attempts", "integer", true, "Number of probes sent.", aCount},
		{"method", "string", true, "Method of the probe: connect, syn, udp or simulate.", enum(endpoint.Connect, endpoint.Simulate+1)},
		{"time", "string", true, "Time at which the state was determined: RFC 3339, UTC, with milliseconds.", aTime},
		{"app", "string", false, "Protocol recognized in the reply. Absent if none was.", `"enum": ` + quoteAll(Apps())},
		{"ttl", "integer 1-255", false, "Time to live, or hop limit, of the reply, if the method can see it.", `"type": "integer", "minimum": 1, "maximum": 255`},
		{"error", "string", false, "Only with the state error: a description of the error.", aText},
		{"line", "integer", false, "Only in the record of an unreadable line: its line number, from 1.", `"type": "integer", "minimum": 1`},
		{"input", "string", false, "Only in the record of an unreadable line: its text, at most 4 KiB, cut between characters, with U+FFFD for invalid bytes.", aString},
	}
}

// sumFields are the fields of a summary.
func sumFields() []FieldDoc {
	return []FieldDoc{
		{"kind", `"summary"`, true, "Identifies a summary. A result may have a field kind of its own: a record with kind summary and port, but without counts, is a result.", `"const": "summary"`},
		{"host", "string", false, "As in results.", aText},
		{"ip", "string", false, "As in results.", aText},
		{"proto", `"tcp" or "udp"`, false, "As in results.", aProtocol},
		{"open", "array of integers", false, "The open ports, ascending.", `"type": "array", "uniqueItems": true, "items": {` + aPort + `}`},
		{"closed", "string", false, `The closed ports as ranges, ascending: "1-21,23-79". Absent if there are none.`, ranges},
		{"filtered", "string", false, "The filtered ports as ranges. Absent if there are none.", ranges},
		{"open_filtered", "string", false, "The ports of state open|filtered as ranges. Absent if there are none.", ranges},
		{"error", "string", false, "The ports that could not be probed, as ranges. Absent if there are none.", ranges},
		{"counts", "object", false, "Number of ports for each state.", `"type": "object", "additionalProperties": {` + aCount + `}`},
		{"reasons", "object", false, "Ports for each reason, as ranges.", `"type": "object", "additionalProperties": {` + ranges + `}`},
		{"apps", "object", false, "Recognized protocol for each port that has one.", `"type": "object", "additionalProperties": {` + aString + `}`},
		{"products", "object", false, "For each port whose product is known: an object with product, version and os, as far as they are known, and the source of results of other scanners. app, product and certificate of a port are from the same result. If several results of an endpoint have the same state and reason, the one with an app counts; of these, the one whose app is alphabetically first; then likewise by product, version and os; then the one whose certificate expires last.", productsSchema},
		{"certs", "object", false, "For each port with TLS: an object with not_after, names, issuer and sha256 of its certificate, if known, as in the field tls of results, and starttls if TLS began within the protocol.", certsSchema},
		{"accepts_all", "string", false, "Open ports at which portid found that the host accepts every connection without a service (evidence accepts-all), as ranges. Absent if there are none.", ranges},
		{"unidentified", "object", false, "Open ports at which a tool tried to identify the service, and recognized no protocol: for each evidence of such results, except accepts-all, the ports as ranges. If several results of an endpoint without app have the same state and reason, and the same product and certificate, the evidence counts that comes first in the order: " + strings.Join(endpoint.UnidentifiedEvidence(), ", ") + ". Absent if there are none.", unidentifiedSchema()},
		{"stats", "object", false, "Only with --stats: first and last, the earliest and latest time of a result, and rtt_us, the round-trip times in microseconds: count, sum, min, max, and buckets, an object with the count for each upper bound. It adds up like the other fields, but counts every result, while the others count each endpoint once.", statsSchema},
		{"bad_records", "integer", false, "Number of error records without an endpoint and of lines that portsum could not read, per group of --by. Such a record has no other field but kind and those of --by.", `"type": "integer", "minimum": 1`},
	}
}

const wasSchema = `"type": "object", "additionalProperties": false, "properties": {"app": {"type": ["string", "null"]}, "product": {"type": ["string", "null"]}, ` +
	`"version": {"type": ["string", "null"]}, "evidence": {` + aText + `}, "limited": {` + aTrue + `}, "service": {` + aText + `}, ` +
	`"tls": {"type": ["object", "null"], "additionalProperties": false, "properties": {"subject": {` + aText + `}, "issuer": {` + aText + `}, "names": {` + texts + `}, "not_after": {` + aText + `}, "sha256": {` + aText + `}, "starttls": {` + aTrue + `}}}, ` +
	`"ssh": {"type": "object", "additionalProperties": false, "properties": {"keys": {"type": "array", "maxItems": 8, ` +
	`"items": {"type": "object", "additionalProperties": false, "required": ["type", "sha256"], "properties": {"type": {` + aText + `}, "sha256": {` + aText + `}}}}}}}`

// changeFields precede the fields of NEW in a change record.
func changeFields() []FieldDoc {
	return []FieldDoc{
		{"host", "string", true, "As in results: from NEW, or from OLD if NEW did not probe the endpoint.", aText},
		{"ip", "string", false, "As in results, from the same scan as host.", aText},
		{"port", "integer 1-65535", true, "The port.", aPort},
		{"proto", `"tcp" or "udp"`, true, "The transport protocol.", aProtocol},
		{"change", "string", true, "opened: open now, and not before. closed: open before, closed or filtered now. changed: any other change of state, or open in both with another service: was contains the old values. unknown: one of the two scans has no evidence for the state (an error, or the reason host-lost) or for what was contains. added, removed: probed only by NEW, only by OLD.", enum(endpoint.Change(1), endpoint.Change(endpoint.Changes))},
		{"old", "string or null", true, "State in OLD; null if not probed.", strings.Replace(states(), "]", ", null]", 1)},
		{"new", "string or null", true, "State in NEW; null if not probed.", strings.Replace(states(), "]", ", null]", 1)},
		{"was", "object", false, "Only if the service differs, or the port was open and is not open now: the values in OLD of those of app, product, version, tls and ssh that differ, null for an absent one. Of tls and ssh it has the members that differ, of keys those of the types that both scans have. If the port is not open now, it has what is known of these fields from OLD, and of tls also starttls. If app is null, evidence is that of OLD; limited is that of OLD. With --expect it has the expected name as service.", wasSchema},
	}
}

// Fields returns the fields of a kind of record in their order, or nil if kind is
// unknown. Any record may also contain fields of the user.
func Fields(kind string) []FieldDoc {
	switch kind {
	case KindEndpoint:
		return append(whereFields(), askFields()...)
	case KindResult:
		return append(whereFields(), answerFields()...)
	case KindService:
		return append(append(whereFields(), answerFields()...), findingFields()...)
	case KindFinding:
		return findingFields()
	case KindSource:
		return sourceFields()
	case KindImported:
		return importedRecord()
	case KindSummary:
		return sumFields()
	case KindChange:
		return changeFields()
	}
	return nil
}
