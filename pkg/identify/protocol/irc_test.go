package protocol

import "testing"

func TestIRCReplies(t *testing.T) {
	checkReplies(t, "irc", []replyCase{
		// Debian's ngircd, RFC 2812 sections 2.3 and 5.2, IRCv3 capability negotiation.
		{data: ":irc.lab.example 451 * :Connection not registered\r\n", request: "redis", want: Certain},
		{data: "ERROR :\"Oops, HTTP request received? This is IRC!\"\r\n", request: "http", want: Certain},
		{data: ":irc.example CAP * LS :multi-prefix sasl\r\n", request: "irc", want: Certain},
		{data: ":irc.example 421 * CAP :Unknown command\r\n", request: "irc", want: Certain},
		{data: ":irc.example NOTICE * :*** Looking up your hostname...\r\n", want: Certain},
		{data: "NOTICE AUTH :*** Checking Ident\r\n", want: Certain},
		{data: "ERROR :Closing Link: 192.0.2.1 (Too many connections)\r\n", want: Certain, limited: true},
		{data: ":irc.example 020 * :Please wait while we process your connection.\r\n", want: Certain},
		// memcached, STOMP, an echo, prose.
		{data: "ERROR\r\n", request: "irc"},
		{data: "ERROR\nmessage:x\n\n\x00", request: "irc"},
		{data: "CAP LS 302\r\n", request: "irc"},
		{data: ":-) 451 * :hello\r\n"},
		{data: "HTTP/1.1 451 * :x\r\n", request: "irc"},
	})
}
