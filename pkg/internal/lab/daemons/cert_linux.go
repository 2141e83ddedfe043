package daemons

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"time"
)

// Certificate writes a key and a certificate that it signed itself, for the
// services that cannot be started without, and returns their paths.
func (e *Env) Certificate() (cert, key string) {
	e.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		e.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "lab.invalid"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		e.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		e.Fatal(err)
	}
	return e.pem("cert.pem", "CERTIFICATE", der), e.pem("key.pem", "PRIVATE KEY", pkcs8)
}

func (e *Env) pem(name, kind string, der []byte) string {
	return e.Write(name, "%s", pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}
