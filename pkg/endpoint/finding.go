package endpoint

import "time"

// Finding describes the service behind a port.
type Finding struct {
	// App is the application protocol, inside TLS if TLS is not nil; empty if none was
	// recognized.
	App string
	// Product, Version, Vendor, OS and Device are what the service reports about itself.
	Product, Version, Vendor, OS, Device string
	// CPE contains names in the form of CPE 2.3.
	CPE []string
	// Evidence is the name of the request whose reply the finding is based on, or one of
	// the constants.
	Evidence string
	// Limited means that the service turned the client away, so Product and Version may
	// be missing.
	Limited bool
	// Conns is the number of connections that were made.
	Conns int
	// Took is the time from the first connection to the conclusion.
	Took time.Duration
	// TLS, HTTP and SSH are nil unless the service speaks that protocol.
	TLS  *TLS
	HTTP *HTTP
	SSH  *SSH
	// Banner contains the first bytes that were received.
	Banner []byte
}

// The evidence of findings that are not based on the reply to a request. The first two may
// have an app, the third has one.
const (
	EvidenceGreeting     = "greeting"
	EvidenceTLS          = "tls" // without an app: nothing was recognized inside
	EvidenceUDPResponse  = "udp-response"
	EvidenceProbed       = "probed" // another scanner recognized it by its replies
	EvidenceRefused      = "refused"
	EvidenceUnreachable  = "unreachable"
	EvidenceSilent       = "silent"
	EvidenceClosed       = "closed"
	EvidenceReset        = "reset"
	EvidenceNoAck        = "no-ack"      // requests were not acknowledged
	EvidenceZeroWindow   = "zero-window" // requests were not accepted
	EvidenceUnrecognized = "unrecognized"
	EvidenceAcceptsAll   = "accepts-all" // the host accepts connections at every port
	EvidenceNotAsked     = "not-asked"   // no request was sent, as the port is only listened to
	// Those of open ports at which the run ended too early to identify the service.
	EvidenceInterrupted = "interrupted"
	EvidenceDeadline    = "deadline"
)

// Unfinished reports whether the evidence is only that the run ended too early.
func Unfinished[T string | []byte](evidence T) bool {
	return string(evidence) == EvidenceInterrupted || string(evidence) == EvidenceDeadline
}

// TLS contains the facts of a TLS handshake (RFC 8446) and of the leaf certificate
// (RFC 5280).
type TLS struct {
	Version   string // "1.2"; "ssl3"
	Cipher    string // IANA name of the cipher suite
	Signature string // algorithm of the certificate's signature
	ALPN      string
	SNI       string // server name that was sent; empty if none was
	StartTLS  bool   // the connection was upgraded
	Subject   string
	Issuer    string
	// Names contains the first 64 DNS names and addresses of the certificate.
	Names      []string
	NamesTotal int
	Serial     string // hexadecimal
	NotBefore  time.Time
	NotAfter   time.Time
	Key        string // such as "ecdsa 256"
	SHA256     string // of the certificate, lower-case hexadecimal
	Chain      int    // number of certificates
	Verify     string // "ok", or a word of the contract
	ClientCert bool   // the server requires a client certificate
}

// HTTP contains the facts of an HTTP response (RFC 9110).
type HTTP struct {
	Status    int
	Server    string
	Title     string
	Location  string
	Realm     string
	PoweredBy string
	Version   string // "1.1"
}

// SSH contains the facts of an SSH key exchange (RFC 4253).
type SSH struct {
	Banner string
	Keys   []SSHKey
}

// SSHKey is a host key of an SSH server.
type SSHKey struct {
	Type   string // such as "ssh-ed25519"
	SHA256 string // fingerprint as ssh-keygen -l prints it
}
