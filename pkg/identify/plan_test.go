package identify

import (
	"slices"
	"strings"
	"testing"

	"portkit/pkg/identify/protocol"
)

func TestTheNextRequest(t *testing.T) {
	all := strings.Join(normalOrder(), " ")
	every := slices.Clip(append(normalOrder(), httpRequest))
	for _, c := range []struct {
		name  string
		facts facts
		want  string // all requests in their order, if each is answered with nothing of use
	}{
		{"quick", facts{effort: Quick}, "tls http"},
		{"quick, own request sent", facts{effort: Quick, own: []string{"mqtt"}, sent: []string{"mqtt"}}, "tls"},
		{"normal", facts{effort: Normal}, "tls http " + all},
		{"normal, own first", facts{effort: Normal, own: []string{"mqtt"}}, "tls http mqtt " + strings.ReplaceAll(all, "mqtt ", "")},
		{"normal, inside TLS", facts{effort: Normal, secure: true}, "http " + all},
		{"normal, lines of text", facts{effort: Normal, text: true}, "tls http memcached " + strings.ReplaceAll(all, "memcached ", "")},
		{"normal, text and silence", facts{effort: Normal, text: true, silent: 3}, "tls http memcached dns smb"},
		{"normal, candidates", facts{effort: Normal, hints: []string{"smb"}}, "smb tls http " + strings.ReplaceAll(all, "smb ", "")},
		{"normal, after silence", facts{effort: Normal, silent: 3, sent: []string{"tls", "http", "postgresql"}}, "dns smb"},
		{"normal, few connections left", facts{effort: Normal, conns: 10}, "tls http"},
		{"normal, only one protocol", facts{effort: Normal, all: []string{"ldap"}}, "tls ldap"},
		{"thorough", facts{effort: Thorough, all: append(every, "x11")}, "tls http " + all + " x11"},
		{"thorough, after silence", facts{effort: Thorough, silent: 3, all: append(every, "x11")}, "tls http " + all + " x11"},
	} {
		var got []string
		f := c.facts
		if f.all == nil {
			f.all = every
		}
		for {
			name := f.next()
			if name == "" {
				break
			}
			got = append(got, name)
			f.sent = append(slices.Clip(f.sent), name)
			f.conns++
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s: %s, want %s", c.name, s, c.want)
		}
	}
}

func TestThePlanHasRequestsOfTheTable(t *testing.T) {
	table := protocol.Table()
	for _, name := range slices.Concat(normalOrder(), afterSilence(), []string{httpRequest}) {
		if _, q := find(table, name); q == nil {
			t.Errorf("no protocol has the request %q", name)
		}
	}
	if _, q := find(table, tlsRequest); q != nil {
		t.Errorf("a protocol has a request named %q, which is that of a ClientHello", tlsRequest)
	}
}
