package tlsinfo

import (
	"bytes"
	"crypto/tls"
	"slices"
	"testing"

	"golang.org/x/crypto/cryptobyte"
)

// record wraps messages in a record.
func record(typ uint8, version uint16, body []byte) []byte {
	var b cryptobyte.Builder
	b.AddUint8(typ)
	b.AddUint16(version)
	b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(body) })
	return b.BytesOrPanic()
}

func message(typ uint8, body []byte) []byte {
	var b cryptobyte.Builder
	b.AddUint8(typ)
	b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(body) })
	return b.BytesOrPanic()
}

// helloBody returns a ServerHello. Extensions may be nil.
func helloBody(version, cipher uint16, extensions []byte) []byte {
	var b cryptobyte.Builder
	b.AddUint16(version)
	b.AddBytes(make([]byte, 32))
	b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(make([]byte, 32)) })
	b.AddUint16(cipher)
	b.AddUint8(0) // compression
	if extensions != nil {
		b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(extensions) })
	}
	return b.BytesOrPanic()
}

func certificateBody(ders ...[]byte) []byte {
	var b cryptobyte.Builder
	b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) {
		for _, der := range ders {
			b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(der) })
		}
	})
	return b.BytesOrPanic()
}

// ssl3Flight returns the messages of an SSL 3.0 server (RFC 6101 section 5.5), in records
// of at most n bytes.
func ssl3Flight(n int, ders ...[]byte) (data []byte) {
	messages := [][]byte{
		message(helloMessage, helloBody(versionSSL3, tls.TLS_RSA_WITH_RC4_128_SHA, nil)),
		message(certificateMessage, certificateBody(ders...)),
		message(doneMessage, nil),
	}
	for piece := range slices.Chunk(bytes.Join(messages, nil), n) {
		data = append(data, record(recordHandshake, versionSSL3, piece)...)
	}
	return data
}

// tls13Hello is a ServerHello of TLS 1.3, which has its version in an extension.
func tls13Hello() []byte {
	hello := helloBody(versionTLS12, tls.TLS_AES_128_GCM_SHA256, []byte{0, supportedVersions, 0, 2, 3, 4})
	return append(record(recordHandshake, versionTLS12, message(helloMessage, hello)), record(20, versionTLS12, []byte{1})...)
}

// replies are the beginnings of what servers send.
var replies = []struct {
	name  string
	data  []byte
	isTLS bool
	want  flight
}{
	{"SSL 3.0", ssl3Flight(1000, []byte("one"), []byte("two")), true, flight{versionSSL3, tls.TLS_RSA_WITH_RC4_128_SHA, [][]byte{[]byte("one"), []byte("two")}, true}},
	{"TLS 1.3", tls13Hello(), true, flight{0x0304, tls.TLS_AES_128_GCM_SHA256, nil, true}},
	{"alert", record(recordAlert, 0x0301, []byte{2, 40}), true, flight{complete: true}},
	{"alert of SSL 3.0", record(recordAlert, versionSSL3, []byte{2, 70}), true, flight{complete: true}},
	{"warning first", append(record(recordAlert, versionTLS12, []byte{1, 112}), ssl3Flight(1000)...), true, flight{versionSSL3, tls.TLS_RSA_WITH_RC4_128_SHA, nil, true}},
	{"error of SSL 2.0", []byte{0x80, 3, 0, 0, 1}, true, flight{version: versionSSL2, complete: true}},
	{"nothing", nil, false, flight{}},
	{"unknown alert", record(recordAlert, 0x0301, []byte{2, 200}), false, flight{}},
	{"unknown level", record(recordAlert, 0x0301, []byte{3, 40}), false, flight{}},
	{"long alert", record(recordAlert, 0x0301, []byte{2, 40, 0}), false, flight{}},
	{"DTLS", append([]byte{recordAlert, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2}, 2, 40), false, flight{}},
	{"ClientHello, as from an echo service", record(recordHandshake, 0x0301, message(1, helloBody(versionTLS12, 0, nil))), false, flight{}},
	{"HTTP", []byte("HTTP/1.1 400 Bad Request\r\n\r\n"), false, flight{}},
	{"SSH", []byte("SSH-2.0-OpenSSH_9.2p1\r\n"), false, flight{}},
	{"long record of SSL 2.0", []byte{0x80, 3, 0, 0, 1, 0}, false, flight{}},
	{"unknown error of SSL 2.0", []byte{0x80, 3, 0, 0, 3}, false, flight{}},
}

func TestIsTLS(t *testing.T) {
	t.Parallel()
	for _, test := range replies {
		_, certain := isTLS(test.data)
		if certain != test.isTLS {
			t.Errorf("%s: %v", test.name, certain)
			continue
		}
		if !certain {
			continue
		}
		for n := range test.data { // a beginning is possible, until it is certain
			possible, certain := isTLS(test.data[:n])
			if !possible || certain && n < 5 {
				t.Errorf("%s: %v, %v after %d bytes", test.name, possible, certain, n)
			}
		}
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	for _, test := range replies {
		if !test.isTLS {
			continue
		}
		if got := parse(test.data); !same(got, test.want) {
			t.Errorf("%s: %+v, want %+v", test.name, got, test.want)
		}
		for n := range test.data {
			if got := parse(test.data[:n]); got.version != 0 && got.version != test.want.version && got.version != versionTLS12 {
				t.Errorf("%s: version %#x after %d bytes", test.name, got.version, n)
			}
		}
	}
}

// TestParseFragments parses messages in records of one byte each.
func TestParseFragments(t *testing.T) {
	t.Parallel()
	whole, data := ssl3Flight(1000, []byte("certificate")), ssl3Flight(1, []byte("certificate"))
	if got, want := parse(data), parse(whole); !same(got, want) || len(got.certificates) != 1 {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func same(a, b flight) bool {
	ok := a.version == b.version && a.cipher == b.cipher && a.complete == b.complete && len(a.certificates) == len(b.certificates)
	for i := range min(len(a.certificates), len(b.certificates)) {
		ok = ok && bytes.Equal(a.certificates[i], b.certificates[i])
	}
	return ok
}

func FuzzParse(f *testing.F) {
	for _, reply := range replies {
		f.Add(reply.data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		possible, certain := isTLS(data)
		if certain && !possible {
			t.Error("certain but not possible")
		}
		total := 0
		for _, der := range parse(data).certificates {
			total += len(der)
		}
		if total > len(data) {
			t.Errorf("certificates of %d bytes in %d", total, len(data))
		}
	})
}
