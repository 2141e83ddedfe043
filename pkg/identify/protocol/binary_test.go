package protocol

import (
	"net/netip"
	"testing"
)

// sampleTarget is a server with a name.
func sampleTarget() *Target {
	return &Target{
		Addr: netip.MustParseAddrPort("192.0.2.7:4000"), Local: netip.MustParseAddr("192.0.2.1"),
		Name: "host.example", Agent: "portid/1.0",
	}
}

// sample is a reply and what a protocol has to make of it.
type sample struct {
	name     string
	request  string // empty for a greeting
	data     string
	strength Strength
	want     facts
}

// facts are the fields of a match that samples state.
type facts struct {
	app, product, version, vendor, os string
	limited                           bool
}

// protocolOf returns the row of an app, and fails if it is absent.
func protocolOf(t *testing.T, app string) *Protocol {
	t.Helper()
	table := Table()
	for i := range table {
		if table[i].App == app {
			return &table[i]
		}
	}
	t.Fatalf("no protocol %s", app)
	return nil
}

// replyTo returns a reply to a request. What was sent is known if it is of the table.
func replyTo(request, data string) *Reply {
	r := &Reply{Request: request, Data: []byte(data), Ended: true}
	for _, q := range allRequests(Table()) {
		if q.Name == request {
			r.Sent = q.Build(sampleTarget())
		}
	}
	return r
}

// checkSamples matches each reply as a whole, and byte by byte as it arrives.
func checkSamples(t *testing.T, app string, samples []sample) {
	t.Helper()
	p := protocolOf(t, app)
	for _, s := range samples {
		r := replyTo(s.request, s.data)
		m := p.Match(r)
		got := facts{m.App, m.Product, m.Version, m.Vendor, m.OS, m.Limited}
		if m.Strength != s.strength || got != s.want {
			t.Errorf("%s: strength %d, %+v; want %d, %+v", s.name, m.Strength, got, s.strength, s.want)
		}
		if s.strength == No {
			continue
		}
		checkPrefixes(t, p, s, r)
	}
}

// checkPrefixes checks that a truncated reply does not match more strongly, and that
// the client waits for the rest.
func checkPrefixes(t *testing.T, p *Protocol, s sample, whole *Reply) {
	t.Helper()
	for n := range len(whole.Data) {
		r := *whole
		r.Data, r.Ended = whole.Data[:n], false
		m := p.Match(&r)
		if m.Strength > s.strength {
			t.Errorf("%s: the first %d bytes: strength %d, want at most %d", s.name, n, m.Strength, s.strength)
		}
		if n > 0 && m.Strength == No && !m.More {
			t.Errorf("%s: the first %d bytes: no more data expected", s.name, n)
		}
		r.Ended = true
		p.Match(&r)
	}
}

// strangers are replies of other protocols, which no binary protocol may match.
var strangers = []string{
	"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n",
	"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10\r\n",
	"220 host.example ESMTP\r\n",
	"\x15\x03\x03\x00\x02\x02\x28",
	"-ERR unknown command\r\n",
	"\r\n", "\x00", "\x00\x00\x00\x00", "\x00\x00\x00\x01", "\xff\xff\xff\xff\xff\xff\xff\xff",
	"RFB 003.008\n",
	"ERROR\r\n",
	"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
}

// checkStrangers checks that a protocol matches neither the replies of others nor its
// own requests, which an echo service returns.
func checkStrangers(t *testing.T, app string) {
	t.Helper()
	p := protocolOf(t, app)
	for _, q := range append([]Request{{}}, p.Requests...) {
		for _, data := range strangers {
			if m := p.Match(replyTo(q.Name, data)); m.Strength != No {
				t.Errorf("%s: %q in reply to %q: strength %d, want none", app, data, q.Name, m.Strength)
			}
		}
		if q.Build == nil {
			continue
		}
		echo := replyTo(q.Name, string(q.Build(sampleTarget())))
		if m := p.Match(echo); m.Strength != No {
			t.Errorf("%s: its own request %q: strength %d, want none", app, q.Name, m.Strength)
		}
	}
}

// checkUpgrade plays an upgrade against a script: in turn what the client has to send
// and what the server sends then. ok reports whether TLS starts.
func checkUpgrade(t *testing.T, u *Upgrade, ok bool, script ...string) {
	t.Helper()
	for i, step := range u.Steps {
		if len(script) < 2 {
			t.Fatalf("step %d is not in the script", i)
		}
		if got := string(step.Build(sampleTarget())); got != script[0] {
			t.Fatalf("step %d: sent %q, want %q", i, got, script[0])
		}
		data := []byte(script[1])
		script = script[2:]
		for n := range len(data) {
			if complete, goOn := step.Next(data[:n]); ok && (complete || goOn) {
				t.Fatalf("step %d is complete after %q of %q", i, data[:n], data)
			}
		}
		complete, goOn := step.Next(data)
		if !complete {
			t.Fatalf("step %d: %q: not complete", i, data)
		}
		if !goOn {
			if ok || len(script) > 0 {
				t.Errorf("step %d: %q: refused", i, data)
			}
			return
		}
	}
	if !ok || len(script) > 0 {
		t.Errorf("TLS starts before %q", script)
	}
}

// TestUpgradesWaitForReplies checks that no upgrade takes the absence of a reply for a
// permission, but for that of MySQL, whose last request has no reply.
func TestUpgradesWaitForReplies(t *testing.T) {
	t.Parallel()
	for _, p := range Table() {
		if p.Upgrade == nil {
			continue
		}
		for i, step := range p.Upgrade.Steps {
			complete, ok := step.Next(nil)
			if want := p.App == "mysql" && i == 1; complete != want || ok != want {
				t.Errorf("%s, step %d: complete %t, %t before a reply", p.App, i, complete, ok)
			}
		}
	}
}
