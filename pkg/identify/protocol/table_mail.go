package protocol

import "time"

// mail returns the protocols of mail, news, chat and file transfer.
func mail() []Protocol {
	return []Protocol{
		{
			App: "smtp", Source: "RFC 5321 sections 4.2 and 4.3.1, RFC 3207", Ports: p(25, 587, 2525), TLSPorts: p(465),
			Greets: 10 * time.Second, Requests: []Request{{Name: "smtp", Build: hello("EHLO")}},
			Match: smtpMatch, Upgrade: mailUpgrade("EHLO"),
		},
		{
			App: "lmtp", Source: "RFC 2033 section 4", Ports: p(24), Greets: 10 * time.Second,
			Requests: []Request{{Name: "lmtp", Build: hello("LHLO")}},
			Match:    lmtpMatch, Upgrade: mailUpgrade("LHLO"),
		},
		{
			App: "ftp", Source: "RFC 959 sections 4.2 and 5.4, RFC 2389, RFC 4217", Ports: p(21), TLSPorts: p(990),
			Greets: 5 * time.Second, Requests: []Request{{Name: "ftp", Build: send("FEAT\r\n")}},
			Match: ftpMatch,
			Upgrade: &Upgrade{
				Greeting: statusGreeting,
				Steps:    []UpgradeStep{statusStep(send("AUTH TLS\r\n"), "234", "")},
			},
		},
		{
			App: "pop3", Source: "RFC 1939, RFC 2449, RFC 2595", Ports: p(110), TLSPorts: p(995), Greets: 5 * time.Second,
			Requests: []Request{{Name: "pop3", Build: send("CAPA\r\n")}},
			Match:    pop3Match, Upgrade: lineUpgrade([]string{"+OK", "-ERR"}, "STLS\r\n", "+OK", "-ERR"),
		},
		{
			App: "imap", Source: "RFC 9051 sections 7.1 and 6.2.1, RFC 2971", Ports: p(143, 220), TLSPorts: p(993), Greets: 5 * time.Second,
			Requests: []Request{{Name: "imap", Build: send("a CAPABILITY\r\n")}, {Name: "imap-id", Build: imapIDRequest}},
			Match:    imapMatch, Upgrade: lineUpgrade([]string{"* OK", "* PREAUTH", "* BYE"}, "a STARTTLS\r\n", "a OK", "a NO", "a BAD"),
		},
		{
			App: "sieve", Source: "RFC 5804 sections 1.7 and 2.2", Ports: p(4190, 2000), Greets: 5 * time.Second,
			Requests: []Request{{Name: "sieve", Build: send("CAPABILITY\r\n")}},
			Match:    sieveMatch, Upgrade: lineUpgrade([]string{"OK", "NO", "BYE"}, "STARTTLS\r\n", "OK", "NO", "BYE"),
		},
		{
			App: "nntp", Source: "RFC 3977 section 5, RFC 4642", Ports: p(119, 433), TLSPorts: p(563), Greets: 5 * time.Second,
			Requests: []Request{{Name: "nntp", Build: send("CAPABILITIES\r\n")}},
			Match:    nntpMatch,
			Upgrade: &Upgrade{
				Greeting: statusGreeting,
				Steps:    []UpgradeStep{statusStep(send("STARTTLS\r\n"), "382", "")},
			},
		},
		{
			App: "irc", Source: "RFC 2812 section 2.3; IRCv3, Capability Negotiation", Ports: p(194, 6665, 6666, 6667, 6668, 6669, 7000),
			TLSPorts: p(994, 6697), Requests: []Request{{Name: "irc", Build: send("CAP LS 302\r\n")}},
			Match: ircMatch,
		},
		{
			App: "xmpp", Source: "RFC 6120 sections 4.7 and 5", Ports: p(5222, 5269), TLSPorts: p(5223, 5270),
			Requests: []Request{{Name: "xmpp", Build: xmppHeader}},
			Match:    xmppMatch, Upgrade: xmppUpgrade(),
		},
	}
}
