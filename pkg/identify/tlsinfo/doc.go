// Package tlsinfo makes TLS handshakes for their facts: version, cipher suite, and the
// certificate, whether or not it can be trusted.
//
// crypto/tls makes the handshake. What the server sends in the clear is recorded and
// parsed as well, so that servers that crypto/tls cannot talk to are still reported as
// TLS, with what is known: SSL 3.0, curves or cipher suites that crypto/tls lacks, and
// servers that require a client certificate.
//
// # Settings of the main package
//
// Old servers need settings that only a main package, or a test, can make:
//
//	//go:debug tlssha1=1
//	//go:debug tlsrsakex=1
//	//go:debug tls3des=1
//	//go:debug rsa1024min=0
//	//go:debug tlsmlkem=0
//	//go:debug x509negativeserial=1
//
// Without tlssha1, handshakes of TLS 1.2 with SHA-1 signatures fail; without rsa1024min,
// those with RSA keys below 1024 bits; without x509negativeserial, certificates with a
// negative serial number cannot be parsed. Cipher suites and curves are listed explicitly
// and do not depend on the others.
//
// # Verification
//
// The field verify is the first of these that applies. First comes what is wrong with
// the certificate itself, then what is wrong with its issuers, then the name:
//
//   - expired, not-yet-valid: the dates of the certificate
//   - self-signed: it is signed by its own key, and is not one of the roots
//   - unknown-authority: the chain ends at an issuer that is not one of the roots
//   - bad-chain: an issuer is known but does not vouch for the certificate, for example
//     because the issuer is expired, the signature is wrong or too weak (SHA-1), or the
//     certificate is not for servers; and certificates that cannot be parsed
//   - wrong-name: the certificate is not for the server name, if there is one
//   - ok
//
// The order of the certificates does not matter, as it does not to browsers.
package tlsinfo
