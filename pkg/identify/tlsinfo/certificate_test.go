package tlsinfo

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/identify/protocol"
	"portkit/pkg/internal/lab"
)

// hierarchy contains certificates of all kinds below one root.
type hierarchy struct {
	root, between *pair
	options       Options
}

func newHierarchy(tb testing.TB) *hierarchy {
	h := &hierarchy{root: authorityOf(tb, nil, "Root", nil)}
	h.between = authorityOf(tb, h.root, "Between", nil)
	h.options = Options{ServerName: "host.example", Roots: x509.NewCertPool(), Now: clock}
	h.options.Roots.AddCert(h.root.Certificate)
	return h
}

func (h *hierarchy) info(chain ...*pair) (*endpoint.TLS, []protocol.Text) {
	t := new(endpoint.TLS)
	var ders [][]byte
	for _, p := range chain {
		ders = append(ders, p.Raw)
	}
	return t, h.options.certificates(t, ders)
}

func TestVerify(t *testing.T) {
	t.Parallel()
	h := newHierarchy(t)
	stranger := authorityOf(t, nil, "Stranger", nil)
	impostor := authorityOf(t, nil, "Root", nil)
	overdue := authorityOf(t, h.root, "Overdue", expiredAt)
	both := func(a, b func(*x509.Certificate)) func(*x509.Certificate) {
		return func(c *x509.Certificate) { a(c); b(c) }
	}
	weak := issue(t, nil, newRSA(t, 2048), func(c *x509.Certificate) {
		c.SignatureAlgorithm, c.Subject, c.IsCA, c.BasicConstraintsValid = x509.SHA1WithRSA, pkix.Name{CommonName: "Weak"}, true, true
	})
	weakLeaf := issue(t, weak, nil, func(c *x509.Certificate) { c.SignatureAlgorithm = x509.SHA1WithRSA })
	h.options.Roots.AddCert(weak.Certificate)
	// The signature algorithm is changed in place: crypto/x509 does not sign with MD5.
	sha1RSA := []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 5}
	md5 := load(t, bytes.ReplaceAll(weak.Raw, sha1RSA, append(sha1RSA[:8:8], 4)), nil)
	own := issue(t, nil, nil, nil)
	h.options.Roots.AddCert(own.Certificate)
	tests := []struct {
		name  string
		chain []*pair
		want  string
	}{
		{"below the root", []*pair{issue(t, h.root, nil, nil)}, "ok"},
		{"below an intermediate", []*pair{issue(t, h.between, nil, nil), h.between}, "ok"},
		{"root sent too, out of order", []*pair{issue(t, h.between, nil, nil), h.root, stranger, h.between}, "ok"},
		{"wildcard", []*pair{issue(t, h.root, nil, func(c *x509.Certificate) { c.DNSNames = []string{"*.example"} })}, "ok"},
		{"self-signed, and trusted", []*pair{own}, "ok"},
		{"negative serial number", []*pair{negativeSerial(t, issue(t, nil, nil, nil))}, "self-signed"},
		{"expired", []*pair{issue(t, h.root, nil, expiredAt)}, "expired"},
		{"expired, self-signed, other name", []*pair{issue(t, nil, nil, both(expiredAt, otherName))}, "expired"},
		{"not yet valid", []*pair{issue(t, h.root, nil, validLater)}, "not-yet-valid"},
		{"not yet valid, unknown authority", []*pair{issue(t, stranger, nil, validLater), stranger}, "not-yet-valid"},
		{"self-signed", []*pair{issue(t, nil, nil, nil)}, "self-signed"},
		{"self-signed, other name", []*pair{issue(t, nil, nil, otherName)}, "self-signed"},
		{"self-signed by SHA-1", []*pair{issue(t, nil, newRSA(t, 1024), func(c *x509.Certificate) { c.SignatureAlgorithm = x509.SHA1WithRSA })}, "self-signed"},
		{"self-signed by MD5", []*pair{md5}, "self-signed"},
		{"unknown root", []*pair{issue(t, stranger, nil, nil)}, "unknown-authority"},
		{"unknown root, sent", []*pair{issue(t, stranger, nil, nil), stranger}, "unknown-authority"},
		{"unknown root, other name", []*pair{issue(t, stranger, nil, otherName)}, "unknown-authority"},
		{"intermediate not sent", []*pair{issue(t, h.between, nil, nil)}, "unknown-authority"},
		{"expired intermediate", []*pair{issue(t, overdue, nil, nil), overdue}, "bad-chain"},
		{"issuer with the name of the root", []*pair{issue(t, impostor, nil, nil), impostor}, "bad-chain"},
		{"SHA-1 signature of a known root", []*pair{weakLeaf}, "bad-chain"},
		{"issuer may not issue", []*pair{issue(t, own, nil, nil), own}, "bad-chain"},
		{"for clients only", []*pair{issue(t, h.root, nil, func(c *x509.Certificate) {
			c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
		})}, "bad-chain"},
		{"for clients only, other name", []*pair{issue(t, h.root, nil, both(otherName, func(c *x509.Certificate) {
			c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
		}))}, "bad-chain"},
		{"other name", []*pair{issue(t, h.root, nil, otherName)}, "wrong-name"},
		{"no names but the common name", []*pair{issue(t, h.root, nil, func(c *x509.Certificate) { c.DNSNames = nil })}, "wrong-name"},
	}
	for _, test := range tests {
		info, _ := h.info(test.chain...)
		if info.Verify != test.want || info.Chain != len(test.chain) {
			t.Errorf("%s: %s, %d certificates; want %s", test.name, info.Verify, info.Chain, test.want)
		}
	}
}

// TestVerifyName checks that only a given name is verified.
func TestVerifyName(t *testing.T) {
	t.Parallel()
	h := newHierarchy(t)
	cert := issue(t, h.root, nil, func(c *x509.Certificate) { c.IPAddresses = []net.IP{net.IPv4(192, 0, 2, 1)} })
	for name, want := range map[string]string{
		"": "ok", "host.example": "ok", "HOST.example.": "ok", "192.0.2.1": "ok",
		"192.0.2.2": "wrong-name", "a.host.example": "wrong-name",
	} {
		h.options.ServerName = name
		if info, _ := h.info(cert); info.Verify != want {
			t.Errorf("%q: %s, want %s", name, info.Verify, want)
		}
	}
}

func TestFacts(t *testing.T) {
	t.Parallel()
	h := newHierarchy(t)
	cert := issue(t, h.root, newRSA(t, 1024), func(c *x509.Certificate) {
		c.Subject = pkix.Name{
			CommonName: "host.example", Organization: []string{"Example, Inc."}, Country: []string{"XX"},
			ExtraNames: []pkix.AttributeTypeAndValue{{Type: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 1}, Value: "root@host.example"}},
		}
		c.IPAddresses = []net.IP{net.IPv4(192, 0, 2, 1), net.ParseIP("2001:db8::1")}
	})
	info, texts := h.info(cert)
	if info.Subject != `CN=host.example,O=Example\, Inc.,C=XX,emailAddress=root@host.example` || info.Issuer != "CN=Root,O=Example,C=XX" {
		t.Errorf("subject %s, issuer %s", info.Subject, info.Issuer)
	}
	if got := strings.Join(info.Names, " "); got != "host.example 192.0.2.1 2001:db8::1" || info.NamesTotal != 3 {
		t.Errorf("names %s of %d", got, info.NamesTotal)
	}
	if info.Key != "rsa 1024" || info.Signature != "ecdsa-with-SHA256" || info.Serial != "1234" {
		t.Errorf("key %s, signature %s, serial %s", info.Key, info.Signature, info.Serial)
	}
	if texts[0] != (protocol.Text{Kind: "x509.subject", Value: cert.Subject.String()}) || texts[1].Kind != "x509.issuer" || texts[1].Value != info.Issuer {
		t.Errorf("texts %q", texts)
	}
	many, _ := h.info(issue(t, h.root, newEd25519(t), manyNames))
	if len(many.Names) != 64 || many.NamesTotal != 200 || many.Names[63] != "host62.example" || many.Key != "ed25519" {
		t.Errorf("%d names of %d, key %s", len(many.Names), many.NamesTotal, many.Key)
	}
}

// TestUnparsable checks that a certificate that crypto/x509 does not parse is reported.
func TestUnparsable(t *testing.T) {
	t.Parallel()
	info := new(endpoint.TLS)
	if texts := new(Options).certificates(info, [][]byte{{1, 2, 3}, {4}}); texts != nil {
		t.Errorf("texts %v", texts)
	}
	if info.Chain != 2 || info.Verify != "bad-chain" || len(info.SHA256) != 64 {
		t.Errorf("%+v", info)
	}
}

// TestExcess checks certificates that would take long to evaluate or write.
func TestExcess(t *testing.T) {
	t.Parallel()
	h := newHierarchy(t)
	long := issue(t, h.root, nil, func(c *x509.Certificate) {
		c.Subject = pkix.Name{OrganizationalUnit: strings.Fields(strings.Repeat("unit ", 3000))}
	})
	info, texts := h.info(long)
	if info.Subject != "" || texts[0].Value != "" || info.Issuer != "CN=Root,O=Example,C=XX" {
		t.Errorf("long subject: %d and %d bytes", len(info.Subject), len(texts[0].Value))
	}
	info, _ = h.info(issue(t, h.root, nil, func(c *x509.Certificate) {
		c.Subject = pkix.Name{CommonName: strings.Repeat("ü", 1000)}
		c.DNSNames = []string{strings.Repeat("a", 1000)}
		c.SerialNumber = new(big.Int).Lsh(big.NewInt(1), 150)
	}))
	if len(info.Subject) != 255 || len(info.Names[0]) != 256 || len(info.Serial) != 38 {
		t.Errorf("subject of %d bytes, name of %d, serial number of %d", len(info.Subject), len(info.Names[0]), len(info.Serial))
	}
	huge := &rsa.PublicKey{N: new(big.Int).Lsh(big.NewInt(3), 300000), E: 65537}
	huge.N.SetBit(huge.N, 0, 1)
	der, err := x509.CreateCertificate(rand.Reader, h.root.Certificate, h.root.Certificate, huge, h.root.key)
	must(t, err)
	cert := load(t, der, nil)
	start := time.Now()
	info, _ = h.info(cert, cert)
	if took := time.Since(start); info.Verify != "bad-chain" || info.Key != "rsa 300002" || took > 5*time.Second {
		t.Errorf("%s, %s after %v", info.Key, info.Verify, took)
	}
}

// TestOpenSSLx509 compares facts with what openssl prints.
func TestOpenSSLx509(t *testing.T) {
	t.Parallel()
	lab.Programs(t, "openssl")
	h := newHierarchy(t)
	big := newRSA(t, 2048)
	certs := map[string]*pair{
		"ecdsa":    issue(t, h.root, nil, nil),
		"rsa 1024": issue(t, nil, newRSA(t, 1024), func(c *x509.Certificate) { c.SignatureAlgorithm = x509.SHA1WithRSA }),
		"rsa 2048": issue(t, nil, big, manyNames),
		"pss":      issue(t, nil, big, func(c *x509.Certificate) { c.SignatureAlgorithm = x509.SHA256WithRSAPSS }),
		"ed25519":  issue(t, nil, newEd25519(t), nil),
		"negative": negativeSerial(t, issue(t, nil, nil, nil)),
		"names": issue(t, h.root, nil, func(c *x509.Certificate) {
			c.Subject = pkix.Name{CommonName: `a "b" <c>, d+e`, OrganizationalUnit: []string{"Ünit"}, Locality: []string{"L"}, Province: []string{"P"}, Country: []string{"XX"}}
		}),
	}
	for name, cert := range certs {
		t.Run(name, func(t *testing.T) {
			info, _ := h.info(cert)
			checkFacts(t, info, cert.Raw)
		})
	}
}

// checkFacts compares the facts of a certificate with what openssl prints.
func checkFacts(t *testing.T, info *endpoint.TLS, der []byte) {
	t.Helper()
	text := normalize(openssl(t, der, "x509", "-inform", "DER", "-noout", "-serial", "-fingerprint", "-sha256",
		"-startdate", "-enddate", "-dateopt", "iso_8601", "-subject", "-issuer", "-nameopt", "RFC2253,-esc_msb,utf8", "-text"))
	want := []string{
		"serial=" + info.Serial, "sha256 Fingerprint=" + info.SHA256,
		"notBefore=" + info.NotBefore.Format(time.DateTime) + "Z", "notAfter=" + info.NotAfter.Format(time.DateTime) + "Z",
		"subject=" + info.Subject, "issuer=" + info.Issuer, "Signature Algorithm: " + info.Signature,
	}
	if _, bits, ok := strings.Cut(info.Key, " "); ok {
		want = append(want, "Public-Key: ("+bits+" bit)")
	}
	for _, line := range want {
		if !strings.Contains(text, normalize(line)+"\n") {
			t.Errorf("%s is not in\n%s", line, text)
		}
	}
	for _, name := range info.Names {
		if !strings.Contains(text+",", "dns"+name+",") && !strings.Contains(text, "dns"+name+"\n") {
			t.Errorf("name %s is not in\n%s", name, text)
		}
	}
	if n := strings.Count(text, "dns"); n != info.NamesTotal {
		t.Errorf("%d names, want %d", info.NamesTotal, n)
	}
}

// normalize removes differences in notation: the case, and colons between bytes.
func normalize(s string) string {
	return strings.ToLower(strings.ReplaceAll(s, ":", ""))
}

func openssl(t *testing.T, stdin []byte, args ...string) string {
	t.Helper()
	cmd := exec.Command("openssl", args...)
	cmd.Stdin = bytes.NewReader(stdin)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("openssl %v: %v\n%s", args, err, out)
	}
	return string(out)
}

// write writes certificates in PEM.
func write(t *testing.T, name string, chain ...*pair) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	var b []byte
	for _, p := range chain {
		b = append(b, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: p.Raw})...)
	}
	must(t, os.WriteFile(path, b, 0o600))
	return path
}
