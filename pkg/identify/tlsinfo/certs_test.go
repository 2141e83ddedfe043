package tlsinfo

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"strconv"
	"testing"
	"time"
)

// now is when the tests take place, for the dates of certificates.
var now = time.Date(2025, time.March, 1, 12, 0, 0, 0, time.UTC)

func clock() time.Time { return now }

// pair is a certificate and its key.
type pair struct {
	*x509.Certificate
	key crypto.Signer
}

func (p *pair) tls(chain ...*pair) tls.Certificate {
	c := tls.Certificate{Certificate: [][]byte{p.Raw}, PrivateKey: p.key}
	for _, other := range chain {
		c.Certificate = append(c.Certificate, other.Raw)
	}
	return c
}

func newECDSA(tb testing.TB) crypto.Signer {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(tb, err)
	return key
}

func newRSA(tb testing.TB, bits int) crypto.Signer {
	key, err := rsa.GenerateKey(rand.Reader, bits)
	must(tb, err)
	return key
}

func newEd25519(tb testing.TB) crypto.Signer {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	must(tb, err)
	return key
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// issue makes a certificate for host.example that change may change. Without an issuer
// it is self-signed.
func issue(tb testing.TB, issuer *pair, key crypto.Signer, change func(*x509.Certificate)) *pair {
	tb.Helper()
	if key == nil {
		key = newECDSA(tb)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(0x1234), Subject: pkix.Name{CommonName: "host.example", Organization: []string{"Example"}},
		DNSNames: []string{"host.example"}, NotBefore: now.AddDate(0, -1, 0), NotAfter: now.AddDate(0, 1, 0),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if change != nil {
		change(c)
	}
	if issuer == nil {
		issuer = &pair{c, key}
	}
	der, err := x509.CreateCertificate(rand.Reader, c, issuer.Certificate, key.Public(), issuer.key)
	must(tb, err)
	return load(tb, der, key)
}

func load(tb testing.TB, der []byte, key crypto.Signer) *pair {
	tb.Helper()
	parsed, err := x509.ParseCertificate(der)
	must(tb, err)
	return &pair{parsed, key}
}

// authorityOf makes a certificate that may issue others.
func authorityOf(tb testing.TB, issuer *pair, name string, change func(*x509.Certificate)) *pair {
	tb.Helper()
	return issue(tb, issuer, nil, func(c *x509.Certificate) {
		c.Subject = pkix.Name{CommonName: name, Organization: []string{"Example"}, Country: []string{"XX"}}
		c.DNSNames, c.ExtKeyUsage = nil, nil
		c.IsCA, c.BasicConstraintsValid, c.KeyUsage = true, true, x509.KeyUsageCertSign
		if change != nil {
			change(c)
		}
	})
}

// negativeSerial signs p, whose key is an ECDSA key, anew with the serial number -0x1234,
// which crypto/x509 refuses to do.
func negativeSerial(tb testing.TB, p *pair) *pair {
	tb.Helper()
	var c struct {
		TBS       asn1.RawValue
		Algorithm pkix.AlgorithmIdentifier
		Value     asn1.BitString
	}
	_, err := asn1.Unmarshal(p.Raw, &c)
	must(tb, err)
	for i := range len(c.TBS.FullBytes) - 4 {
		if s := c.TBS.FullBytes[i : i+4]; string(s) == "\x02\x02\x12\x34" {
			copy(s, "\x02\x02\xed\xcc")
			break
		}
	}
	sum := sha256.Sum256(c.TBS.FullBytes)
	sig, err := p.key.Sign(rand.Reader, sum[:], crypto.SHA256)
	must(tb, err)
	c.Value = asn1.BitString{Bytes: sig, BitLength: 8 * len(sig)}
	der, err := asn1.Marshal(c)
	must(tb, err)
	return load(tb, der, p.key)
}

func expiredAt(c *x509.Certificate) {
	c.NotBefore, c.NotAfter = now.AddDate(0, -2, 0), now.AddDate(0, -1, 0)
}

func validLater(c *x509.Certificate) {
	c.NotBefore, c.NotAfter = now.AddDate(0, 1, 0), now.AddDate(0, 2, 0)
}

func otherName(c *x509.Certificate) { c.DNSNames = []string{"other.example"} }

func manyNames(c *x509.Certificate) {
	for i := range 199 {
		c.DNSNames = append(c.DNSNames, "host"+strconv.Itoa(i)+".example")
	}
}

// padding adds an extension of n bytes.
func padding(n int) func(*x509.Certificate) {
	return func(c *x509.Certificate) {
		c.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 99999, 1}, Value: make([]byte, n)}}
	}
}
