package protocol

import (
	"net/netip"
	"slices"
	"testing"
)

func TestSMTPReplies(t *testing.T) {
	checkReplies(t, "smtp", []replyCase{
		// Greetings of Debian's Exim, Postfix; RFC 5321 appendix D.1.
		{data: "220 lab.example ESMTP Exim 4.96 Sun, 29 Nov 2026 02:24:16 +0000\r\n", want: Certain, product: "Exim", version: "4.96"},
		{data: "220 lab.example ESMTP Postfix (Debian/GNU)\r\n", want: Certain, product: "Postfix", os: "Debian"},
		{data: "220-lab.example ESMTP Exim 4.96 #2 Sun, 29 Nov 2026 02:24:16 +0000 \r\n220-We do not authorize\r\n220 bulk mail.\r\n", want: Certain, product: "Exim", version: "4.96"},
		{data: "220 foo.com Simple Mail Transfer Service Ready\r\n", want: Likely},
		{data: "220 host.example ESMTP Sendmail 8.17.1.9/8.17.1.9/Debian-2; Sun, 29 Nov 2026\r\n", want: Certain, product: "Sendmail", version: "8.17.1.9", os: "Debian"},
		{data: "220 [IPv6:2001:db8::1] service ready\r\n", want: Likely},
		// Replies to EHLO.
		{data: "220 foo.com ready\r\n250-foo.com greets [192.0.2.1]\r\n250-8BITMIME\r\n250 HELP\r\n", request: "smtp", want: Certain},
		{data: "220 vm Dovecot (Debian) ready.\r\n500 5.5.1 Unknown command\r\n", request: "smtp"},
		{data: "220 foo.com ready\r\n", request: "smtp"},
		// Replies to other requests.
		{data: "220 lab.example ESMTP Exim 4.96 Sun\r\n500 unrecognized command\r\n", request: "http", want: Certain, product: "Exim", version: "4.96"},
		{data: "220 lab.example ESMTP Exim 4.96 Sun\r\n501 NUL characters are not allowed in SMTP commands\r\n501 NUL", request: "tls", want: Certain, product: "Exim", version: "4.96"},
		{data: "220 vm Dovecot (Debian) ready.\r\n250-vm\r\n250 PIPELINING\r\n", request: "lmtp"},
		// The server turns the client away.
		{data: "421 mail.example ESMTP Too many connections\r\n", want: Certain, limited: true},
		{data: "421 4.7.0 Too many connections\r\n", want: Likely, limited: true},
		{data: "554 5.7.1 Service unavailable; client [192.0.2.1] blocked\r\n", want: Likely, limited: true},
		// Other protocols.
		{data: "220 (vsFTPd 3.0.3)\r\n"},
		{data: "220 ftp.example FTP server ready.\r\n"},
		{data: "220 ProFTPD Server (Debian) [192.0.2.1]\r\n"},
		{data: "220 foo.edu LMTP server ready\r\n"},
		{data: "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10\r\n", request: "smtp"},
		{data: "HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n", request: "smtp"},
		{data: "2200 lab.example ESMTP\r\n"},
		{data: "200 news.example ESMTP\r\n"},
	})
}

func TestMailGreetingsOfOneFormNeedPortOrRequest(t *testing.T) {
	const dovecot = "220 vm Dovecot (Debian) ready.\r\n"
	for _, c := range []struct {
		request, data string
		port          uint16
		want          string
	}{
		{"", dovecot, 2000, ""},
		{"", dovecot, 25, "smtp"},
		{"", dovecot, 24, "lmtp"},
		{"", dovecot, 21, "ftp"},
		{"lmtp", dovecot + "250-vm\r\n250-PIPELINING\r\n250 ENHANCEDSTATUSCODES\r\n", 2000, "lmtp"},
		{"smtp", dovecot + "250-vm\r\n250-PIPELINING\r\n250 ENHANCEDSTATUSCODES\r\n", 24, "smtp"},
		{"ftp", dovecot + "211-Features:\r\n UTF8\r\n211 End\r\n", 25, "ftp"},
		{"ftp", dovecot + "500 5.5.1 Unknown command\r\n", 2000, ""},
		{"ftp", dovecot + "500 unrecognized command\r\n", 2000, ""},
		{"http", dovecot + "530 Please login with USER and PASS.\r\n", 25, "ftp"},
	} {
		if app := recognized(t, c.request, c.data, c.port); app != c.want {
			t.Errorf("%q to %q at port %d: %q, want %q", c.data, c.request, c.port, app, c.want)
		}
	}
}

func TestHelloContainsTheClientsAddress(t *testing.T) {
	for addr, want := range map[string]string{
		"192.0.2.1":        "EHLO [192.0.2.1]\r\n",
		"::ffff:192.0.2.1": "EHLO [192.0.2.1]\r\n",
		"2001:db8::7":      "EHLO [IPv6:2001:db8::7]\r\n",
		"fe80::1%eth0":     "EHLO [IPv6:fe80::1]\r\n",
	} {
		if got := string(hello("EHLO")(&Target{Local: netip.MustParseAddr(addr)})); got != want {
			t.Errorf("%s: %q, want %q", addr, got, want)
		}
	}
}

func TestMailUpgrades(t *testing.T) {
	const greeting = "220-lab.example ESMTP\r\n220 ready\r\n"
	for app, verb := range map[string]string{"smtp": "EHLO", "lmtp": "LHLO"} {
		sent, ok := playUpgrade(t, app, greeting, "250-lab.example\r\n250-STARTTLS\r\n250 HELP\r\n", "220 2.0.0 Ready to start TLS\r\n")
		if want := []string{verb + " [192.0.2.1]|", "STARTTLS|"}; !ok || !slices.Equal(sent, want) {
			t.Errorf("%s: %q, %v; want %q", app, sent, ok, want)
		}
		if sent, ok := playUpgrade(t, app, greeting, "250-lab.example\r\n250 HELP\r\n"); ok || len(sent) != 1 {
			t.Errorf("%s without STARTTLS: %q, %v", app, sent, ok)
		}
		if _, ok := playUpgrade(t, app, greeting, "250-lab.example\r\n250 STARTTLS\r\n", "454 4.7.0 TLS not available\r\n"); ok {
			t.Errorf("%s: a refusal starts TLS", app)
		}
		if _, ok := playUpgrade(t, app, greeting, "502 no\r\n"); ok {
			t.Errorf("%s: goes on after a refusal", app)
		}
	}
}
