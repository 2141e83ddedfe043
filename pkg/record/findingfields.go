package record

import (
	"slices"

	"portkit/pkg/endpoint"
	"portkit/pkg/identify/protocol"
	"portkit/pkg/payload"
)

// Apps returns the values of the field app, sorted: the protocols that portid and
// portprobe recognize.
func Apps() (apps []string) { return sorted(append(AppsOver(endpoint.TCP), AppsOver(endpoint.UDP)...)) }

// AppsOver returns the values of the field app over a transport protocol, sorted.
func AppsOver(p endpoint.Proto) (apps []string) {
	if p == endpoint.TCP {
		return sorted(protocol.Apps())
	}
	for _, r := range payload.All() {
		if r.App != "" { // the empty datagram
			apps = append(apps, r.App)
		}
	}
	return sorted(apps)
}

func sorted(apps []string) []string {
	slices.Sort(apps)
	return slices.Compact(apps)
}

const (
	aProduct = `"type": "string", "minLength": 1, "maxLength": 256`
	aTrue    = `"const": true`
	anInt    = `"type": "integer", "minimum": 1`
	aDate    = `"type": "string", "format": "date-time", "pattern": "^[0-9]{4,}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"`
	texts    = `"type": "array", "items": {"type": "string"}`
)

// findingFields returns the fields that portid adds to a result.
func findingFields() []FieldDoc {
	return []FieldDoc{
		{"product", "string", false, "Software as the service reports it; at most 256 bytes, like version, vendor, os and device.", aProduct},
		{"version", "string", false, "Version of the product.", aProduct},
		{"vendor", "string", false, "Vendor of the product.", aProduct},
		{"os", "string", false, "Operating system as the service reports it.", aProduct},
		{"device", "string", false, "Device or kind of device as the service reports it.", aProduct},
		{"cpe", "array of strings", false, "Names of the product in the form of CPE 2.3, from a Recog database or another scanner.", texts},
		{"evidence", "string", false, "What the finding rests on. With app: greeting, tls, the name of a request, or probed if another scanner recognized it. Without app: tls (TLS with nothing recognized inside), refused, unreachable, silent, closed, reset, no-ack, zero-window, unrecognized, accepts-all or not-asked; interrupted or deadline if the run ended before the service was identified.", aText},
		{"limited", "true", false, "The service turned the client away, because of too many connections or an unwelcome address: app is right, product and version may be missing.", aTrue},
		{"conns", "integer", false, "Number of connections made.", aCount},
		{"id_ms", "number", false, "Time from the first connection to the conclusion, in milliseconds.", `"type": "number", "minimum": 0`},
		{"tls", "object", false, "TLS handshake and certificate.", tlsSchema},
		{"http", "object", false, "HTTP response to GET /.", httpSchema},
		{"ssh", "object", false, "SSH identification and host keys.", sshSchema},
		{"banner", "string", false, "First bytes received: at most 1 KiB as written, cut between characters, with U+FFFD for invalid bytes.", aText},
		{"banner_hex", "string", false, "The first 256 bytes received in hexadecimal, if they are not text.", `"type": "string", "pattern": "^([0-9a-f]{2})+$"`},
	}
}

const tlsSchema = `"type": "object", "additionalProperties": false, "properties": {"version": {` + aText + `}, "cipher": {` + aText + `}, ` +
	`"signature": {` + aText + `}, "alpn": {` + aText + `}, "sni": {` + aText + `}, "starttls": {` + aTrue + `}, "subject": {` + aText + `}, ` +
	`"issuer": {` + aText + `}, "names": {` + texts + `}, "names_total": {` + anInt + `}, "serial": {` + aText + `}, ` +
	`"not_before": {` + aDate + `}, "not_after": {` + aDate + `}, "key": {` + aText + `}, "sha256": {` + aText + `}, "chain": {` + anInt + `}, ` +
	`"verify": {"enum": ["ok", "expired", "not-yet-valid", "self-signed", "unknown-authority", "wrong-name", "bad-chain"]}, "client_cert": {` + aTrue + `}}`

const httpSchema = `"type": "object", "additionalProperties": false, "properties": {"status": {` + anInt + `}, "server": {` + aText + `}, "title": {` + aText + `}, ` +
	`"location": {` + aText + `}, "realm": {` + aText + `}, "powered_by": {` + aText + `}, "version": {` + aText + `}}`

const sshSchema = `"type": "object", "additionalProperties": false, "properties": {"banner": {` + aText + `}, "keys": {"type": "array", "maxItems": 8, ` +
	`"items": {"type": "object", "additionalProperties": false, "required": ["type", "sha256"], "properties": {"type": {` + aText + `}, "sha256": {` + aText + `}}}}}`
