package record

import (
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/ndjson"
)

// Fact is a fact about a service by which scans are compared: a bit of a set.
type Fact uint8

// The facts. Each is a field of findings.
const (
	FactApp Fact = 1 << iota
	FactProduct
	FactVersion
	FactTLS // the certificate
	FactSSH // the host keys
)

// FactNames contains the fields of the facts in the order of their bits.
func FactNames() []string { return []string{"app", "product", "version", "tls", "ssh"} }

// ParseFact returns the fact with this name.
func ParseFact(name []byte) (Fact, bool) {
	for i, s := range FactNames() {
		if s == string(name) {
			return 1 << i, true
		}
	}
	return 0, false
}

// Facts contains what is known of a service. Texts are decoded, cut to the lengths that
// findings have, and empty if absent. They are parts of the line or of Facts, and valid
// until either is used again.
type Facts struct {
	App, Product, Version []byte
	OS                    []byte // not compared
	Evidence              []byte // absent if no tool tried to identify the service
	Source                []byte // the tool that identified it, if that was not portid
	Limited               bool
	TLS, StartTLS         bool   // there is a TLS object; the connection was upgraded
	TLSVersion, TLSVerify []byte // not compared
	Cert                  Certificate
	Keys                  []HostKey
	// Unusable contains the facts whose values are not valid.
	Unusable Fact
	// Partial is set for a summary: a value that is absent may not have been probed for.
	Partial bool

	text []byte // storage of texts with escapes
}

// InTLS reports whether the protocol is inside TLS from its first byte on.
func (f *Facts) InTLS() bool { return f.TLS && !f.StartTLS }

// Certificate is the part of a certificate by which scans are compared.
type Certificate struct {
	SHA256, Subject, Issuer []byte
	NotAfter                time.Time // zero if unknown
	Names                   []byte    // the array as written
}

// HostKey is the host key of an SSH server.
type HostKey struct{ Type, SHA256 []byte }

// Facts sets f to the facts that the summary contains about the service at a port.
func (s *Summary) Facts(port uint16, f *Facts) {
	*f = Facts{Keys: f.Keys[:0], text: f.text[:0], Partial: true}
	if s.AcceptsAllAt(port) {
		f.Evidence, f.Partial = []byte(endpoint.EvidenceAcceptsAll), false
	} else if why := s.UnidentifiedAt(port); why != 0 {
		f.Evidence, f.Partial = []byte(why.String()), false
	}
	found := s.foundAt(port)
	if found == nil {
		return
	}
	f.App = []byte(found.App)
	f.ofFound(found)
}

// ofFound sets f to the product and the certificate of a Found.
func (f *Facts) ofFound(found *Found) {
	if found.Product != "" {
		fields, _ := ndjson.Scan([]byte(found.Product), nil)
		f.readProduct(fields)
	}
	if found.Cert != "" {
		fields, _ := ndjson.Scan([]byte(found.Cert), nil)
		f.readCert(fields)
	}
}

// readProduct reads the members of a value of products.
func (f *Facts) readProduct(fields []ndjson.Field) {
	r := factsReader{f: f}
	for i := range fields {
		r.product(&fields[i])
	}
}

// readCert reads the members of a value of certs.
func (f *Facts) readCert(fields []ndjson.Field) {
	f.TLS = true
	r := factsReader{f: f}
	for i := range fields {
		r.tls(&fields[i])
	}
}
