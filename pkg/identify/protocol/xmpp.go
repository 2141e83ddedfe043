package protocol

import (
	"bytes"
	"strings"
)

const xmppStreams = "http://etherx.jabber.org/streams"

// xmppMatch recognizes the stream header of a server (RFC 6120 section 4.7), which has
// an id that the client's has not.
func xmppMatch(r *Reply) (m Match) {
	data := string(bytes.TrimLeft(r.Data, " \r\n\t"))
	if strings.HasPrefix(data, "<?xml") {
		_, rest, ok := strings.Cut(data, "?>")
		if !ok {
			m.More = !r.Ended && len(data) < 256
			return m
		}
		data = strings.TrimLeft(rest, " \r\n\t")
	} else if !r.Ended && mayBegin(data, "<?xml") {
		m.More = true
		return m
	}
	const open = "<stream:stream"
	if !strings.HasPrefix(data, open) {
		m.More = !r.Ended && mayBegin(data, open)
		return m
	}
	tag, _, ok := strings.Cut(data[len(open):], ">")
	if !ok {
		m.More = !r.Ended && len(tag) < 4096
		return m
	}
	namespace := attribute(tag, "xmlns")
	if attribute(tag, "xmlns:stream") == xmppStreams && (namespace == "jabber:client" || namespace == "jabber:server") &&
		strings.Contains(tag, " id=") {
		m.Strength = Certain
	}
	return m
}

// attribute returns the value of an attribute of a tag, or nothing.
func attribute(tag, name string) string {
	_, value, ok := strings.Cut(tag, " "+name+"=")
	if !ok || value == "" || value[0] != '\'' && value[0] != '"' {
		return ""
	}
	value, _, _ = strings.Cut(value[1:], value[:1])
	return value
}

// xmppHeader opens a stream to the name or address of the server. Port 5269 is that of
// servers.
func xmppHeader(t *Target) []byte {
	to, namespace := t.Name, "jabber:client"
	if to == "" {
		to = t.Addr.Addr().Unmap().WithZone("").String()
	}
	if t.Addr.Port() == 5269 || t.Addr.Port() == 5270 {
		namespace = "jabber:server"
	}
	return []byte("<?xml version='1.0'?><stream:stream to='" + xmlText(to) + "' xmlns='" + namespace +
		"' xmlns:stream='" + xmppStreams + "' version='1.0'>")
}

// xmlText removes what may not be in an attribute.
func xmlText(s string) string {
	return strings.Map(func(c rune) rune {
		if c < ' ' || strings.ContainsRune(`<>&'"`, c) {
			return -1
		}
		return c
	}, s)
}

// xmppUpgrade is STARTTLS (RFC 6120 section 5).
func xmppUpgrade() *Upgrade {
	return &Upgrade{Steps: []UpgradeStep{
		{Build: xmppHeader, Next: func(data []byte) (complete, ok bool) {
			if bytes.Contains(data, []byte("</stream:features>")) {
				return true, bytes.Contains(data, []byte("urn:ietf:params:xml:ns:xmpp-tls"))
			}
			return bytes.Contains(data, []byte("</stream:error>")) || bytes.Contains(data, []byte("<stream:features/>")), false
		}},
		{Build: send("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"), Next: func(data []byte) (complete, ok bool) {
			return bytes.HasSuffix(data, []byte(">")), bytes.HasPrefix(data, []byte("<proceed "))
		}},
	}}
}
