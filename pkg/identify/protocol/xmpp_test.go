package protocol

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
)

// prosody is the reply of Debian's Prosody to a stream header (RFC 6120 section 4.7).
const prosody = "<?xml version='1.0'?><stream:stream xmlns='jabber:client' from='192.0.2.7' version='1.0' xml:lang='en' id='b1c1' xmlns:stream='http://etherx.jabber.org/streams'>"

func TestXMPPReplies(t *testing.T) {
	checkReplies(t, "xmpp", []replyCase{
		{data: prosody, request: "xmpp", want: Certain},
		{data: strings.Replace(prosody, "jabber:client", "jabber:server", 1) + "<stream:error/>", request: "http", want: Certain},
		{data: "<stream:stream id=\"1\" xmlns=\"jabber:client\" xmlns:stream=\"http://etherx.jabber.org/streams\">", request: "tls", want: Certain},
		{data: string(xmppHeader(sampleTarget())), request: "xmpp"},
		{data: "<?xml version='1.0'?><html xmlns='jabber:client' id='1'>", request: "xmpp"},
		{data: "<stream:stream id='1' xmlns='jabber:client'>", request: "xmpp"},
		{data: "HTTP/1.1 400 Bad Request\r\n\r\n", request: "xmpp"},
	})
}

func TestXMPPHeaderIsToTheTarget(t *testing.T) {
	for want, target := range map[string]Target{
		"to='host.example' xmlns='jabber:client'":  {Name: "host.example", Addr: netip.MustParseAddrPort("192.0.2.7:5222")},
		"to='2001:db8::7' xmlns='jabber:server'":   {Addr: netip.MustParseAddrPort("[2001:db8::7]:5269")},
		"to='axml:lang=x' xmlns='jabber:client'":   {Name: "a'xml:lang='x", Addr: netip.MustParseAddrPort("192.0.2.7:5222")},
		"to='192.0.2.7' xmlns='jabber:client' xml": {Addr: netip.MustParseAddrPort("192.0.2.7:1")},
	} {
		if got := string(xmppHeader(&target)); !strings.Contains(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestXMPPUpgrade(t *testing.T) {
	const features = "<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:features>"
	sent, ok := playUpgrade(t, "xmpp", prosody+features, "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
	if want := "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"; !ok || len(sent) != 2 || sent[1] != want {
		t.Errorf("%q, %v; want %q", sent, ok, want)
	}
	for _, server := range [][]string{
		{prosody + "<stream:features></stream:features>"},
		{prosody + "<stream:features/>"},
		{prosody + "<stream:error><host-unknown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>"},
		{prosody + features, "<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"},
	} {
		if sent, ok := playUpgrade(t, "xmpp", server...); ok || !slices.Equal(sent[:1], []string{string(xmppHeader(sampleTarget()))}) {
			t.Errorf("%q: %q, %v", server, sent, ok)
		}
	}
}
