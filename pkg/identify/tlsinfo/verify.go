package tlsinfo

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"time"
)

// The words of the field verify. Their precedence is documented in doc.go.
const (
	verified         = "ok"
	expired          = "expired"
	notYetValid      = "not-yet-valid"
	selfSigned       = "self-signed"
	unknownAuthority = "unknown-authority"
	wrongName        = "wrong-name"
	badChain         = "bad-chain"
)

// verify returns the word for a certificate. Others that the server sent may be needed
// to get from it to a root; those that cannot be parsed or have huge keys are ignored.
func (o *Options) verify(leaf *x509.Certificate, others [][]byte) string {
	now := time.Now()
	if o.Now != nil {
		now = o.Now()
	}
	switch {
	case now.After(leaf.NotAfter):
		return expired
	case now.Before(leaf.NotBefore):
		return notYetValid
	case isHuge(leaf):
		return badChain
	}
	pool := x509.NewCertPool()
	for _, der := range others {
		if c, err := x509.ParseCertificate(der); err == nil && !isHuge(c) {
			pool.AddCert(c)
		}
	}
	_, err := leaf.Verify(x509.VerifyOptions{Roots: o.Roots, Intermediates: pool, CurrentTime: now})
	switch {
	case err != nil:
		return authority(leaf, err)
	case o.ServerName != "" && leaf.VerifyHostname(o.ServerName) != nil:
		return wrongName
	}
	return verified
}

// authority returns the word for an error of x509.Certificate.Verify.
func authority(leaf *x509.Certificate, err error) string {
	var unknown x509.UnknownAuthorityError
	var noRoots x509.SystemRootsError
	switch {
	case isSelfSigned(leaf):
		return selfSigned
	case errors.As(err, &noRoots):
		return unknownAuthority
	case !errors.As(err, &unknown):
		return badChain
	// The error contains a hint if there is an issuer of that name.
	case unknown.Error() != x509.UnknownAuthorityError{Cert: unknown.Cert}.Error():
		return badChain
	}
	return unknownAuthority
}

// isSelfSigned reports whether a certificate is signed by its own key. A signature that
// crypto/x509 does not verify, such as MD5, is believed.
func isSelfSigned(c *x509.Certificate) bool {
	if !bytes.Equal(c.RawSubject, c.RawIssuer) {
		return false
	}
	err := c.CheckSignature(c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature)
	var insecure x509.InsecureAlgorithmError
	return err == nil || errors.As(err, &insecure) || errors.Is(err, x509.ErrUnsupportedAlgorithm)
}

// isHuge reports whether the RSA key of a certificate has more bits than crypto/tls
// accepts. A signature could take seconds to verify.
func isHuge(c *x509.Certificate) bool {
	key, ok := c.PublicKey.(*rsa.PublicKey)
	return ok && key.N.BitLen() > 8192
}
