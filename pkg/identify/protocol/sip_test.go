package protocol

import (
	"strings"
	"testing"
)

// kamailio is the reply of Kamailio 5.6.3 on Debian 12.
const kamailio = "SIP/2.0 200 OK\r\nVia: SIP/2.0/TCP 127.0.0.1;branch=z9hG4bK0123456789abcdef;rport=52166;received=127.0.0.1\r\n" +
	"To: <sip:127.0.0.1:20061>;tag=7673aa496487d1ffa9dbe949a6a95e1e.78550000\r\nFrom: <sip:127.0.0.1>;tag=0123456789abcdef\r\n" +
	"Call-ID: 0123456789abcdef@127.0.0.1\r\nCSeq: 1 OPTIONS\r\nServer: kamailio (5.6.3 (x86_64/linux))\r\nContent-Length: 0\r\n\r\n"

func TestSIP(t *testing.T) {
	checkReplies(t, "sip", []replyCase{
		{request: "sip", data: kamailio, want: Certain, product: "kamailio", version: "5.6.3", os: "Linux"},
		// RFC 3261 section 21.4, with the fields Server and User-Agent of the examples of Recog.
		{request: "sip", data: "SIP/2.0 404 Not Found\r\nServer: Asterisk PBX 16.2.1~dfsg-1\r\nContent-Length: 0\r\n\r\n", want: Certain, product: "Asterisk PBX", version: "16.2.1~dfsg-1"},
		{request: "sip", data: "SIP/2.0 200 OK\r\nUser-Agent: FreeSWITCH-mod_sofia/1.10.3-release\r\n\r\n", want: Certain, product: "FreeSWITCH-mod_sofia", version: "1.10.3-release"},
		{request: "http", data: "SIP/2.0 400 Bad Request\r\n\r\n", want: Certain},
		{request: "sip", data: "SIP/1.0 400 Bad Request\r\n\r\n", want: No},
		{request: "sip", data: "SIP/2.0/TCP 400 Bad Request\r\n\r\n", want: No},
		{request: "sip", data: "HTTP/1.1 400 Bad Request\r\nServer: nginx/1.22.1\r\n\r\n", want: No},
		{request: "sip", data: "RTSP/1.0 400 Bad Request\r\n\r\n", want: No},
		{request: "sip", data: "\r\n\r\n", want: No},
		{request: "sip", data: string(sipBuild(sampleTarget())), want: No},
	})
}

func TestSIPRequest(t *testing.T) {
	got := string(sipBuild(sampleTarget()))
	for _, line := range []string{
		"OPTIONS sip:192.0.2.7:4000 SIP/2.0\r\nVia: SIP/2.0/TCP 192.0.2.1;rport;branch=z9hG4bK",
		"\r\nMax-Forwards: 0\r\n", "\r\nTo: <sip:192.0.2.7:4000>\r\n", "\r\nFrom: <sip:192.0.2.1>;tag=",
		"\r\nCSeq: 1 OPTIONS\r\n", "\r\nContent-Length: 0\r\n\r\n",
	} {
		if !strings.Contains(got, line) {
			t.Errorf("%q lacks %q", got, line)
		}
	}
	if strings.Contains(got, "@") {
		t.Errorf("%q contains a user name", got)
	}
	inTLS := sampleTarget()
	inTLS.TLS = true
	if got := string(sipBuild(inTLS)); !strings.Contains(got, "Via: SIP/2.0/TLS ") {
		t.Errorf("in TLS: %q", got)
	}
}
