package protocol

import (
	"slices"
	"testing"
)

func TestIMAPReplies(t *testing.T) {
	const dovecot = "* OK [CAPABILITY IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+ STARTTLS AUTH=PLAIN] Dovecot (Debian) ready.\r\n"
	checkReplies(t, "imap", []replyCase{
		// Debian's Dovecot, RFC 9051 section 7.1, RFC 2971 section 3.2.
		{data: dovecot, want: Certain, product: "Dovecot", os: "Debian"},
		{data: dovecot + "GET BAD Error in IMAP command received by server.\r\n", request: "http", want: Certain, product: "Dovecot", os: "Debian"},
		{data: "* OK IMAP4rev1 ready\r\n* ID (\"name\" \"Cyrus\" \"version\" \"1.5\" \"os\" \"sunos\" \"os-version\" \"5.5\")\r\na OK ID completed\r\n", request: "imap-id", want: Certain, product: "Cyrus", version: "1.5", os: "sunos"},
		{data: dovecot + "* ID NIL\r\na OK ID completed.\r\n", request: "imap-id", want: Certain, product: "Dovecot", os: "Debian"},
		{data: "* OK host.example Cyrus IMAP 3.6.1 server ready\r\n", want: Certain, product: "Cyrus IMAP", version: "3.6.1"},
		{data: "* OK ready\r\na BAD Unknown command\r\n", request: "imap", want: Certain},
		{data: "* PREAUTH ready\r\n", want: Certain},
		{data: "* BYE Too many connections\r\n", want: Certain, limited: true},
		// An echo, ACAP, other protocols.
		{data: "a CAPABILITY\r\n", request: "imap"},
		{data: "* ACAP (IMPLEMENTATION \"x\")\r\n"},
		{data: "* OKAY\r\n"},
		{data: "+OK Dovecot ready.\r\n", request: "imap"},
	})
}

func TestIMAPRequestNamesTheClient(t *testing.T) {
	for agent, want := range map[string]string{
		"portid/1.0":     "a ID (\"name\" \"portid\" \"version\" \"1.0\")\r\n",
		"a\"b\\\r\nc/2é": "a ID (\"name\" \"abc\" \"version\" \"2\")\r\n",
	} {
		if got := string(imapIDRequest(&Target{Agent: agent})); got != want {
			t.Errorf("%q: %q, want %q", agent, got, want)
		}
	}
}

func TestIMAPUpgrade(t *testing.T) {
	sent, ok := playUpgrade(t, "imap", "* OK ready\r\n", "* OK still here\r\na OK Begin TLS negotiation now.\r\n")
	if want := []string{"a STARTTLS|"}; !ok || !slices.Equal(sent, want) {
		t.Errorf("%q, %v; want %q", sent, ok, want)
	}
	if _, ok := playUpgrade(t, "imap", "* OK ready\r\n", "a BAD TLS is not available.\r\n"); ok {
		t.Error("a refusal starts TLS")
	}
}
