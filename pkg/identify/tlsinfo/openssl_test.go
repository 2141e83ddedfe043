package tlsinfo

import (
	"bufio"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"portkit/pkg/endpoint"
	"portkit/pkg/internal/lab"
)

// writeKey writes a private key in PEM.
func writeKey(t *testing.T, p *pair) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(p.key)
	must(t, err)
	path := filepath.Join(t.TempDir(), "key.pem")
	must(t, os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600))
	return path
}

// opensslServer starts openssl s_server on a port of loopback and returns its address.
func opensslServer(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.Command("openssl", append([]string{"s_server", "-accept", "127.0.0.1:0"}, args...)...)
	stdin, err := cmd.StdinPipe() // it ends at the end of its input
	must(t, err)
	stdout, err := cmd.StdoutPipe()
	must(t, err)
	cmd.Stderr = cmd.Stdout
	must(t, cmd.Start())
	t.Cleanup(func() {
		stdin.Close()
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	var log []string
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		log = append(log, lines.Text())
		if addr, ok := strings.CutPrefix(lines.Text(), "ACCEPT "); ok {
			return addr
		}
	}
	t.Fatalf("openssl %v: %s", cmd.Args, log)
	return ""
}

func dial(t *testing.T, addr string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	must(t, err)
	t.Cleanup(func() { c.Close() })
	must(t, c.SetDeadline(time.Now().Add(20*time.Second)))
	return c
}

// TestOpenSSLServers makes handshakes with servers of one version, cipher suite or curve,
// and with those that crypto/tls cannot talk to.
func TestOpenSSLServers(t *testing.T) {
	t.Parallel()
	lab.Programs(t, "openssl")
	leaf := issue(t, nil, newRSA(t, 2048), nil)
	elliptic := issue(t, nil, nil, nil)
	rsaFiles := []string{"-cert", write(t, "rsa.pem", leaf), "-key", writeKey(t, leaf)}
	ecdsaFiles := []string{"-cert", write(t, "ecdsa.pem", elliptic), "-key", writeKey(t, elliptic)}
	client := []string{"-Verify", "1", "-verify_return_error"}
	tests := []struct {
		name, args string
		files      []string
		more       []string
		want       endpoint.TLS
		fails      bool
	}{
		{"TLS 1.0", "-tls1 -cipher AES128-SHA@SECLEVEL=0", rsaFiles, nil, endpoint.TLS{Version: "1.0", Cipher: "TLS_RSA_WITH_AES_128_CBC_SHA", Key: "rsa 2048"}, false},
		{"TLS 1.1", "-tls1_1 -cipher ECDHE@SECLEVEL=0", ecdsaFiles, nil, endpoint.TLS{Version: "1.1", Key: "ecdsa 256"}, false},
		{"TLS 1.2", "-tls1_2 -cipher ECDHE-RSA-AES128-GCM-SHA256", rsaFiles, nil, endpoint.TLS{Version: "1.2", Cipher: "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", Key: "rsa 2048"}, false},
		{"TLS 1.3", "-tls1_3", ecdsaFiles, nil, endpoint.TLS{Version: "1.3", Key: "ecdsa 256"}, false},
		{"P-521", "-tls1_3 -curves P-521", ecdsaFiles, nil, endpoint.TLS{Version: "1.3", Key: "ecdsa 256"}, false},
		{"X448", "-tls1_3 -curves X448", ecdsaFiles, nil, endpoint.TLS{}, true},
		{"Brainpool", "-tls1_2 -curves brainpoolP256r1 -cipher ECDHE", rsaFiles, nil, endpoint.TLS{}, true},
		{"DHE", "-tls1_2 -cipher DHE-RSA-AES128-SHA", rsaFiles, nil, endpoint.TLS{}, true},
		{"client certificate in TLS 1.2", "-tls1_2", ecdsaFiles, client, endpoint.TLS{Version: "1.2", Cipher: "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", Key: "ecdsa 256", ClientCert: true}, true},
		{"client certificate in TLS 1.3", "-tls1_3", ecdsaFiles, client, endpoint.TLS{Version: "1.3", Key: "ecdsa 256", ClientCert: true}, true},
		{"optional client certificate", "-tls1_3 -verify 1", ecdsaFiles, nil, endpoint.TLS{Version: "1.3", Key: "ecdsa 256"}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			args := append(append(strings.Fields(test.args), test.files...), test.more...)
			conn := dial(t, opensslServer(t, args...))
			c, info, _, err := Handshake(conn, Options{Now: clock})
			var remote *net.OpError
			if (err != nil) != test.fails || (c == nil) != test.fails || err != nil && (!errors.As(err, &remote) || remote.Op != "remote error") {
				t.Errorf("error %v", err)
			}
			if info == nil {
				t.Fatal("not reported as TLS")
			}
			got := endpoint.TLS{Version: info.Version, Cipher: info.Cipher, Key: info.Key, ClientCert: info.ClientCert}
			if test.want.Cipher == "" && test.want.Version != "" { // depends on the hardware
				got.Cipher = ""
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

// TestOpenSSLVerify compares verdicts with those of openssl, for certificates with one
// fault each.
func TestOpenSSLVerify(t *testing.T) {
	t.Parallel()
	lab.Programs(t, "openssl")
	h := newHierarchy(t)
	stranger := authorityOf(t, nil, "Stranger", nil)
	overdue := authorityOf(t, h.root, "Overdue", expiredAt)
	roots := write(t, "roots.pem", h.root)
	tests := []struct {
		chain []*pair
		want  string
		code  string // of openssl; ok without one
	}{
		{[]*pair{issue(t, h.between, nil, nil), h.root, h.between}, verified, ""},
		{[]*pair{issue(t, h.root, nil, expiredAt)}, expired, "error 10 at 0 depth"},
		{[]*pair{issue(t, h.root, nil, validLater)}, notYetValid, "error 9 at 0 depth"},
		{[]*pair{issue(t, nil, nil, nil)}, selfSigned, "error 18 at 0 depth"},
		{[]*pair{issue(t, stranger, nil, nil), stranger}, unknownAuthority, "error 19 at 1 depth"},
		{[]*pair{issue(t, stranger, nil, nil)}, unknownAuthority, "error 20 at 0 depth"},
		{[]*pair{issue(t, overdue, nil, nil), overdue}, badChain, "error 10 at 1 depth"},
		{[]*pair{issue(t, h.root, nil, otherName)}, wrongName, "error 62 at 0 depth"},
	}
	for _, test := range tests {
		if info, _ := h.info(test.chain...); info.Verify != test.want {
			t.Errorf("%s, want %s", info.Verify, test.want)
		}
		chain := write(t, "chain.pem", test.chain...)
		cmd := exec.Command("openssl", "verify", "-attime", strconv.FormatInt(now.Unix(), 10), "-no-CApath", "-no-CAstore",
			"-CAfile", roots, "-untrusted", chain, "-purpose", "sslserver", "-verify_hostname", "host.example", chain)
		out, err := cmd.CombinedOutput()
		if (err == nil) != (test.code == "") || !strings.Contains(string(out), test.code) {
			t.Errorf("%s: openssl: %v, %s", test.want, err, out)
		}
	}
}
