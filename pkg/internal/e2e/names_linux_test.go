package e2e

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"os/exec"
	"strings"
	"testing"

	"portkit/pkg/internal/lab"
)

// TestInternationalNames looks up names at a server that knows only their registered
// form, by both tools. Records keep the name as the user wrote it.
func TestInternationalNames(t *testing.T) {
	l := lab.New(t)
	h := l.Host("", lab.Listen("22"))
	server := h.NameServer(lab.Zone{"xn--mnchen-3ya.lab": []netip.Addr{h.Addr()}})
	l.ResolvConf(fmt.Sprintf("nameserver %v\n", h.Addr()))
	scripts := []string{`printf '%s:22\n' "$1" | portprobe`, `portgen --resolve first "$1:22" | portprobe`}
	for _, script := range scripts {
		for _, name := range []string{"münchen.lab", "MÜNCHEN.lab", "mu\u0308nchen.lab", "xn--mnchen-3ya.lab"} {
			out, err := exec.Command("sh", "-c", script, "sh", name).CombinedOutput()
			var r struct{ Host, IP, State string }
			if e := json.Unmarshal(out, &r); e != nil || err != nil || r.Host != name || r.State != "open" || r.IP != h.Addr().String() {
				t.Errorf("%q, %s: %v: %s", name, script, err, out)
			}
		}
		for name, want := range map[string]string{
			"köln.lab":          `"error":"köln.lab has no address: no such host"`,
			"mün／chen.lab":      `mün／chen.lab is not a host name: U+FF0F '／' is not allowed in host names`,
			"mün\u200dchen.lab": `'\u200d'`, // a joiner, which is invisible
		} {
			out, err := exec.Command("sh", "-c", script, "sh", name).CombinedOutput()
			if err == nil && !strings.HasPrefix(script, "portgen") || !strings.Contains(string(out), want) {
				t.Errorf("%q, %s: %v: %s, want %s", name, script, err, out, want)
			}
		}
	}
	for name, asked := range map[string]bool{
		"xn--mnchen-3ya.lab": true, "xn--kln-sna.lab": true,
		"münchen.lab": false, "köln.lab": false, "mün／chen.lab": false, "mün\u200dchen.lab": false,
	} {
		if n := server.Asked(name); n > 0 != asked {
			t.Errorf("%d queries for %q", n, name)
		}
	}
}
