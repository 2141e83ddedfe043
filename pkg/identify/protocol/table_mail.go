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
	}
}
