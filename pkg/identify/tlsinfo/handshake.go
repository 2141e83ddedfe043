package tlsinfo

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/identify/protocol"
)

// Options are the settings of a handshake.
type Options struct {
	// ServerName is sent to the server, unless it is an address, and verified. If it is
	// empty, no name is sent or verified.
	ServerName string
	// Roots are the authorities to verify against; nil means those of the system.
	Roots *x509.CertPool
	// ALPN contains the protocols to offer (RFC 7301).
	ALPN []string
	// Now is the clock for the dates of certificates; nil means time.Now.
	Now func() time.Time
}

// PlainError reports that a reply to a ClientHello is not TLS. What follows Received can
// be read from the connection that was given to Handshake.
type PlainError struct {
	Received []byte
	Err      error // io.EOF if the server has closed the connection
}

func (e *PlainError) Error() string { return "not TLS: " + e.Err.Error() }

func (e *PlainError) Unwrap() error { return e.Err }

// verdict is how long to wait for what a server of TLS 1.3 does about a missing client
// certificate. It sends a session ticket or an alert at once.
const verdict = time.Second

// Handshake makes a TLS handshake on conn and returns its facts. The caller sets the
// deadline of conn and closes it, even after an error. Data is to be exchanged on c,
// which is nil, and err is not, if the handshake was not completed.
//
// If what came back is not TLS, t is nil, and err is a *PlainError if anything came back.
// If t is not nil, it contains what is known, also after an error. The texts are
// x509.subject and x509.issuer for a Recog database. More than 64 KiB from the server
// are an error.
func Handshake(conn net.Conn, o Options) (c *tls.Conn, t *endpoint.TLS, texts []protocol.Text, err error) {
	r := &recorder{Conn: conn}
	requested := false // a client certificate
	c = tls.Client(r, o.config(&requested))
	err = c.Handshake()
	if _, ok := isTLS(r.head); !ok && err != nil {
		return nil, nil, nil, plain(r.head, err)
	}
	f := parse(r.head)
	if err != nil {
		f = r.rest()
	}
	state := c.ConnectionState()
	r.done, r.head = true, nil
	if err == nil && requested && state.Version == tls.VersionTLS13 {
		err = refusal(c, r)
	}
	t = &endpoint.TLS{
		Version: versionName(f.version), ALPN: state.NegotiatedProtocol, SNI: o.sni(),
		ClientCert: requested && err != nil && !errors.Is(err, os.ErrDeadlineExceeded),
	}
	if f.cipher != 0 || f.version > versionSSL2 {
		t.Cipher = tls.CipherSuiteName(f.cipher)
	}
	texts = o.certificates(t, chain(state.PeerCertificates, f.certificates))
	if err != nil {
		return nil, t, texts, err
	}
	return c, t, texts, nil
}

// config returns what crypto/tls needs to talk to as many servers as it can. A client
// certificate is refused, and *requested is set.
func (o *Options) config(requested *bool) *tls.Config {
	c := &tls.Config{
		ServerName:         o.ServerName,
		InsecureSkipVerify: true, // certificates are reported, and verified afterwards
		NextProtos:         o.ALPN,
		MinVersion:         tls.VersionTLS10,
		CurvePreferences:   []tls.CurveID{tls.X25519, tls.CurveP256, tls.CurveP384, tls.CurveP521},
		Time:               o.Now,
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			*requested = true
			return new(tls.Certificate), nil
		},
	}
	for _, list := range [][]*tls.CipherSuite{tls.CipherSuites(), tls.InsecureCipherSuites()} {
		for _, suite := range list {
			c.CipherSuites = append(c.CipherSuites, suite.ID)
		}
	}
	return c
}

// sni returns the server name that crypto/tls sends.
func (o *Options) sni() string {
	if net.ParseIP(o.ServerName) != nil {
		return ""
	}
	return strings.TrimRight(o.ServerName, ".")
}

// plain returns the error for a reply that is not TLS, or for none.
func plain(head []byte, err error) error {
	var e net.Error
	switch {
	case len(head) == 0:
		return err
	case errors.Is(err, io.ErrUnexpectedEOF):
		err = io.EOF
	case !errors.As(err, &e) && !errors.Is(err, io.EOF):
		err = errPlain
	}
	return &PlainError{Received: head, Err: err}
}

// refusal returns the alert of a server that requires the client certificate that it
// requested. In TLS 1.3 the alert arrives after the handshake.
func refusal(c *tls.Conn, r *recorder) error {
	data, err := r.await(verdict)
	if err != nil && len(data) == 0 {
		return err
	}
	const alert = 5 + 2 + 1 + 16 // header, level and description, content type, authentication
	if len(data) < alert || data[3] != 0 || data[4] != alert-5 {
		return nil
	}
	_, err = c.Read(make([]byte, 1))
	if err == nil {
		return errors.New("two bytes of data instead of an alert")
	}
	return err
}

// versionName returns a version as in records.
func versionName(v uint16) string {
	switch {
	case v == 0:
		return ""
	case v == versionSSL2:
		return "ssl2"
	case v == versionSSL3:
		return "ssl3"
	case v > versionSSL3 && v <= tls.VersionTLS13:
		return fmt.Sprintf("1.%d", v-versionSSL3-1)
	}
	return fmt.Sprintf("%#04x", v)
}

// chain returns certificates in DER: those that crypto/tls parsed, else those that were
// seen in the clear.
func chain(parsed []*x509.Certificate, seen [][]byte) [][]byte {
	if len(parsed) == 0 {
		return seen
	}
	ders := make([][]byte, len(parsed))
	for i, cert := range parsed {
		ders[i] = cert.Raw
	}
	return ders
}
