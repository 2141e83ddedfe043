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
func find(p endpoint.Proto, module []byte, identified bool, result object) *endpoint.Finding {
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
		if f.Banner = result.text("server_id.raw"); len(f.Banner) > 0 {
			f.SSH = &endpoint.SSH{Banner: string(f.Banner)}
		}
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

// replied reports whether the result of a module shows that the service sent something.
func replied(result object) bool {
	return len(result.text("banner")) > 0 || tls(result) != nil || http(result) != nil
}

// response returns the response of the endpoint itself. A result has that of the last host
// to which it was redirected too.
func response(result object) object {
	if chain, ok := ndjson.Elements(result.at("redirect_response_chain"), nil); ok && len(chain) > 0 {
		return scan(chain[0])
	}
	return scan(result.at("response"))
}

// http returns the facts of a response; nil if there is none.
func http(result object) *endpoint.HTTP {
	response := response(result)
	status, err := ndjson.Int(response.at("status_code"))
	if err != nil || status < 100 || status > 999 {
		return nil
	}
	return &endpoint.HTTP{Status: int(status), Server: header(response, "server"), Location: header(response, "location")}
}

// header returns the first value of a header; "" if there is none.
func header(response object, name string) string {
	values, _ := ndjson.Elements(response.at("headers."+name), nil)
	if len(values) == 0 {
		return ""
	}
	return string(scanfile.Content(values[0]))
}

// tls returns the facts of a TLS handshake; nil if there was none.
func tls(result object) *endpoint.TLS {
	for _, log := range []object{ // where modules have the log of a handshake
		scan(result.at("handshake_log")),
		scan(result.at("tls.handshake_log")),
		scan(response(result).at("request.tls_log.handshake_log")),
	} {
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
