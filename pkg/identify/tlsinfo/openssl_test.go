package tlsinfo

import (
	"bufio"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
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

// TestOpenSSLClient compares facts and verdicts with those of openssl s_client, for each
// kind of certificate and server.
func TestOpenSSLClient(t *testing.T) {
	t.Parallel()
	lab.Programs(t, "openssl")
	h := newHierarchy(t)
	stranger := authorityOf(t, nil, "Stranger", nil)
	overdue := authorityOf(t, h.root, "Overdue", expiredAt)
	good := issue(t, h.between, nil, nil)
	wildcard := func(c *x509.Certificate) { c.DNSNames = []string{"*.host.example"} }
	roots := write(t, "roots.pem", h.root)
	for _, test := range []struct {
		name, args string
		chain      []*pair
		verify     string
		code       int // of openssl
	}{
		{"known authority", "", []*pair{good, h.between}, verified, 0},
		{"out of order", "", []*pair{good, h.root, h.between}, verified, 0},
		{"expired", "", []*pair{issue(t, h.root, nil, expiredAt)}, expired, 10},
		{"not yet valid", "", []*pair{issue(t, h.root, nil, validLater)}, notYetValid, 9},
		{"self-signed", "", []*pair{issue(t, nil, nil, nil)}, selfSigned, 18},
		{"wrong name", "", []*pair{issue(t, h.root, nil, otherName)}, wrongName, 62},
		{"unknown authority", "", []*pair{issue(t, stranger, nil, nil)}, unknownAuthority, 21},
		{"unknown authority, sent", "", []*pair{issue(t, stranger, nil, nil), stranger}, unknownAuthority, 19},
		{"expired authority", "", []*pair{issue(t, overdue, nil, nil), overdue}, badChain, 10},
		{"RSA 1024", "-cipher ALL@SECLEVEL=0", []*pair{issue(t, nil, newRSA(t, 1024), nil)}, selfSigned, 18},
		{"Ed25519", "", []*pair{issue(t, h.root, newEd25519(t), nil)}, verified, 0},
		{"wildcard", "", []*pair{issue(t, h.root, nil, wildcard)}, verified, 0},
		{"200 names", "", []*pair{issue(t, h.root, nil, manyNames)}, verified, 0},
		{"negative serial number", "", []*pair{negativeSerial(t, issue(t, nil, nil, nil))}, selfSigned, 18},
		{"TLS 1.0 only", "-tls1 -cipher ALL@SECLEVEL=0", []*pair{good, h.between}, verified, 0},
		{"TLS 1.3 only", "-tls1_3", []*pair{good, h.between}, verified, 0},
		{"client certificate", "-tls1_2 -Verify 1 -verify_return_error", []*pair{good, h.between}, verified, 0},
		{"client certificate in TLS 1.3", "-tls1_3 -Verify 1 -verify_return_error", []*pair{good, h.between}, verified, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			chain := write(t, "chain.pem", test.chain...)
			args := append(strings.Fields(test.args), "-cert", chain, "-key", writeKey(t, test.chain[0]))
			if others := test.chain[1:]; len(others) > 0 {
				args = append(args, "-cert_chain", write(t, "others.pem", others...))
			}
			addr := opensslServer(t, args...)
			o := h.options
			if domain, ok := strings.CutPrefix(test.chain[0].DNSNames[0], "*."); ok {
				o.ServerName = "www." + domain
			}
			conn := dial(t, addr)
			_, info, _, _ := Handshake(conn, o)
			conn.Close() // the server has one connection at a time
			if info == nil {
				t.Fatal("not reported as TLS")
			}
			out, _ := exec.Command("openssl", "s_client", "-connect", addr, "-showcerts", "-cipher", "ALL@SECLEVEL=0",
				"-attime", strconv.FormatInt(now.Unix(), 10), "-no-CApath", "-no-CAstore", "-CAfile", roots,
				"-servername", o.ServerName, "-verify_hostname", o.ServerName).CombinedOutput() // fails without a client certificate
			leaf, _ := pem.Decode(out)
			if leaf == nil {
				t.Fatalf("openssl: %s", out)
			}
			if info.Verify != test.verify || !strings.Contains(string(out), fmt.Sprintf("Verify return code: %d (", test.code)) {
				t.Errorf("%s, want %s; openssl, code %d: %s", info.Verify, test.verify, test.code, out)
			}
			if n := strings.Count(string(out), "BEGIN CERTIFICATE"); n != info.Chain || !strings.Contains(string(out), "New, TLSv"+info.Version+",") {
				t.Errorf("%d certificates, TLS %s; openssl: %s", info.Chain, info.Version, out)
			}
			checkFacts(t, info, leaf.Bytes)
		})
	}
}
