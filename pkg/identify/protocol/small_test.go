package protocol

import "testing"

// Replies of Debian's xinetd where not stated otherwise.

func TestEchoReplies(t *testing.T) {
	checkReplies(t, "echo", []replyCase{
		{data: "portid/1.0 echo\r\n", request: "echo", want: Certain},
		{data: string(xmppHeader(sampleTarget())), request: "xmpp", want: Certain},
		{data: "$ portid/1.0 echo\r\n", request: "echo"},
		{data: "portid/2.0 echo\r\n", request: "echo"},
		{data: "1, 1\r\n", request: "ident"},
		{data: "hello\r\n"},
	})
}

func TestEchoIsNotTheProtocolOfTheRequest(t *testing.T) {
	for _, q := range allRequests(Table()) {
		if q.Name == "echo" {
			continue
		}
		app := recognized(t, q.Name, string(q.Build(sampleTarget())), 0)
		if want := "echo"; app != want && !(app == "" && len(q.Build(sampleTarget())) < echoMin) {
			t.Errorf("echo of %s: %q", q.Name, app)
		}
	}
}

func TestDaytimeReplies(t *testing.T) {
	checkReplies(t, "daytime", []replyCase{
		{data: "29 NOV 2026 02:24:17 UTC\r\n", want: Likely},
		{data: "Sun Nov 29 02:24:17 2026\r\n", want: Likely}, // BSD
		{data: "\n60643 26-11-29 02:24:17 00 0 0 895.5 UTC(NIST) * \n", want: Likely},
		{data: "Tuesday, February 22, 1982 17:37:43-PST\r\n", want: Likely}, // RFC 867
		{data: "220 lab.example ready\r\n"},
		{data: "quote of the day\n"},
		{data: "29 NOV 2026 02:24:17 UTC\r\n", request: "http"},
	})
}

func TestTimeReplies(t *testing.T) {
	checkReplies(t, "time", []replyCase{
		{data: "\xee\xb7\x12\x7e\x00\x00\x00\x00", want: Weak}, // GNU inetutils on 64 bits
		{data: "\xee\xb7\x12\x7e\x00\x00\x00\x01"},
		{data: "\xee\xb6\x0bQ", want: Weak},
		{data: "\xee\xb6\x0bQ1"},
		{data: "\xee\xb6\x0bQ", request: "http"},
	})
	for port, want := range map[uint16]string{37: "time", 2000: ""} {
		if app := recognized(t, "", "\xee\xb6\x0bQ", port); app != want {
			t.Errorf("port %d: %q, want %q", port, app, want)
		}
	}
}

func TestQuoteReplies(t *testing.T) {
	for port, want := range map[uint16]string{17: "qotd", 2000: "", 21: ""} {
		if app := recognized(t, "", "quote of the day\n", port); app != want {
			t.Errorf("port %d: %q, want %q", port, app, want)
		}
	}
	if app := recognized(t, "", "SSH-2.0-OpenSSH_9.2p1\r\n", 17); app != "ssh" {
		t.Errorf("SSH at the port of quotes: %q", app)
	}
}

func TestChargenReplies(t *testing.T) {
	checkReplies(t, "chargen", []replyCase{
		{data: "!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefgh\r\n\"#$%&'()*+,-./0123456789", want: Certain},
		// RFC 864, in the middle of the ring.
		{data: "XYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~ !\"#$%&'()*+,-./0123456789:;<=>?@\r\nYZ[\\]^_`abcdefg", request: "http", want: Certain},
		{data: "ABCDEFGHIJKLMNOPQRSTUVWXYZ\r\nBCDEFGHIJ"},
		{data: "!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefgh\r\n!\"#$%&'()*+,-./"},
		{data: "SSH-2.0-OpenSSH_9.2p1\r\n"},
	})
}

func TestFingerReplies(t *testing.T) {
	checkReplies(t, "finger", []replyCase{
		// Debian's fingerd with finger(1), GNU inetutils.
		{data: "Login     Name       Tty      Idle  Login Time   Office     Office Phone\r\nroot      root       pts/0          Nov 29 02:24\r\n", request: "finger", want: Certain},
		{data: "No one logged on.\r\n", request: "finger", want: Certain},
		{data: "Login: please\r\n", request: "finger"},
		{data: "No one logged on.\r\n"},
		{data: "finger: GET: no such user.\r\nfinger: /: no such user.\r\n", request: "http", want: Certain},
		{data: "finger: no such user.\r\n", request: "http"},
		{data: "HTTP/1.1 400 Bad Request\r\n\r\n", request: "finger"},
	})
}

func TestIdentReplies(t *testing.T) {
	checkReplies(t, "ident", []replyCase{
		// Debian's oidentd, RFC 1413 sections 3 and 6.
		{data: "1,1:ERROR:NO-USER\r\n", request: "ident", want: Certain},
		{data: "6193, 23 : USERID : UNIX : stjohns\r\n", request: "ident", want: Certain},
		{data: "0, 0 : ERROR : INVALID-PORT\r\n", request: "http", want: Certain},
		{data: "1, 1\r\n", request: "ident"},
		{data: "1,1:ERROR:BAD DAY\r\n", request: "ident"},
		{data: "12:30:45\r\n", request: "ident"},
		{data: "220 ready\r\n", request: "ident"},
	})
}
