package protocol

import (
	"slices"
	"testing"
)

func TestPOP3Replies(t *testing.T) {
	const dovecot = "+OK Dovecot (Debian) ready.\r\n"
	checkReplies(t, "pop3", []replyCase{
		// Debian's Dovecot, RFC 1939 section 7, RFC 2449 sections 5 and 6.9, RFC 3206.
		{data: dovecot, want: Certain, product: "Dovecot", os: "Debian"},
		{data: dovecot + "-ERR Unknown command.\r\n-ERR Unknown c", request: "tls", want: Certain, product: "Dovecot", os: "Debian"},
		{data: dovecot + "+OK Logging out\r\n", request: "irc", want: Certain, product: "Dovecot", os: "Debian"},
		{data: "+OK POP3 server ready <1896.697170952@dbc.mtview.ca.us>\r\n", want: Certain},
		{data: "+OK POP3 ready\r\n+OK\r\nCAPA\r\nTOP\r\nIMPLEMENTATION Shlemazle-Plotz-v302\r\n.\r\n", request: "pop3", want: Certain, product: "Shlemazle-Plotz-v302"},
		{data: "+OK\r\n", want: Likely},
		{data: "+OK ready\r\n", request: "http", want: Likely},
		{data: "-ERR [SYS/TEMP] Too many connections\r\n", want: Certain, limited: true},
		// Redis to QUIT and to GET, NATS.
		{data: "+OK\r\n", request: "http"},
		{data: "-ERR wrong number of arguments for 'get' command\r\n", request: "http"},
		{data: "-ERR 'Unknown Protocol Operation'\r\n", request: "pop3"},
		{data: "HTTP/1.1 400 Bad Request\r\n\r\n", request: "pop3"},
	})
}

func TestPOP3Upgrade(t *testing.T) {
	sent, ok := playUpgrade(t, "pop3", "+OK Dovecot ready.\r\n", "+OK Begin TLS negotiation now.\r\n")
	if want := []string{"STLS|"}; !ok || !slices.Equal(sent, want) {
		t.Errorf("%q, %v; want %q", sent, ok, want)
	}
	if _, ok := playUpgrade(t, "pop3", "+OK ready\r\n", "-ERR Unknown command.\r\n"); ok {
		t.Error("a refusal starts TLS")
	}
}
