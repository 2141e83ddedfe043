package protocol

import "time"

// small returns the small services of inetd. Discard is not among them: it never replies.
func small() []Protocol {
	return []Protocol{
		{App: "echo", Source: "RFC 862", Ports: p(7), Requests: one("echo", echoRequest), Match: echoMatch},
		{App: "daytime", Source: "RFC 867", Ports: p(13), Greets: time.Second, Match: daytimeMatch},
		{App: "qotd", Source: "RFC 865", Ports: p(17), Greets: time.Second, Match: qotdMatch},
		{App: "chargen", Source: "RFC 864", Ports: p(19), Greets: time.Second, Match: chargenMatch},
		{App: "time", Source: "RFC 868", Ports: p(37), Greets: time.Second, Match: timeMatch},
		{App: "finger", Source: "RFC 1288", Ports: p(79), Requests: one("finger", send("\r\n")), Match: fingerMatch},
		{App: "ident", Source: "RFC 1413 section 6", Ports: p(113), Requests: one("ident", send("1, 1\r\n")), Match: identMatch},
	}
}
