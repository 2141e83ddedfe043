package sshkey

import (
	"crypto/dsa" //lint:ignore SA1019 old servers have such keys
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/crypto/ssh"

	"portkit/pkg/endpoint"
	"portkit/pkg/internal/lab"
)

func TestMain(m *testing.M) { lab.Main(m) }

// serverKeys returns a key of each type.
func serverKeys(t *testing.T) map[string]ssh.Signer {
	t.Helper()
	all := map[string]ssh.Signer{}
	add := func(key any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		signer, err := ssh.NewSignerFromKey(key)
		if err != nil {
			t.Fatal(err)
		}
		all[signer.PublicKey().Type()] = signer
	}
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	add(ed, err)
	for _, curve := range []elliptic.Curve{elliptic.P256(), elliptic.P384(), elliptic.P521()} {
		add(ecdsa.GenerateKey(curve, rand.Reader))
	}
	add(rsa.GenerateKey(rand.Reader, 2048))
	var old dsa.PrivateKey
	if err := dsa.GenerateParameters(&old.Parameters, rand.Reader, dsa.L1024N160); err != nil {
		t.Fatal(err)
	}
	add(&old, dsa.GenerateKey(&old, rand.Reader))
	return all
}

// serve runs an SSH server on one end of a connection and returns the other. The error
// of the server is sent when it ends.
func serve(t *testing.T, config *ssh.ServerConfig) (net.Conn, chan error) {
	t.Helper()
	client, server := connect(t)
	ended := make(chan error, 1)
	go func() {
		_, _, _, err := ssh.NewServerConn(server, config)
		server.Close()
		ended <- err
	}()
	return client, ended
}

// connect returns the ends of a TCP connection over loopback.
func connect(t *testing.T) (client, server net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if client, err = net.Dial("tcp", l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if server, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []net.Conn{client, server} {
		c.SetDeadline(time.Now().Add(20 * time.Second))
		t.Cleanup(func() { c.Close() })
	}
	return client, server
}

func TestTypes(t *testing.T) {
	keys := serverKeys(t)
	config := &ssh.ServerConfig{ServerVersion: "SSH-2.0-Test_1.2 a comment", PasswordCallback: refuse(t)}
	for _, key := range keys {
		config.AddHostKey(key)
	}
	fetch := func(types []string) (endpoint.SSHKey, error) {
		t.Helper()
		conn, ended := serve(t, config)
		banner, key, err := Fetch(conn, "1.0", types)
		if banner != "SSH-2.0-Test_1.2 a comment" {
			t.Errorf("banner %q", banner)
		}
		<-ended
		return key, err
	}
	for left := Types(); len(left) > 0; left = left[1:] {
		key, err := fetch(left)
		if err != nil || key.Type != left[0] {
			t.Errorf("%v, %v, want a key of type %s", key, err, left[0])
		}
		if want := ssh.FingerprintSHA256(keys[left[0]].PublicKey()); key.SHA256 != want {
			t.Errorf("%s: %s, want %s", key.Type, key.SHA256, want)
		}
	}
	if key, err := fetch([]string{"ssh-other"}); !errors.Is(err, ErrNoKey) {
		t.Errorf("%v, %v, want ErrNoKey", key, err)
	}
}

func refuse(t *testing.T) func(ssh.ConnMetadata, []byte) (*ssh.Permissions, error) {
	return func(ssh.ConnMetadata, []byte) (*ssh.Permissions, error) {
		t.Error("an authentication was tried")
		return nil, errors.New("refused")
	}
}

func TestLegacyAlgorithms(t *testing.T) {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	tests := []ssh.Config{
		{KeyExchanges: []string{ssh.InsecureKeyExchangeDH1SHA1}},
		{KeyExchanges: []string{ssh.InsecureKeyExchangeDH14SHA1}},
		{Ciphers: []string{ssh.InsecureCipherTripleDESCBC}},
		{MACs: ssh.InsecureAlgorithms().MACs, Ciphers: []string{ssh.InsecureCipherRC4128}},
	}
	for _, test := range tests {
		only, err := ssh.NewSignerWithAlgorithms(key.(ssh.AlgorithmSigner), []string{ssh.KeyAlgoRSA})
		if err != nil {
			t.Fatal(err)
		}
		config := &ssh.ServerConfig{Config: test, PasswordCallback: refuse(t)}
		config.AddHostKey(only)
		conn, ended := serve(t, config)
		_, got, err := Fetch(conn, "1.0", Types())
		if err != nil || got.Type != ssh.KeyAlgoRSA {
			t.Errorf("%v: %v, %v", test, got, err)
		}
		<-ended
	}
}

// TestHostile fetches from servers that are not SSH servers, or not good ones, in virtual
// time. None may outlast the deadline of 5 s or leave a goroutine behind.
func TestHostile(t *testing.T) {
	const hello = "SSH-2.0-Test\r\n"
	packet := func(payload string) string { // RFC 4253 section 6, with 8 bytes of padding
		return string([]byte{0, 0, 0, byte(len(payload) + 9), 8}) + payload + strings.Repeat("\x00", 8)
	}
	tests := []struct {
		name, data, banner string
		repeat             bool // until the connection is closed
	}{
		{"silence", "", "", false},
		{"HTTP", "HTTP/1.1 400 Bad Request\r\n\r\n", "", false},
		{"endless lines", "hello\r\n", "", true},
		{"endless line", "hello", "", true},
		{"no line end", "SSH-2.0-Test", "SSH-2.0-Test", false},
		{"lines before", "hello\r\n" + hello, "SSH-2.0-Test", false},
		{"SSH 1", "SSH-1.5-Old\n", "SSH-1.5-Old", false},
		{"invalid bytes", "SSH-2.0-\xff\x1b\r\n", "SSH-2.0-\ufffd\x1b", false},
		{"nothing else", hello, "SSH-2.0-Test", false},
		{"long packet", hello + "\xff\xff\xff\xff\xff", "SSH-2.0-Test", false},
		{"short packet", hello + "\x00\x00\x00\x01\x00", "SSH-2.0-Test", false},
		{"empty KEXINIT", hello + packet("\x14"), "SSH-2.0-Test", false},
		{"host key first", hello + packet("\x1f\x00\x00\x00\x00\x00\x00"), "SSH-2.0-Test", false},
		{"disconnect", hello + packet("\x01\x00\x00\x00\x0b\x00\x00\x00\x00\x00\x00\x00\x00"), "SSH-2.0-Test", false},
		{"endless banner", "SSH-2.0-Test" + strings.Repeat("x", 1000), "SSH-2.0-Test" + strings.Repeat("x", 243), true},
	}
	for _, test := range tests {
		synctest.Test(t, func(t *testing.T) {
			client, server := net.Pipe()
			_ = client.SetDeadline(time.Now().Add(5 * time.Second))
			go func() { _, _ = io.Copy(io.Discard, server) }()
			go func() {
				for _, err := io.WriteString(server, test.data); test.repeat && err == nil; {
					_, err = io.WriteString(server, test.data)
				}
			}()
			start := time.Now()
			banner, key, err := Fetch(client, "1.0", Types())
			if banner != test.banner || key != (endpoint.SSHKey{}) || err == nil {
				t.Errorf("%s: %q, %v, %v", test.name, banner, key, err)
			}
			if took := time.Since(start); took > 5*time.Second {
				t.Errorf("%s: took %v", test.name, took)
			}
			server.Close()
		})
	}
}

// TestForgedKey checks that a key is not believed without a proof: the signature is that
// of another key.
func TestForgedKey(t *testing.T) {
	var signers []ssh.Signer
	for range 2 {
		_, private, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		signer, err := ssh.NewSignerFromKey(private)
		if err != nil {
			t.Fatal(err)
		}
		signers = append(signers, signer)
	}
	config := &ssh.ServerConfig{PasswordCallback: refuse(t)}
	config.AddHostKey(forger{signers[0], signers[1]})
	conn, ended := serve(t, config)
	if _, key, err := Fetch(conn, "1.0", Types()); err == nil {
		t.Errorf("%v is believed", key)
	}
	<-ended
}

// forger has the public key of one signer and the private key of another.
type forger struct{ public, private ssh.Signer }

func (f forger) PublicKey() ssh.PublicKey { return f.public.PublicKey() }

func (f forger) Sign(r io.Reader, data []byte) (*ssh.Signature, error) {
	return f.private.Sign(r, data)
}
