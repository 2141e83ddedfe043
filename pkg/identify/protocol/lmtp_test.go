package protocol

import "testing"

func TestLMTPReplies(t *testing.T) {
	checkReplies(t, "lmtp", []replyCase{
		// RFC 2033 section 4.1 and Debian's Dovecot.
		{data: "220 foo.edu LMTP server ready\r\n", want: Certain},
		{data: "220 vm Dovecot (Debian) ready.\r\n", want: Likely, product: "Dovecot", os: "Debian"},
		{data: "220 vm Dovecot (Debian) ready.\r\n250-vm\r\n250 8BITMIME\r\n", request: "lmtp", want: Certain, product: "Dovecot", os: "Debian"},
		{data: "220 vm Dovecot (Debian) ready.\r\n500 5.5.1 Unknown command\r\n", request: "smtp", want: Likely, product: "Dovecot", os: "Debian"},
		{data: "220 foo.com ready\r\n250 foo.com\r\n", request: "smtp"},
		{data: "220 foo.com ready\r\n502 not implemented\r\n", request: "lmtp"},
		{data: "220 lab.example ESMTP Exim 4.96 Sun\r\n"},
		{data: "220 (vsFTPd 3.0.3)\r\n"},
	})
}
