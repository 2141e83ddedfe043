package zgrab2

import (
	"encoding/base64"
	"strings"

	"portkit/pkg/endpoint"
	"portkit/pkg/identify/tlsinfo"
	"portkit/pkg/ndjson"
	"portkit/pkg/scanfile"
)

// find returns what the result of a module shows of a service; nil if it shows nothing.
// identified means that the service speaks the module's protocol.
func find(p endpoint.Proto, module []byte, identified bool, value []byte) *endpoint.Finding {
	result := scan(value)
	f := &endpoint.Finding{Banner: result.text("banner"), TLS: tls(result)}
	if f.TLS != nil {
		f.Evidence = endpoint.EvidenceTLS
	}
	if identified {
		f.App, _ = scanfile.App(p, string(module))
	}
	switch f.App {
	case "":
	case "ssh":
		f.Banner = result.text("server_id.raw")
		f.SSH = &endpoint.SSH{Banner: string(f.Banner)}
		fallthrough
	default:
		f.Evidence = endpoint.EvidenceProbed
		f.HTTP = http(result)
	}
	if f.App == "" && f.TLS == nil && len(f.Banner) == 0 {
		return nil
	}
	return f
}

// http returns the facts of a response; nil if there is none.
func http(result object) *endpoint.HTTP {
	response := scan(result.at("response"))
	status, err := ndjson.Int(response.at("status_code"))
	if err != nil || status < 100 || status > 999 {
		return nil
	}
	h := &endpoint.HTTP{Status: int(status)}
	if servers, ok := ndjson.Elements(response.at("headers.server"), nil); ok && len(servers) > 0 {
		h.Server = string(scanfile.Content(servers[0]))
	}
	return h
}

// logs are where modules have the log of a TLS handshake.
var logs = []string{"handshake_log", "tls.handshake_log", "response.request.tls_log.handshake_log"}

// tls returns the facts of a TLS handshake; nil if there was none.
func tls(result object) *endpoint.TLS {
	for _, path := range logs {
		log := scan(result.at(path))
		value := log.at("server_hello")
		if value == nil {
			continue
		}
		hello := scan(value)
		t := &endpoint.TLS{
			Version:  version(hello.text("version.name")),
			Cipher:   string(hello.text("cipher_suite.name")),
			StartTLS: result.at("starttls") != nil,
		}
		if t.Cipher != "" && !strings.Contains(t.Cipher, "_WITH_") {
			t.Version = "1.3" // its hello has the version 1.2 (RFC 8446 section 4.1.3)
		}
		raw := log.text("server_certificates.certificate.raw")
		if der, err := base64.StdEncoding.DecodeString(string(raw)); err == nil && len(der) > 0 {
			_, _ = tlsinfo.Certificate(t, der) // one that cannot be parsed has its digest only
		}
		return t
	}
	return nil
}

// version returns a version of TLS as in our records.
func version(name []byte) string {
	if string(name) == "SSLv3" {
		return "ssl3"
	}
	return strings.TrimPrefix(string(name), "TLSv")
}

// object has the members of a JSON object; nil for another value.
type object []ndjson.Field

func scan(value []byte) object {
	fields, err := ndjson.Scan(value, nil)
	if err != nil {
		return nil
	}
	return fields
}

// at returns the value at a path of names with dots between them, in objects; nil if there
// is none.
func (o object) at(path string) []byte {
	name, rest, inside := strings.Cut(path, ".")
	value := ndjson.Last(o, name)
	switch {
	case string(value) == "null":
		return nil
	case inside:
		return scan(value).at(rest)
	}
	return value
}

// text returns the string at a path; nil if there is none.
func (o object) text(path string) []byte { return scanfile.Content(o.at(path)) }
