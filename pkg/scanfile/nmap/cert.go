package nmap

import (
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/identify/tlsinfo"
)

// certItem reads an element of ssl-cert. The last one is the certificate itself, from which
// everything is known. The others are for versions of nmap that did not write it.
func (r *reader) certItem(path []string, text string) {
	t := r.certOf()
	last := path[len(path)-1]
	switch path[0] {
	case "pem":
		if c := r.certs.get(text, parseCert); c.whole {
			r.port.cert = &c.TLS
		} else {
			t.SHA256 = c.SHA256
		}
	case "subject":
		t.Subject = addAttribute(t.Subject, last, text)
	case "issuer":
		t.Issuer = addAttribute(t.Issuer, last, text)
	case "sig_algo":
		t.Signature = text
	case "validity":
		setValidity(t, last, text)
	case "pubkey":
		setKey(t, last, text)
	case "extensions":
		if last == "value" && r.altNames {
			t.Names, t.NamesTotal = altNames(text)
		}
		r.altNames = last == "name" && strings.HasSuffix(text, "Subject Alternative Name")
	}
}

// parsed is a certificate. If it is not whole, only its fingerprint is known, or nothing.
type parsed struct {
	endpoint.TLS
	whole bool
}

// parseCert parses a certificate as PEM (RFC 7468 section 5).
func parseCert(text string) (c parsed) {
	text = strings.TrimPrefix(strings.TrimSpace(text), "-----BEGIN CERTIFICATE-----")
	der, err := base64.StdEncoding.DecodeString(strings.TrimSuffix(text, "-----END CERTIFICATE-----"))
	if err == nil {
		_, err = tlsinfo.Certificate(&c.TLS, der)
	}
	c.whole = err == nil
	return c
}

// certOutput reads the text of ssl-cert.
func (r *reader) certOutput(text string) {
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		if set := certLines[name]; set != nil {
			set(r.certOf(), strings.TrimSpace(value))
		}
	}
}

// certLines has the lines of the text of ssl-cert that are read.
var certLines = map[string]func(t *endpoint.TLS, value string){
	"Subject":                  func(t *endpoint.TLS, value string) { t.Subject = distinguishedName(value) },
	"Issuer":                   func(t *endpoint.TLS, value string) { t.Issuer = distinguishedName(value) },
	"Subject Alternative Name": func(t *endpoint.TLS, value string) { t.Names, t.NamesTotal = altNames(value) },
	"Not valid before":         func(t *endpoint.TLS, value string) { setValidity(t, "notBefore", value) },
	"Not valid after":          func(t *endpoint.TLS, value string) { setValidity(t, "notAfter", value) },
	"Public Key type":          func(t *endpoint.TLS, value string) { setKey(t, "type", value) },
	"Public Key bits":          func(t *endpoint.TLS, value string) { setKey(t, "bits", value) },
	"Signature Algorithm":      func(t *endpoint.TLS, value string) { t.Signature = value },
}

// setKey sets the type or the size of the public key.
func setKey(t *endpoint.TLS, what, text string) {
	kind, bits, _ := strings.Cut(t.Key, " ")
	switch what {
	case "type":
		if kind = text; kind == "ec" {
			kind = "ecdsa"
		}
	case "bits":
		bits = text
	}
	t.Key = strings.TrimSpace(kind + " " + bits)
}

// setValidity sets one end of the validity, which is in UTC. Old versions write a zone, or
// a time in words, which is ignored.
func setValidity(t *endpoint.TLS, end, text string) {
	at, err := time.Parse("2006-01-02T15:04:05", text[:min(len(text), len("2006-01-02T15:04:05"))])
	if err != nil {
		return
	}
	switch end {
	case "notBefore":
		t.NotBefore = at
	case "notAfter":
		t.NotAfter = at
	}
}

// maxAltNames is the number of names that records contain.
const maxAltNames = 64

// altNames parses the names of a certificate as openssl prints them: DNS:a, IP Address:b.
func altNames(text string) (names []string, total int) {
	for item := range strings.SplitSeq(text, ", ") {
		kind, name, _ := strings.Cut(item, ":")
		if kind != "DNS" && kind != "IP Address" || name == "" {
			continue
		}
		if total++; len(names) < maxAltNames {
			names = append(names, name)
		}
	}
	return names, total
}

// attributes are the names of attributes, in the order in which crypto/x509 writes them.
var attributes = []struct{ long, short string }{
	{"emailAddress", "emailAddress"},
	{"serialNumber", "SERIALNUMBER"},
	{"commonName", "CN"},
	{"stateOrProvinceName", "ST"},
	{"localityName", "L"},
	{"organizationalUnitName", "OU"},
	{"organizationName", "O"},
	{"countryName", "C"},
}

// distinguishedName parses a name in the form commonName=a/organizationName=b. Values may have
// a slash too.
func distinguishedName(text string) (name string) {
	key, value := "", ""
	for item := range strings.SplitSeq(text, "/") {
		if k, v, ok := strings.Cut(item, "="); ok {
			name = addAttribute(name, key, value)
			key, value = k, v
		} else {
			value += "/" + item
		}
	}
	return addAttribute(name, key, value)
}

// maxAttributes is the maximum length of a name in bytes.
const maxAttributes = 1 << 10

// addAttribute adds an attribute to a name, at its place.
func addAttribute(name, key, value string) string {
	rank := func(part string) int {
		short, _, _ := strings.Cut(part, "=")
		return slices.IndexFunc(attributes, func(a struct{ long, short string }) bool { return a.short == short })
	}
	i := slices.IndexFunc(attributes, func(a struct{ long, short string }) bool { return a.long == key })
	if i < 0 || len(name)+len(value) > maxAttributes {
		return name
	}
	part := attributes[i].short + "=" + escapes.Replace(value)
	if name == "" {
		return part
	}
	parts := strings.Split(name, ",")
	at := slices.IndexFunc(parts, func(p string) bool { return rank(p) > i })
	if at < 0 {
		at = len(parts)
	}
	return strings.Join(slices.Insert(parts, at, part), ",")
}

// escapes are those of a value that could end the attribute.
var escapes = strings.NewReplacer(`\`, `\\`, ",", `\,`, "+", `\+`)
