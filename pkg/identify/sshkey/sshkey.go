// Package sshkey fetches host keys of SSH servers (RFC 4253). It makes a key exchange,
// in which the server proves that it has the key, and ends the connection there: no
// authentication is ever tried.
//
// Algorithms that are no longer secure are enabled, as a key is fetched and nothing else
// sent. Of the servers that none of the rest suits, only the identification string is
// known.
package sshkey

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"sync"

	"golang.org/x/crypto/ssh"

	"portkit/pkg/endpoint"
)

// maxReply is the maximum number of bytes that are read from a server.
const maxReply = 64 << 10

// maxBanner is the maximum length of an identification string (RFC 4253 section 4.2).
const maxBanner = 255

// ErrNoKey reports that a server has no host key of the given types.
var ErrNoKey = errors.New("no host key of these types")

var (
	errDone    = errors.New("the host key is known")
	errTooLong = errors.New("more than 64 KiB before the host key")
)

// Types returns the types of host keys, in order of preference.
func Types() []string {
	return []string{
		ssh.KeyAlgoED25519, ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521,
		ssh.KeyAlgoRSA, "ssh-dss",
	}
}

// Fetch returns the identification string of the server on conn and its host key, which
// is of the first of the types that the server has. The client calls itself
// "SSH-2.0-portid_" with the version. The caller sets the deadline of conn. Fetch closes
// conn.
//
// The banner is valid even after an error, as far as it was received. To fetch all keys,
// call Fetch again without the types of the known ones, until it returns ErrNoKey.
func Fetch(conn net.Conn, version string, types []string) (banner string, key endpoint.SSHKey, err error) {
	if len(types) == 0 {
		conn.Close()
		return "", key, ErrNoKey
	}
	r := &recorder{Conn: conn}
	r.in = bufio.NewReader(io.TeeReader(readerFunc(r.limited), &r.head))
	keys := make(chan endpoint.SSHKey, 1)
	insecure, secure := ssh.InsecureAlgorithms(), ssh.SupportedAlgorithms()
	config := &ssh.ClientConfig{
		Config: ssh.Config{
			KeyExchanges: slices.Concat(secure.KeyExchanges, insecure.KeyExchanges),
			Ciphers:      slices.Concat(secure.Ciphers, insecure.Ciphers),
			MACs:         slices.Concat(secure.MACs, insecure.MACs),
		},
		ClientVersion:     "SSH-2.0-portid_" + softwareVersion(version),
		HostKeyAlgorithms: algorithms(types),
		HostKeyCallback: func(_ string, _ net.Addr, k ssh.PublicKey) error {
			keys <- endpoint.SSHKey{Type: k.Type(), SHA256: ssh.FingerprintSHA256(k)}
			return errDone
		},
	}
	_, _, _, err = ssh.NewClientConn(r, "", config)
	select {
	case key = <-keys:
		return r.banner(), key, nil
	default:
	}
	var none *ssh.AlgorithmNegotiationError
	if errors.As(err, &none) && none.What == "host key" {
		err = ErrNoKey
	}
	return r.banner(), key, err
}

// algorithms returns the signature algorithms for types of keys: RSA has three.
func algorithms(types []string) (list []string) {
	for _, t := range types {
		if t == ssh.KeyAlgoRSA {
			list = append(list, ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256)
		}
		list = append(list, t)
	}
	return list
}

// softwareVersion replaces what an identification string may not contain: white space,
// the minus sign, and all but printable ASCII.
func softwareVersion(s string) string {
	return strings.Map(func(c rune) rune {
		if c <= ' ' || c == '-' || c > '~' {
			return '_'
		}
		return c
	}, s)
}

// recorder keeps what is received, and bounds it. The goroutines of package ssh may read
// for a moment after the connection is closed.
type recorder struct {
	net.Conn
	mu   sync.Mutex
	in   *bufio.Reader // package ssh reads the identification string byte by byte
	head bytes.Buffer
}

func (r *recorder) Read(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.in.Read(p)
}

// limited reads from the connection until the limit.
func (r *recorder) limited(p []byte) (int, error) {
	if r.head.Len() >= maxReply {
		return 0, errTooLong
	}
	return r.Conn.Read(p[:min(len(p), maxReply-r.head.Len())])
}

// banner returns the identification string; lines may come before it.
func (r *recorder) banner() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	for line := range bytes.Lines(r.head.Bytes()) {
		if bytes.HasPrefix(line, []byte("SSH-")) {
			line = bytes.TrimRight(line, "\r\n")
			return strings.ToValidUTF8(string(line[:min(len(line), maxBanner)]), "\ufffd")
		}
	}
	return ""
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
