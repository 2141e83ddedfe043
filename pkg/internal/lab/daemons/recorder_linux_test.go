package daemons

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"sync"
	"testing"

	"portkit/pkg/identify"
	"portkit/pkg/identify/protocol"
)

// recorder records what is sent on the connections that it makes.
type recorder struct {
	mu    sync.Mutex
	to    netip.AddrPort
	local netip.Addr
	conns []*bytes.Buffer
	tried int // connections
}

func (r *recorder) dial(ctx context.Context, network string, to netip.AddrPort) (net.Conn, error) {
	r.mu.Lock()
	r.tried++
	r.mu.Unlock()
	c, err := new(net.Dialer).DialContext(ctx, network, to.String())
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	sent := &bytes.Buffer{}
	r.conns = append(r.conns, sent)
	r.to, r.local = to, netip.MustParseAddrPort(c.LocalAddr().String()).Addr()
	return &recorded{c, sent}, nil
}

type recorded struct {
	net.Conn
	sent *bytes.Buffer
}

func (r *recorded) Write(b []byte) (int, error) {
	r.sent.Write(b)
	return r.Conn.Write(b)
}

// NetConn returns the connection below.
func (r *recorded) NetConn() net.Conn { return r.Conn }

// differences returns what was wrong in what was sent: too many connections, or bytes
// that are not those of requests.
func (r *recorder) differences(got identify.Outcome, m meeting) (wrong []string) {
	most := 12
	if m.effort == identify.Thorough {
		most = 120
	}
	if n := r.tried; n > most || n != got.Conns {
		wrong = append(wrong, fmt.Sprintf("%d connections, %d reported, at most %d allowed", n, got.Conns, most))
	}
	known := requests(&protocol.Target{Addr: r.to, Local: r.local, Agent: "portid/lab"})
	for _, c := range r.conns {
		if got.TLS != nil && got.TLS.StartTLS && sendsData(c.Bytes()) {
			wrong = append(wrong, "data on a connection that was upgraded")
		}
		if rest := unknown(c.Bytes(), known); len(rest) > 0 {
			wrong = append(wrong, fmt.Sprintf("sent %q, which is not a request", rest[:min(len(rest), 80)]))
		}
	}
	return wrong
}

// sendsData reports whether TLS records contain application data. In TLS 1.3 those of a
// refused client certificate and of Finished look like it, and are known by their sizes
// (RFC 8446 section 4.4).
func sendsData(sent []byte) bool {
	const certificate, finished, longFinished = 4 + 4, 4 + 32, 4 + 48
	const typeAndTag = 1 + 16
	i := max(0, bytes.Index(sent, []byte("\x16\x03\x01")))
	for sent = sent[i:]; len(sent) >= 5; {
		size := int(sent[3])<<8 + int(sent[4])
		if n := size - typeAndTag; sent[0] == 23 && n != certificate && n != finished && n != longFinished {
			return true
		}
		sent = sent[min(5+size, len(sent)):]
	}
	return false
}

// requests returns all that may be sent in the clear.
func requests(to *protocol.Target) (all [][]byte) {
	for _, p := range protocol.Table() {
		for _, q := range p.Requests {
			all = append(all, q.Build(to))
		}
		if p.Upgrade != nil {
			for _, step := range p.Upgrade.Steps {
				all = append(all, step.Build(to))
			}
		}
	}
	for _, p := range protocol.HTTPPaths() {
		q := p.Request()
		all = append(all, q.Build(to))
	}
	return all
}

// unknown returns what is left of sent bytes after the requests, TLS records (RFC 8446
// section 5.1) and the messages of a key exchange of SSH at their beginning.
func unknown(sent []byte, known [][]byte) []byte {
next:
	for len(sent) > 0 {
		if len(sent) >= 5 && sent[0] >= 20 && sent[0] <= 23 && sent[1] == 3 {
			size := 5 + int(sent[3])<<8 + int(sent[4])
			sent = sent[min(size, len(sent)):]
			continue
		}
		if bytes.HasPrefix(sent, []byte("SSH-2.0-portid_lab")) {
			return nil
		}
		for _, q := range known {
			if len(q) > 0 && bytes.HasPrefix(sent, q) {
				sent = sent[len(q):]
				continue next
			}
		}
		return sent
	}
	return nil
}

// TestRequestsAreHarmless: no request logs in, writes or changes anything.
func TestRequestsAreHarmless(t *testing.T) {
	harm := regexp.MustCompile(`(?im)^(a )?(user|pass|login|auth(enticate)? (plain|login|cram)|mail|rcpt|data|stor|dele|retr|nick|oper|join|` +
		`set|add|put|post|patch|delete|replace|flush\w*|config|eval|shutdown|kill|sub|pub|use|watch)[ \r\n]`)
	for _, inside := range []bool{false, true} {
		to := &protocol.Target{
			Addr: netip.MustParseAddrPort("192.0.2.1:9999"), Local: netip.MustParseAddr("192.0.2.9"), Agent: "portid/lab", TLS: inside,
		}
		for _, q := range requests(to) {
			if found := harm.Find(q); found != nil {
				t.Errorf("%q has %q", q, found)
			}
		}
	}
}
