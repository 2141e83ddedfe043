package tlsinfo

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"fmt"
	"math/big"
	"strings"

	"portkit/pkg/endpoint"
	"portkit/pkg/identify/protocol"
)

// Maximum lengths. Certificates are not trusted: a serial number may be 60 KiB long.
const (
	maxNames  = 64
	maxText   = 256  // bytes of a text
	maxName   = 4096 // bytes of a subject or issuer in DER; longer ones are left out
	maxSerial = 64   // bytes; RFC 5280 permits 20
)

// certificates adds the facts of a chain to t. The first certificate is the server's.
func (o *Options) certificates(t *endpoint.TLS, ders [][]byte) []protocol.Text {
	if len(ders) == 0 {
		return nil
	}
	t.Chain = len(ders)
	leaf, err := Certificate(t, ders[0])
	if err != nil {
		t.Verify = badChain
		return nil
	}
	t.Verify = o.verify(leaf, ders[1:])
	return []protocol.Text{
		{Kind: "x509.subject", Value: nameText(leaf.RawSubject, leaf.Subject)},
		{Kind: "x509.issuer", Value: nameText(leaf.RawIssuer, leaf.Issuer)},
	}
}

// Certificate adds the facts of a server's certificate, in DER, to t. If it cannot be
// parsed, these are only its digest.
func Certificate(t *endpoint.TLS, der []byte) (*x509.Certificate, error) {
	sum := sha256.Sum256(der)
	t.SHA256 = hex.EncodeToString(sum[:])
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	t.Subject = cut(labels(nameText(leaf.RawSubject, leaf.Subject), leaf.Subject))
	if t.Issuer = t.Subject; !bytes.Equal(leaf.RawIssuer, leaf.RawSubject) {
		t.Issuer = cut(labels(nameText(leaf.RawIssuer, leaf.Issuer), leaf.Issuer))
	}
	t.Names, t.NamesTotal = names(leaf)
	t.Serial = serial(leaf.SerialNumber)
	t.NotBefore, t.NotAfter = leaf.NotBefore, leaf.NotAfter
	t.Signature, t.Key = signature(leaf.Raw), key(leaf)
	return leaf, nil
}

// attributes are the types that pkix writes as numbers, by the names that openssl uses.
var attributes = map[string]string{
	"1.2.840.113549.1.9.1":       "emailAddress",
	"0.9.2342.19200300.100.1.1":  "UID",
	"0.9.2342.19200300.100.1.25": "DC",
}

var escapes = strings.NewReplacer(`\`, `\\`, ",", `\,`, "+", `\+`, `"`, `\"`, "<", `\<`, ">", `\>`, ";", `\;`)

// nameText writes a name as Recog has it: common name first, country last, roughly RFC
// 4514. The time that pkix takes is quadratic in the length.
func nameText(raw []byte, n pkix.Name) string {
	if len(raw) > maxName {
		return ""
	}
	return n.String()
}

// labels replaces types that are numbers in s, the text of n, and writes their values as
// text.
func labels(s string, n pkix.Name) string {
	if !strings.Contains(s, "=#") {
		return s
	}
	for _, a := range n.Names {
		value, isText := a.Value.(string)
		label := attributes[a.Type.String()]
		der, err := asn1.Marshal(a.Value)
		if label == "" || !isText || err != nil {
			continue
		}
		s = strings.Replace(s, fmt.Sprintf("%s=#%x", a.Type, der), label+"="+escapes.Replace(value), 1)
	}
	return s
}

// cut returns s in valid UTF-8 and at most maxText bytes.
func cut(s string) string {
	s = strings.ToValidUTF8(s, "\ufffd")
	if len(s) > maxText {
		s = strings.ToValidUTF8(s[:maxText], "")
	}
	return s
}

// names returns the first DNS names and addresses of a certificate, and their number.
func names(c *x509.Certificate) (list []string, total int) {
	for _, name := range c.DNSNames {
		list = append(list, cut(name))
	}
	for _, ip := range c.IPAddresses {
		list = append(list, ip.String())
	}
	return list[:min(len(list), maxNames)], len(list)
}

// serial writes a number in whole bytes, as openssl does.
func serial(n *big.Int) string {
	b := n.Bytes()
	if len(b) == 0 {
		b = []byte{0}
	}
	s := hex.EncodeToString(b[:min(len(b), maxSerial)])
	if n.Sign() < 0 {
		s = "-" + s
	}
	return s
}

// keys are the types of keys that crypto/tls does not support.
var keys = map[string]string{
	"1.2.840.10040.4.1": "dsa",
	"1.3.101.113":       "ed448",
}

// signatures are the algorithms by the names that they have in their RFCs and in openssl.
var signatures = map[string]string{
	"1.2.840.113549.1.1.2":   "md2WithRSAEncryption",
	"1.2.840.113549.1.1.4":   "md5WithRSAEncryption",
	"1.2.840.113549.1.1.5":   "sha1WithRSAEncryption",
	"1.3.14.3.2.29":          "sha1WithRSA",
	"1.2.840.113549.1.1.10":  "rsassaPss",
	"1.2.840.113549.1.1.11":  "sha256WithRSAEncryption",
	"1.2.840.113549.1.1.12":  "sha384WithRSAEncryption",
	"1.2.840.113549.1.1.13":  "sha512WithRSAEncryption",
	"1.2.840.113549.1.1.14":  "sha224WithRSAEncryption",
	"1.2.840.10040.4.3":      "dsaWithSHA1",
	"2.16.840.1.101.3.4.3.2": "dsa_with_SHA256",
	"1.2.840.10045.4.1":      "ecdsa-with-SHA1",
	"1.2.840.10045.4.3.1":    "ecdsa-with-SHA224",
	"1.2.840.10045.4.3.2":    "ecdsa-with-SHA256",
	"1.2.840.10045.4.3.3":    "ecdsa-with-SHA384",
	"1.2.840.10045.4.3.4":    "ecdsa-with-SHA512",
	"1.3.101.112":            "ED25519",
	"1.3.101.113":            "ED448",
}

// signature returns the name of a certificate's signature algorithm; its number if it
// has none here.
func signature(der []byte) string {
	var c struct {
		TBS       asn1.RawValue
		Algorithm pkix.AlgorithmIdentifier
		Value     asn1.BitString
	}
	if _, err := asn1.Unmarshal(der, &c); err != nil {
		return ""
	}
	number := c.Algorithm.Algorithm.String()
	if name := signatures[number]; name != "" {
		return name
	}
	return cut(number)
}

// key returns the type and the size in bits of the public key.
func key(c *x509.Certificate) string {
	switch k := c.PublicKey.(type) {
	case *rsa.PublicKey:
		return fmt.Sprintf("rsa %d", k.N.BitLen())
	case *ecdsa.PublicKey:
		return fmt.Sprintf("ecdsa %d", k.Curve.Params().BitSize)
	case ed25519.PublicKey:
		return "ed25519"
	}
	return publicKeyNumber(c)
}

// publicKeyNumber names a key that crypto/x509 does not know.
func publicKeyNumber(c *x509.Certificate) string {
	var k struct {
		Algorithm pkix.AlgorithmIdentifier
		Key       asn1.BitString
	}
	if _, err := asn1.Unmarshal(c.RawSubjectPublicKeyInfo, &k); err != nil {
		return ""
	}
	number := k.Algorithm.Algorithm.String()
	if name := keys[number]; name != "" {
		return name
	}
	return cut(number)
}
