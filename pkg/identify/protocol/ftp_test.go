package protocol

import (
	"slices"
	"testing"
)

func TestFTPReplies(t *testing.T) {
	const login = "530 Please login with USER and PASS.\r\n"
	checkReplies(t, "ftp", []replyCase{
		// Debian's vsftpd, ProFTPD and Pure-FTPd; RFC 959 section 5.4 and RFC 2389.
		{data: "220 (vsFTPd 3.0.3)\r\n", want: Certain, product: "vsFTPd", version: "3.0.3"},
		{data: "220 (vsFTPd 3.0.3)\r\n" + login, request: "http", want: Certain, product: "vsFTPd", version: "3.0.3"},
		{data: "220 ProFTPD Server (Debian) [::ffff:192.0.2.1]\r\n", want: Certain, product: "ProFTPD", os: "Debian"},
		{data: "220 ProFTPD 1.3.8 Server (lab) [192.0.2.1]\r\n", want: Certain, product: "ProFTPD", version: "1.3.8"},
		{data: "220---------- Welcome to Pure-FTPd [privsep] [TLS] ----------\r\n220-You are user number 1 of 50 allowed.\r\n220 You will be disconnected after 15 minutes of inactivity.\r\n", want: Certain, product: "Pure-FTPd"},
		{data: "220-FileZilla Server 1.8.0\r\n220 Please visit us\r\n", want: Certain, product: "FileZilla Server", version: "1.8.0"},
		{data: "220 lab FTP server (GNU inetutils 2.4) ready.\r\n", want: Certain, product: "GNU inetutils", version: "2.4"},
		{data: "220 Service ready for new user.\r\n", want: Likely},
		{data: "120 Service ready in 5 minutes.\r\n", want: Likely},
		{data: "220-Welcome\r\n   to this host\r\n220 ready\r\n" + login, request: "tls", want: Certain},
		{data: "220 Welcome\r\n211-Features:\r\n MDTM\r\n UTF8\r\n211 End\r\n", request: "ftp", want: Certain},
		{data: "220 Welcome\r\n500 FEAT not understood\r\n", request: "ftp"},
		{data: "220 Welcome\r\n250 Welcome\r\n", request: "smtp"},
		{data: "421 There are too many connected users, please try later.\r\n", want: Likely, limited: true},
		{data: "421 vsFTPd: too many connections\r\n", want: Certain, product: "vsFTPd", limited: true},
		// Other protocols.
		{data: "220 ftp.example ESMTP Postfix\r\n"},
		{data: "220 mail.example ready\r\n530 5.7.0 Must issue a STARTTLS command first\r\n", request: "http"},
		{data: "220 lab server (HylaFAX (tm) Version 6.0.6) ready.\r\n"},
		{data: "421 4.7.0 Too many connections\r\n"},
		{data: "HTTP/1.1 400 Bad Request\r\n\r\n", request: "ftp"},
		{data: "SSH-2.0-OpenSSH_9.2p1\r\n", request: "ftp"},
	})
}

func TestFTPUpgrade(t *testing.T) {
	sent, ok := playUpgrade(t, "ftp", "220-Welcome\r\n to FTP\r\n220 ready\r\n", "234 Proceed with negotiation.\r\n")
	if want := []string{"AUTH TLS|"}; !ok || !slices.Equal(sent, want) {
		t.Errorf("%q, %v; want %q", sent, ok, want)
	}
	if _, ok := playUpgrade(t, "ftp", "220 (vsFTPd 3.0.3)\r\n", "530 Please login with USER and PASS.\r\n"); ok {
		t.Error("a refusal starts TLS")
	}
}
