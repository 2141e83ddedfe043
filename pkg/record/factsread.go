package record

import (
	"fmt"
	"math"
	"time"

	"portkit/pkg/ndjson"
)

// Facts reads the facts of the result that Result parsed from l, and adds the values that
// are not valid to r.Unusable.
func (d *Decoder) Facts(l ndjson.Line, r *Result, f *Facts) {
	if d.resultFacts(r, f); r.Unusable != nil {
		r.Unusable.No = l.No
	}
}

func (d *Decoder) resultFacts(r *Result, f *Facts) {
	for _, msg := range d.facts(r.Fields, f) {
		r.Unusable = r.Unusable.add(msg)
	}
}

// facts reads the facts of an object with these fields. It returns a message for each value
// that is not valid.
func (d *Decoder) facts(fields []ndjson.Field, f *Facts) []string {
	*f = Facts{Keys: f.Keys[:0], text: f.text[:0]}
	r := factsReader{d: d, f: f}
	for i := range fields {
		r.field(&fields[i])
	}
	return r.messages
}

// factsReader reads the fields of a Facts. Of a field given twice the last counts.
type factsReader struct {
	d        *Decoder
	f        *Facts
	messages []string
}

func (r *factsReader) field(field *ndjson.Field) {
	f, value := r.f, field.Value
	switch string(field.Key) {
	case "app":
		f.App = r.text("app", value, FactApp, unlimited)
	case "product", "version", "os", "source":
		r.product(field)
	case "evidence":
		f.Evidence = r.text("evidence", value, 0, unlimited)
	case "limited":
		f.Limited = r.flag("limited", value)
	case "tls":
		f.TLS, f.StartTLS, f.TLSVersion, f.TLSVerify, f.Cert = len(value) > 0 && value[0] == '{', false, nil, nil, Certificate{}
		for i := range r.members("tls", value, FactTLS) {
			r.tls(&r.d.inner[i])
		}
	case "ssh":
		f.Keys = f.Keys[:0]
		r.members("ssh", value, FactSSH)
		if keys := Last(r.d.inner, "keys"); keys != nil {
			r.keys(keys)
		}
	}
}

// product reads a field about the product, also one of the products of a summary.
func (r *factsReader) product(field *ndjson.Field) {
	switch string(field.Key) {
	case "product":
		r.f.Product = r.text("product", field.Value, FactProduct, maxProduct)
	case "version":
		r.f.Version = r.text("version", field.Value, FactVersion, maxProduct)
	case "os":
		r.f.OS = r.text("os", field.Value, 0, maxProduct)
	case "source":
		if r.f.Source = nil; field.Value[0] == '"' { // otherwise it is the user's
			r.f.Source = r.text("source", field.Value, 0, maxWord)
		}
	}
}

// tls reads a member of the field tls, also one of the certs of a summary.
func (r *factsReader) tls(field *ndjson.Field) {
	cert, value := &r.f.Cert, field.Value
	switch string(field.Key) {
	case "version":
		r.f.TLSVersion = r.text("tls.version", value, 0, maxWord)
	case "verify":
		r.f.TLSVerify = r.text("tls.verify", value, 0, maxWord)
	case "starttls":
		r.f.StartTLS = r.flag("tls.starttls", value)
	case "sha256":
		cert.SHA256 = r.text("tls.sha256", value, FactTLS, maxWord+2)
	case "not_after":
		cert.NotAfter = r.date("tls.not_after", value)
	case "subject":
		cert.Subject = r.text("tls.subject", value, 0, maxDN)
	case "issuer":
		cert.Issuer = r.text("tls.issuer", value, 0, maxDN)
	case "names":
		if cert.Names = value; Blank(value) {
			cert.Names = nil
		}
	}
}

// keys reads an array of host keys.
func (r *factsReader) keys(value []byte) {
	f, ok := r.f, false
	f.Keys = f.Keys[:0]
	r.d.elements, ok = ndjson.Elements(value, r.d.elements)
	for _, element := range r.d.elements[:min(len(r.d.elements), maxKeys)] {
		var key HostKey
		var err error
		if r.d.inner, err = ndjson.Scan(element, r.d.inner); err != nil {
			ok = false
		}
		for i := range r.d.inner {
			switch m := &r.d.inner[i]; string(m.Key) {
			case "type":
				key.Type = r.text("ssh.keys: type", m.Value, FactSSH, maxWord)
			case "sha256":
				key.SHA256 = r.text("ssh.keys: sha256", m.Value, FactSSH, maxWord)
			}
		}
		ok = ok && len(key.Type) > 0 && len(key.SHA256) > 0
		f.Keys = append(f.Keys, key)
	}
	if !ok {
		f.Keys = f.Keys[:0]
		r.invalid("ssh.keys", value, "an array of objects with type and sha256", FactSSH)
	}
}

// members returns the members of a value that should be an object.
func (r *factsReader) members(name string, value []byte, fact Fact) []ndjson.Field {
	r.d.inner = r.d.inner[:0]
	if Blank(value) {
		return nil
	}
	var err error
	if r.d.inner, err = ndjson.Scan(value, r.d.inner); err != nil {
		r.invalid(name, value, "an object", fact)
		return nil
	}
	return r.d.inner
}

// unlimited is the limit of texts that are not cut.
const unlimited = math.MaxInt

// text reads a string, cut so that it has at most limit bytes as written.
func (r *factsReader) text(name string, value []byte, fact Fact, limit int) []byte {
	if Blank(value) {
		return nil
	}
	f := r.f
	text, err := ndjson.Text(value, f.text[len(f.text):])
	if err != nil {
		r.invalid(name, value, "a string", fact)
		return nil
	}
	if len(text)+len(`""`) < len(value) { // the storage has it
		f.text = append(f.text, text...)
		text = f.text[len(f.text)-len(text):]
	}
	if len(value) > limit {
		_, n := cutString(nil, text, limit)
		text = text[:n]
	}
	return text
}

// date reads a time. Years that findings cannot contain are unknown.
func (r *factsReader) date(name string, value []byte) (t time.Time) {
	if text := r.text(name, value, 0, unlimited); len(text) > 0 && t.UnmarshalText(text) != nil {
		r.invalid(name, value, "a time as in RFC 3339", 0)
		return time.Time{}
	}
	if t = t.UTC(); t.Year() < 0 || t.Year() > 9999 {
		return time.Time{}
	}
	return t
}

func (r *factsReader) flag(name string, value []byte) bool {
	is := string(value) == "true"
	if !is && string(value) != "false" && !Blank(value) {
		r.invalid(name, value, "true or false", 0)
	}
	return is
}

// invalid records a value that is ignored, and the fact that is unknown without it.
func (r *factsReader) invalid(name string, value []byte, want string, fact Fact) {
	r.f.Unusable |= fact
	if fact != FactApp { // Result reports that one
		r.messages = append(r.messages, fmt.Sprintf("%s %s is not %s", name, ndjson.Show(value), want))
	}
}
