package protocol

import (
	"net/netip"
	"strings"
)

// smtpMatch recognizes a server's greeting (RFC 5321 section 4.2, "220 domain text") and
// its reply to EHLO.
func smtpMatch(r *Reply) Match {
	return mailMatch(r, "smtp", []string{"ESMTP", "ESMTPS", "ESMTPA", "SMTP"}, []string{"LMTP", "FTP", "NNTP"})
}

// mailMatch recognizes SMTP, or LMTP, which differs in the words of its greeting and in
// the reply to the greeting of the client.
func mailMatch(r *Reply, name string, own, others []string) (m Match) {
	all, ok := statuses(r)
	if !ok || len(all) == 0 {
		m.More = ok && !r.Ended
		return m
	}
	greeting := &all[0]
	text := greeting.text()
	if m.Strength = mailStrength(greeting, own, others); m.Strength == No {
		return m
	}
	if len(all) == 1 && r.cut() {
		m.Strength = Likely
	}
	m.More = !r.Ended && (!greeting.whole || m.Strength < Certain && r.Request != "" && len(all) < 2)
	if len(all) == 1 && m.Strength < Certain && r.For(name) {
		return Match{More: m.More} // the greeting alone does not decide
	}
	if len(all) > 1 && m.Strength < Certain {
		accepted := all[1].code == "250"
		switch {
		case r.For(name) && accepted:
			m.Strength = Certain
		case r.For(name), accepted && (r.For("smtp") || r.For("lmtp")):
			return Match{}
		}
	}
	m.Limited = greeting.code != "220"
	m.Product, m.Version = mailProduct(text)
	m.OS = system(text)
	m.Texts = []Text{{"smtp.banner", text}}
	return m
}

// mailStrength returns what the greeting alone amounts to.
func mailStrength(greeting *status, own, others []string) Strength {
	text := greeting.text()
	first, _, _ := strings.Cut(text, " ")
	switch {
	case greeting.code != "220" && greeting.code != "421" && greeting.code != "554":
		return No
	case hasWord(text, own...):
		return Certain
	case hasWord(text, others...) || ftpNamed(text):
		return No
	case greeting.code == "220" && !isDomain(first):
		return No
	}
	return Likely
}

// mailProduct returns the server that a greeting names.
func mailProduct(text string) (product, version string) {
	return known(text, "Exim", "Postfix", "Sendmail", "OpenSMTPD", "Dovecot", "Haraka", "Cyrus",
		"MailEnable", "hMailServer", "MDaemon", "IceWarp", "Kerio Connect", "CommuniGate Pro",
		"Microsoft ESMTP MAIL Service", "Stalwart", "qpsmtpd", "James", "Mailpit", "MailHog")
}

// isDomain reports whether s is a domain or an address literal (RFC 5321 section 4.1.2).
func isDomain(s string) bool {
	if literal, ok := strings.CutPrefix(s, "["); ok {
		literal, ok = strings.CutSuffix(literal, "]")
		_, err := netip.ParseAddr(strings.TrimPrefix(literal, "IPv6:"))
		return ok && err == nil
	}
	if s == "" || len(s) > 255 || !isAlnum(s[0]) {
		return false
	}
	for i := range len(s) {
		if !isAlnum(s[i]) && strings.IndexByte("-._", s[i]) < 0 {
			return false
		}
	}
	return true
}

// hello returns the client's greeting, which contains the address of its end of the
// connection (RFC 5321 section 4.1.3).
func hello(verb string) func(*Target) []byte {
	return func(t *Target) []byte { return []byte(verb + " " + addressLiteral(t.Local) + "\r\n") }
}

func addressLiteral(a netip.Addr) string {
	a = a.Unmap().WithZone("")
	if a.Is6() {
		return "[IPv6:" + a.String() + "]"
	}
	return "[" + a.String() + "]"
}

// mailUpgrade is STARTTLS (RFC 3207) after the client's greeting.
func mailUpgrade(verb string) *Upgrade {
	return &Upgrade{Greeting: statusGreeting, Steps: []UpgradeStep{
		statusStep(hello(verb), "250", "STARTTLS"),
		statusStep(send("STARTTLS\r\n"), "220", ""),
	}}
}
