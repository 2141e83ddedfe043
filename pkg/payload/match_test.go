package payload

import (
	"encoding/hex"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
)

func TestReplyIsRecognized(t *testing.T) {
	seen := map[string]bool{}
	for _, g := range goldens(t) {
		seen[g.asked.App] = true
		if !g.asked.Match(g.answer, g.q) {
			t.Errorf("%s: not matched:\n%s", g.name, hex.Dump(g.answer))
		}
		port := g.q.To.Port()
		if app := Recognize(port, g.asked, g.answer, g.q); app != g.asked.App {
			t.Errorf("%s: recognized as %q, want %q", g.name, app, g.asked.App)
		}
		if app := Recognize(port, nil, g.answer, g.q); app != g.asked.App {
			t.Errorf("%s: recognized as %q when nobody knows what was asked, want %q", g.name, app, g.asked.App)
		}
		if app := Recognize(1, nil, g.answer, g.q); app != g.asked.App && (app != "" || !g.asked.loose) {
			t.Errorf("%s: recognized as %q from a port that is not its own", g.name, app)
		}
	}
	for _, r := range All() {
		if !seen[r.App] {
			t.Errorf("no answer of %s is tested", r.App)
		}
	}
}

// anonymous are the protocols whose replies repeat nothing that depends on the token.
// All others must reject replies to another token.
var anonymous = []string{
	"daytime", "time", "tftp", "kerberos", "kpasswd", "xdmcp", "ssdp", "nat-pmp", "pcp", "mssql-browser", "dtls", "a2s",
	"mqtt-sn", "knxnet",
}

func TestReplyToAnotherTokenIsRejected(t *testing.T) {
	for _, g := range goldens(t) {
		// These report only that the version is wrong or unknown.
		if g.name == "made-gtp-other-version" || g.name == "l2tp-xl2tpd-0" {
			continue
		}
		q := g.q
		q.Token++
		if got, want := g.asked.Match(g.answer, q), slices.Contains(anonymous, g.asked.App); got != want {
			t.Errorf("%s: the answer to another's request: matched %v, want %v", g.name, got, want)
		}
	}
}

func TestReplyOfAnotherProtocolIsRejected(t *testing.T) {
	for _, g := range goldens(t) {
		for _, r := range All() {
			if r.App != g.asked.App && r.Match(g.answer, g.q) {
				t.Errorf("%s is taken for %s:\n%s", g.name, r.App, hex.Dump(g.answer))
			}
		}
	}
}

func TestTruncatedReplyIsRejected(t *testing.T) {
	text := []string{"sip", "ssdp", "ws-discovery", "daytime", "memcached"} // recognized by their first bytes
	for _, g := range goldens(t) {
		if g.name == "time-inetd-time-0" { // its first half is a reply as in the RFC
			continue
		}
		for n := range g.answer {
			whole := n >= len(g.answer)/2+1 || slices.Contains(text, g.asked.App) && n > 8
			if !whole && g.asked.Match(g.answer[:n], g.q) {
				t.Errorf("%s: %d of %d bytes are matched", g.name, n, len(g.answer))
			}
		}
	}
}

// TestEchoedRequestIsNotAReply: a host that returns what it gets runs no service but
// echo.
func TestEchoedRequestIsNotAReply(t *testing.T) {
	for _, from := range All() {
		q := Query{To: netip.MustParseAddrPort("192.0.2.7:1"), Token: 7}
		b := from.Build(nil, q)
		for _, r := range All() {
			if r.Match(b, q) && r.App != "echo" {
				t.Errorf("the request of %s is taken for an answer of %s", from.App, r.App)
			}
		}
	}
}

func TestBuildAndMatchDoNotAllocate(t *testing.T) {
	answers := goldens(t)
	random := rand.New(rand.NewPCG(1, 2))
	for range 100 {
		b := make([]byte, random.IntN(200))
		for i := range b {
			b[i] = byte(random.Uint32())
		}
		answers = append(answers, golden{name: "random", q: answers[0].q, answer: b})
	}
	dst := make([]byte, 0, MaxSize)
	q6 := Query{To: netip.MustParseAddrPort("[fe80::1234%eth0]:5353"), Token: 1 << 63}
	for _, r := range All() {
		if n := testing.AllocsPerRun(10, func() { r.Build(dst, q6); r.Build(dst, answers[0].q) }); n != 0 {
			t.Errorf("%s: Build allocates %v times", r.App, n)
		}
		for _, g := range answers {
			if n := testing.AllocsPerRun(10, func() { r.Match(g.answer, g.q); r.Match(g.answer, q6) }); n != 0 {
				t.Errorf("%s: Match allocates %v times for %s", r.App, n, g.name)
			}
		}
	}
	if n := testing.AllocsPerRun(10, func() { For(53); For(1); Recognize(53, nil, answers[0].answer, q6) }); n != 0 {
		t.Errorf("For and Recognize allocate %v times", n)
	}
}

// FuzzMatch: no matcher panics or modifies its input, and Recognize agrees with Match.
func FuzzMatch(f *testing.F) {
	for _, g := range goldens(f) {
		f.Add(g.answer, g.q.Token, g.q.To.Addr().AsSlice(), g.q.To.Port())
	}
	f.Fuzz(func(t *testing.T, b []byte, token uint64, addr []byte, port uint16) {
		a, _ := netip.AddrFromSlice(addr)
		q := Query{To: netip.AddrPortFrom(a, port), Token: token}
		before := string(b)
		for _, r := range For(port) {
			if app := Recognize(port, r, b, q); r.Match(b, q) && app != r.App {
				t.Errorf("%s matches, but is recognized as %q", r.App, app)
			}
		}
		for _, r := range built().all {
			if r.Match(b, q) && len(b) == 0 {
				t.Errorf("%s matches nothing at all", r.App)
			}
		}
		if string(b) != before {
			t.Error("a matcher wrote to the answer")
		}
	})
}
