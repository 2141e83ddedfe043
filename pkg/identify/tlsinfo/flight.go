package tlsinfo

import (
	"slices"

	"golang.org/x/crypto/cryptobyte"
)

// Versions as they are on the wire.
const (
	versionSSL2  = 0x0002
	versionSSL3  = 0x0300
	versionTLS12 = 0x0303
)

// Content types of records (RFC 8446 section 5.1).
const (
	recordAlert     = 21
	recordHandshake = 22
)

// Types of handshake messages (RFC 8446 section 4, RFC 5246 section 7.4).
const (
	helloMessage       = 2
	certificateMessage = 11
	doneMessage        = 14
)

// supportedVersions is an extension (RFC 8446 section 4.2.1).
const supportedVersions = 43

// maxRecord is the maximum length of a record (RFC 5246 section 6.2.3).
const maxRecord = 1<<14 + 2048

// alerts are the descriptions of RFC 8446 section 6 and of the RFCs before it.
var alerts = []byte{
	0, 10, 20, 21, 22, 30, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 60, 70, 71, 80,
	86, 90, 100, 109, 110, 111, 112, 113, 114, 115, 116, 120, 121,
}

// flight contains the messages that a server sent unencrypted: from ServerHello to
// ServerHelloDone, or to the first encrypted record.
type flight struct {
	version, cipher uint16   // 0 without a ServerHello
	certificates    [][]byte // in DER; missing in TLS 1.3, which encrypts them
	complete        bool     // nothing of interest follows
}

// isTLS reports whether data may be the beginning of what a TLS server sends, and
// whether it is certain to be: a ServerHello, an alert, or an error of SSL 2.0.
func isTLS(data []byte) (possible, certain bool) {
	hello := [11]byte{recordHandshake, 3, 3, 0, 42, helloMessage, 0, 0, 38, 3, 3}
	alert := [7]byte{recordAlert, 3, 3, 0, 2, 2, 40}
	ssl2 := [5]byte{0x80, 3, 0, 0, 1}
	copy(hello[:], data) // what is missing stays as it may be
	copy(alert[:], data)
	copy(ssl2[:], data)
	switch {
	case isHello(hello):
		return true, len(data) >= len(hello)
	case isAlert(alert):
		return true, len(data) >= len(alert)
	case isSSL2(ssl2):
		return true, len(data) == len(ssl2)
	}
	return false, false
}

// isHello checks the headers of a record and of a ServerHello, and its version.
func isHello(b [11]byte) bool {
	record, message := int(b[3])<<8|int(b[4]), int(b[7])<<8|int(b[8])
	return b[0] == recordHandshake && b[1] == 3 && b[2] <= 4 && record >= 4 && record <= maxRecord &&
		b[5] == helloMessage && b[6] == 0 && message >= 38 && b[9] == 3 && b[10] <= 4
}

func isAlert(b [7]byte) bool {
	return b[0] == recordAlert && b[1] == 3 && b[2] <= 4 && b[3] == 0 && b[4] == 2 &&
		(b[5] == 1 || b[5] == 2) && slices.Contains(alerts, b[6])
}

// isSSL2 checks for an ERROR message, which has one of four codes.
func isSSL2(b [5]byte) bool {
	return b[0] == 0x80 && b[1] == 3 && b[2] == 0 && b[3] == 0 &&
		(b[4] == 1 || b[4] == 2 || b[4] == 4 || b[4] == 6)
}

// parse parses what a server sent, of which isTLS is certain.
func parse(data []byte) (f flight) {
	if len(data) > 0 && data[0] == 0x80 {
		return flight{version: versionSSL2, complete: true}
	}
	var messages []byte
	for s := cryptobyte.String(data); len(s) > 0; {
		var typ uint8
		var version, length uint16
		if !s.ReadUint8(&typ) || !s.ReadUint16(&version) || !s.ReadUint16(&length) {
			break
		}
		n := min(int(length), len(s))
		isWarning := typ == recordAlert && n == 2 && s[0] == 1
		if version>>8 != 3 || length > maxRecord || typ != recordHandshake && !isWarning {
			f.complete = true
			break
		}
		if !isWarning {
			messages = append(messages, s[:n]...)
		}
		s.Skip(n)
	}
	f.readMessages(messages)
	return f
}

// readMessages reads handshake messages. The last one may be cut off.
func (f *flight) readMessages(s cryptobyte.String) {
	for {
		var typ uint8
		var body cryptobyte.String
		if !s.ReadUint8(&typ) || !s.ReadUint24LengthPrefixed(&body) {
			return
		}
		switch typ {
		case helloMessage:
			f.readHello(body)
		case certificateMessage:
			f.readCertificates(body)
		case doneMessage:
			f.complete = true
			return
		}
	}
}

// readHello reads a ServerHello (RFC 8446 section 4.1.3). Before TLS 1.2 it may have no
// extensions.
func (f *flight) readHello(s cryptobyte.String) {
	var version, cipher uint16
	var session, extensions cryptobyte.String
	if !s.ReadUint16(&version) || !s.Skip(32) || !s.ReadUint8LengthPrefixed(&session) || !s.ReadUint16(&cipher) {
		return
	}
	f.version, f.cipher = version, cipher
	if !s.Skip(1) || !s.ReadUint16LengthPrefixed(&extensions) {
		return
	}
	for len(extensions) > 0 {
		var typ uint16
		var body cryptobyte.String
		if !extensions.ReadUint16(&typ) || !extensions.ReadUint16LengthPrefixed(&body) {
			return
		}
		if typ == supportedVersions && body.ReadUint16(&version) {
			f.version = version
		}
	}
}

// readCertificates reads a Certificate message (RFC 5246 section 7.4.2).
func (f *flight) readCertificates(s cryptobyte.String) {
	var list cryptobyte.String
	if f.certificates != nil || !s.ReadUint24LengthPrefixed(&list) {
		return
	}
	for len(list) > 0 {
		var der cryptobyte.String
		if !list.ReadUint24LengthPrefixed(&der) {
			return
		}
		f.certificates = append(f.certificates, der)
	}
}
