package protocol

import (
	"strings"
	"testing"
)

// replyCase is a reply and what a protocol has to make of it.
type replyCase struct {
	data string
	// request is the name of the request; the reply is a greeting if it is empty.
	request string
	want    Strength
	// product, version and os are the finding's.
	product, version, os string
	limited              bool
}

// checkReplies checks one protocol's replies. Every beginning of a reply that matches
// must match as well or wait for more, and must not be certain if the whole is not.
func checkReplies(t *testing.T, app string, cases []replyCase) {
	t.Helper()
	p := protocolOf(t, app)
	for _, c := range cases {
		r := replyTo(c.request, c.data)
		m := p.Match(r)
		if m.Strength != c.want || m.Product != c.product || m.Version != c.version || m.OS != c.os || m.Limited != c.limited {
			t.Errorf("%q to %q: %q: strength %d, %q %q %q, limited %v; want %d, %q %q %q, %v", app, c.request, c.data,
				m.Strength, m.Product, m.Version, m.OS, m.Limited, c.want, c.product, c.version, c.os, c.limited)
		}
		if m.More {
			t.Errorf("%s: %q: waits for more after the end", app, c.data)
		}
		for n := range len(c.data) {
			for _, ended := range []bool{false, true} {
				r.Data, r.Ended = []byte(c.data[:n]), ended
				switch m := p.Match(r); {
				case m.Strength == Certain && c.want != Certain:
					t.Errorf("%s: %q: strength %d", app, r.Data, m.Strength)
				case !ended && n > 0 && m.Strength < c.want && !m.More:
					t.Errorf("%s: %q: strength %d and no more", app, r.Data, m.Strength)
				case ended && m.More:
					t.Errorf("%s: %q: waits for more after the end", app, r.Data)
				}
			}
		}
	}
}

// recognized returns the protocol that the whole table makes of a reply.
func recognized(t *testing.T, request, data string, port uint16) string {
	t.Helper()
	m, _ := Recognize(Table(), replyTo(request, data), port)
	checkFacts(t, m)
	return m.App
}

// playUpgrade runs a protocol's upgrade against what a server sends: its greeting, then
// a reply to each step. Replies arrive byte by byte.
func playUpgrade(t *testing.T, app string, server ...string) (requests []string, ok bool) {
	t.Helper()
	u := protocolOf(t, app).Upgrade
	if u.Greeting != nil {
		waitFor(t, server[0], u.Greeting)
		server = server[1:]
	}
	for i, step := range u.Steps {
		requests = append(requests, strings.ReplaceAll(string(step.Build(sampleTarget())), "\r\n", "|"))
		if i >= len(server) {
			t.Fatalf("%s: %d steps, %d replies", app, len(u.Steps), len(server))
		}
		waitFor(t, server[i], func(data []byte) (complete bool) { complete, ok = step.Next(data); return complete })
		if !ok {
			break
		}
	}
	return requests, ok
}

// waitFor checks that data is complete with its last byte, and not before.
func waitFor(t *testing.T, data string, complete func([]byte) bool) {
	t.Helper()
	for n := range len(data) {
		if complete([]byte(data[:n])) {
			t.Errorf("%q is complete after %d bytes", data, n)
		}
	}
	if !complete([]byte(data)) {
		t.Errorf("%q is not complete", data)
	}
}
