package protocol

import (
	"flag"
	"fmt"
	"net/netip"
	"os"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write testdata/requests.txt")

// forbidden matches what would log in, write, or change something.
var forbidden = regexp.MustCompile(`(?i)\b(USER |PASS |LOGIN|AUTH PLAIN|Authorization:|Cookie:|MAIL FROM|RCPT TO|STOR|RETR|SET |APPEND|DELETE|FLUSH|SHUTDOWN|POST |PUT |PATCH |REGISTER|INVITE|SUBSCRIBE|PUBLISH|NICK|JOIN|root|public|private|guest|password|anonymous)`)

// everything returns all bytes that the package sends, by name.
func everything(t *Target) (names []string, sent map[string][]byte) {
	sent = map[string][]byte{}
	add := func(name string, b []byte) {
		names = append(names, name)
		sent[name] = b
	}
	for _, p := range Table() {
		for _, q := range p.Requests {
			add(p.App+": "+q.Name, q.Build(t))
		}
		if p.Upgrade != nil {
			for i, step := range p.Upgrade.Steps {
				add(fmt.Sprintf("%s: upgrade, step %d", p.App, i+1), step.Build(t))
			}
		}
	}
	for i, path := range HTTPPaths() {
		q := path.Request()
		add(fmt.Sprintf("http: path %d", i+1), q.Build(t))
	}
	return names, sent
}

// TestRequests holds every byte that is sent against a file that people can read, and
// against commands that would log in or change something.
func TestRequests(t *testing.T) {
	to := &Target{Addr: netip.MustParseAddrPort("192.0.2.7:9999"), Local: netip.MustParseAddr("192.0.2.1"), Agent: "portid/1.0"}
	names, sent := everything(to)
	var text strings.Builder
	for _, name := range names {
		fmt.Fprintf(&text, "%s\n\t%q\n", name, sent[name])
		if found := forbidden.Find(sent[name]); found != nil {
			t.Errorf("%s sends %q", name, found)
		}
		if len(sent[name]) > 1100 {
			t.Errorf("%s sends %d bytes", name, len(sent[name]))
		}
	}
	const file = "testdata/requests.txt"
	if *update {
		if err := os.WriteFile(file, []byte(text.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if text.String() != string(want) {
		t.Errorf("requests differ from %s: read the differences, then run go test with -update:\n%s", file, text.String())
	}
}
