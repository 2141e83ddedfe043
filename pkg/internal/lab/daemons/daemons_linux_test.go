package daemons

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"portkit/pkg/cli"
	"portkit/pkg/endpoint"
	"portkit/pkg/identify"
	"portkit/pkg/internal/lab"
	"portkit/pkg/payload"
	"portkit/pkg/portprobe"
)

func TestMain(m *testing.M) { lab.Main(m) }

var capture = flag.String("capture", "", "write the answers to this folder, as pkg/payload's testdata has them")

// token is the one that pkg/payload's tests know the answers by.
const token = 0x0123456789abcdef

// TestDaemonsAreRecognized asks every daemon what payload says its port is to
// be asked. The first answer must be the daemon's own protocol's, and every
// answer must be recognized.
func TestDaemonsAreRecognized(t *testing.T) {
	for _, d := range All() {
		t.Run(d.Name, func(t *testing.T) {
			h := lab.New(t).Host("")
			to := Start(t, d, h)
			q := payload.Query{To: to, Token: token}
			answers := askAll(t, q)
			found := ""
			for i, r := range payload.For(to.Port()) {
				size, answer := len(r.Build(nil, q)), answers[i]
				if answer == nil {
					t.Logf("request %d (%q, %d bytes): silence", i, r.App, size)
					continue
				}
				app := payload.Recognize(to.Port(), r, answer, q)
				t.Logf("request %d (%q, %d bytes): %d bytes, %q: %x", i, r.App, size, len(answer), app, answer[:min(len(answer), 48)])
				if r.App != "" && app != r.App {
					t.Errorf("the answer to %q is recognized as %q:\n%s", r.App, app, hex.Dump(answer))
				}
				if found == "" {
					found = app
				}
				save(t, d, r, q, i, answer)
			}
			if found != d.App {
				t.Errorf("%s was recognized as %q, want %q", d.Name, found, d.App)
			}
			checkProbed(t, to, d.App)
			checkIdentified(t, to, d)
		})
	}
}

// checkProbed asks the daemon, which is up, as a person would: portprobe without
// flags has to find it open, and to say what it is.
func checkProbed(t *testing.T, to netip.AddrPort, app string) {
	t.Helper()
	var out, errs bytes.Buffer
	status := cli.Run(portprobe.Tool(), cli.IO{
		In: strings.NewReader(to.String() + "/udp\n"), Out: &out, Err: &errs,
	})
	var r struct{ State, App string }
	if err := json.Unmarshal(out.Bytes(), &r); err != nil || status != 0 {
		t.Fatalf("exit %d, %v: %s%s", status, err, out.Bytes(), errs.Bytes())
	}
	if r.State != "open" || r.App != app {
		t.Errorf("portprobe says %s, not open and %q", out.Bytes(), app)
	}
}

// checkIdentified identifies the daemon. One whose replies reveal no product is sent
// nothing.
func checkIdentified(t *testing.T, to netip.AddrPort, d Daemon) {
	t.Helper()
	var dialer net.Dialer
	e := identify.New(identify.Options{
		Dial: func(ctx context.Context, network string, to netip.AddrPort) (net.Conn, error) {
			return dialer.DialContext(ctx, network, to.String())
		},
		Timeout: 30 * time.Second, Agent: "portid/1", Version: "1",
	})
	got, err := e.Identify(t.Context(), identify.Target{Addr: to, Proto: endpoint.UDP, App: d.App, RTT: -1})
	product := strings.TrimSpace(got.Product + " " + got.Version)
	if err != nil || got.App != d.App || got.Evidence != "udp-response" || got.Connected != (got.Conns > 0) ||
		!strings.HasPrefix(product, d.Product) || d.Product == "" && (product != "" || got.Conns > 0) {
		t.Errorf("identified as %+v, error %v; want app %q, product %q", got.Finding, err, d.App, d.Product)
	}
	t.Logf("identified in %v as %q %q %q %q, %d datagrams", got.Took, product, got.Vendor, got.OS, got.Device, got.Conns)
}

// askAll sends the requests of a port in turn, and again until one is
// answered. A busy machine has half a
// minute for that.
func askAll(t *testing.T, q payload.Query) [][]byte {
	t.Helper()
	requests := payload.For(q.To.Port())
	answers := make([][]byte, len(requests))
	for round, found := 0, false; round < 60 && !found; round++ {
		for i, r := range requests {
			answers[i] = ask(t, q.To, r.Build(nil, q))
			found = found || len(answers[i]) > 0
		}
	}
	return answers
}

// ask sends a request and waits half a second; nil is silence. The answer may
// come from another port of the address.
func ask(t *testing.T, to netip.AddrPort, request []byte) []byte {
	t.Helper()
	c, err := net.ListenUDP("udp", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.WriteToUDPAddrPort(request, to); err != nil {
		t.Fatal(err)
	}
	if err := c.SetReadDeadline(time.Now().Add(500 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 1<<16)
	n, from, err := c.ReadFromUDPAddrPort(b)
	switch {
	case err == nil && from.Addr().Unmap() == to.Addr():
		return b[:n]
	case err != nil && !errors.Is(err, os.ErrDeadlineExceeded):
		t.Fatal(err)
	}
	return nil
}

// save writes an answer where the flag says.
func save(t *testing.T, d Daemon, r *payload.Request, q payload.Query, n int, answer []byte) {
	t.Helper()
	if *capture == "" || r.App == "" {
		return
	}
	name := fmt.Sprintf("%s-%s-%d.txt", r.App, d.Name, n)
	text := fmt.Sprintf("# %s of Debian's package %s\napp %s\nto %v\ntoken %x\n%s",
		d.Name, d.Package, r.App, q.To, q.Token, hex.Dump(answer))
	if err := os.WriteFile(filepath.Join(*capture, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
