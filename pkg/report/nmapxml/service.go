package nmapxml

import (
	"encoding/xml"
	"fmt"
	"strings"

	"portkit/pkg/ndjson"
	"portkit/pkg/record"
	"portkit/pkg/report"
)

// service writes what is known of the service on a port: what was recognized there, or the
// name that is registered for the number. The two are not mixed: importers take the name in
// an element with a product for recognized.
func (d *document) service(p report.OpenPort, s *record.Service) {
	name, method, confidence := d.report.Services.Name(p.Proto, p.Number), "table", "3"
	if p.App != "" || s.Product != "" || s.Version != "" || s.OS != "" || s.Vendor != "" || s.Device != "" || len(s.CPE) > 0 {
		name, method, confidence = d.report.Printable(p.App), "probed", "10"
	} else if name == "" && s.Cert == nil {
		return
	}
	if name == "" {
		name = "unknown" // the document type requires a name
	}
	tunnel := ""
	if s.InTLS() {
		tunnel = "ssl"
	}
	d.begin("service", "name", name, "product", d.report.Printable(s.Product), "version", d.report.Printable(s.Version),
		"extrainfo", d.report.Printable(extraInfo(s)), "tunnel", tunnel, "ostype", d.report.Printable(s.OS),
		"devicetype", d.report.Printable(s.Device), "method", method, "conf", confidence)
	if len(s.CPE) == 0 {
		d.w.WriteString("/>")
		return
	}
	d.w.WriteByte('>')
	for _, cpe := range s.CPE {
		d.element("cpe", "", d.report.Printable(cpeURI(cpe)))
	}
	d.w.WriteString("</service>")
}

// extraInfo returns what has no attribute of its own.
func extraInfo(s *record.Service) string {
	var parts []string
	if s.Vendor != "" && !strings.HasPrefix(s.Product, s.Vendor) {
		parts = append(parts, s.Vendor)
	}
	if s.Cert != nil && s.Cert.StartTLS {
		parts = append(parts, "STARTTLS")
	}
	return strings.Join(parts, "; ")
}

// element writes an element with a text, and with the attribute key unless it is empty.
func (d *document) element(name, key, text string) {
	d.begin(name, "key", key)
	d.w.WriteByte('>')
	xml.EscapeText(d.w, []byte(text))
	d.w.WriteString("</" + name + ">")
}

// details writes time, round-trip time, why the service was not identified and the user's own
// fields as the elements of a script. The output is empty: ndiff compares nothing else of a script, and 7.93 ends
// with an error where outputs differ.
func (d *document) details(p report.OpenPort, s *record.Service) {
	if s.Time == "" && s.RTT == "" && p.Why == 0 && len(s.Own) == 0 {
		return
	}
	d.w.WriteString(`<script id="portkit" output="">`)
	if s.Time != "" {
		d.element("elem", "time", d.report.Printable(s.Time))
	}
	if s.RTT != "" {
		d.element("elem", "rtt_ms", s.RTT)
	}
	if p.Why != 0 {
		d.element("elem", "evidence", p.Why.String())
	}
	for i := range s.Own {
		d.element("elem", d.report.Printable(string(s.Own[i].Key)), d.report.Printable(valueText(s.Own[i].Value)))
	}
	d.w.WriteString("</script>")
}

// valueText returns a string without quotes, other values as written.
func valueText(value []byte) string {
	if text, err := ndjson.Text(value, nil); err == nil {
		return string(text)
	}
	return string(value)
}

// cpeURI returns a name in the form of CPE 2.2, which nmap writes (NISTIR 7695, section
// 6.1). Names in other forms stay.
func cpeURI(name string) string {
	rest, ok := strings.CutPrefix(name, "cpe:2.3:")
	if !ok {
		return name
	}
	var parts []string
	var part []byte
	for i := 0; i < len(rest); i++ {
		switch c := rest[i]; {
		case c == '\\' && i+1 < len(rest):
			i++
			part = appendQuoted(part, rest[i])
		case c == ':':
			parts, part = append(parts, string(part)), part[:0]
		default:
			part = append(part, c)
		}
	}
	parts = append(parts, string(part))
	parts = parts[:min(len(parts), 5)] // part, vendor, product, version, update
	for i, part := range parts {
		if part == "*" {
			parts[i] = ""
		}
	}
	return strings.TrimRight("cpe:/"+strings.Join(parts, ":"), ":")
}

// appendQuoted appends a character that was escaped in the form of CPE 2.3.
func appendQuoted(dst []byte, c byte) []byte {
	if c == '.' || c == '-' || c == '_' {
		return append(dst, c)
	}
	return fmt.Appendf(dst, "%%%02x", c)
}
