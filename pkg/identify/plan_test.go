package identify

import (
	"slices"
	"strings"
	"testing"

	"portkit/pkg/identify/protocol"
)

// likely returns the likely requests, each once.
func likely(v *evidence) (names []string) {
	for _, name := range v.likely() {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

func TestTheNextRequest(t *testing.T) {
	every := likely(&evidence{})
	all := strings.Join(every, " ")
	every = append(every, httpRequest)
	trials := func(reaction reaction, names ...string) (sent []trial) {
		for _, name := range names {
			sent = append(sent, trial{name, reaction})
		}
		return sent
	}
	unanswered := trials(reactSilence, "tls", "http", "postgresql")
	fitting := strings.Join(likely(&evidence{trials: unanswered}), " ")
	for _, c := range []struct {
		name string
		plan plan
		seen evidence
		want string // all requests in their order, if each is answered with nothing of use
	}{
		{"quick", plan{effort: Quick}, evidence{}, "tls http"},
		{"quick, own request sent", plan{effort: Quick, own: []string{"mqtt"}}, evidence{trials: trials(reactClose, "mqtt")}, "tls"},
		{"normal", plan{effort: Normal}, evidence{}, "tls http " + all},
		{"normal, own first", plan{effort: Normal, own: []string{"mqtt"}}, evidence{}, "tls http mqtt " + strings.ReplaceAll(all, "mqtt ", "")},
		{"normal, inside TLS", plan{effort: Normal}, evidence{secure: true}, "http " + all},
		{"normal, lines of text", plan{effort: Normal}, evidence{text: true}, "tls http memcached " + strings.ReplaceAll(all, "memcached ", "")},
		{"normal, text and silence", plan{effort: Normal}, evidence{text: true, trials: unanswered}, "memcached dns smb"},
		{"normal, candidates", plan{effort: Normal}, evidence{hints: []string{"smb"}}, "smb tls http " + strings.ReplaceAll(all, "smb ", "")},
		{"normal, after silence", plan{effort: Normal}, evidence{trials: unanswered}, "dns smb"},
		{"normal, only one protocol", plan{effort: Normal, all: []string{"ldap"}}, evidence{}, "tls ldap"},
		{"normal, zero window", plan{effort: Normal}, evidence{zero: true}, ""},
		{"normal, nothing acknowledged", plan{effort: Normal}, evidence{lost: 2}, ""},
		{"thorough", plan{effort: Thorough, all: append(every, "finger")}, evidence{}, "tls http " + all + " finger"},
		{"thorough, after silence", plan{effort: Thorough, all: append(every, "finger")}, evidence{trials: unanswered}, strings.Replace(fitting, "postgresql ", "", 1) + " finger"},
	} {
		var got []string
		if c.plan.all == nil {
			c.plan.all = every
		}
		for {
			name := c.plan.next(&c.seen)
			if name == "" {
				break
			}
			got = append(got, name)
			c.seen.begin(name)
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s: %s, want %s", c.name, s, c.want)
		}
	}
}

func TestThePlanHasRequestsOfTheTable(t *testing.T) {
	table := protocol.Table()
	for _, name := range append(slices.Concat((&evidence{}).likely(), afterSilence()), httpRequest) {
		if q := find(table, name); q == nil {
			t.Errorf("no protocol has the request %q", name)
		}
	}
	if q := find(table, tlsRequest); q != nil {
		t.Errorf("a protocol has a request named %q, which is that of a ClientHello", tlsRequest)
	}
}

// TestEveryHabitIsMetInTime sends the requests of the plan to a server of each habit,
// which closes after all other requests, until its own is next.
func TestEveryHabitIsMetInTime(t *testing.T) {
	all := append((&evidence{}).likely(), httpRequest)
	for _, h := range habits() {
		p, v := plan{effort: Normal, all: all}, evidence{}
		conns := 2 // one to listen, and one for the request
		for name := p.next(&v); name != h.request; name = p.next(&v) {
			if conns++; name == "" || conns > maxConns[Normal] {
				t.Errorf("%v is not sent its request; %d connections", h, conns)
				break
			}
			v.begin(name)
			v.react(name, reactClose)
			for i, request := range distinctive() {
				if name == request {
					v.react(name, reaction(h.reactions[i]))
				}
			}
		}
	}
}
