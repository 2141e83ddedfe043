package protocol

import "strings"

// ftpMatch recognizes a server's greeting (RFC 959 section 5.4) that names FTP, and the
// replies that only FTP has: to FEAT, and to commands before the login.
func ftpMatch(r *Reply) (m Match) {
	all, ok := statuses(r)
	if !ok || len(all) == 0 {
		m.More = ok && !r.Ended
		return m
	}
	greeting := &all[0]
	text := greeting.text()
	if m.Strength = ftpStrength(greeting); m.Strength == No {
		return m
	}
	if len(all) == 1 && r.cut() {
		m.Strength = Likely
	}
	m.More = !r.Ended && (!greeting.whole || m.Strength < Certain && r.Request != "" && len(all) < 2)
	if len(all) == 1 && m.Strength < Certain && r.For("ftp") {
		return Match{More: m.More} // the greeting alone does not decide
	}
	if len(all) > 1 && m.Strength < Certain {
		switch reply := &all[1]; {
		case reply.code == "530" && ftpLogin(reply) || r.For("ftp") && reply.code == "211":
			m.Strength = Certain
		case reply.code == "250" || reply.enhanced() || r.For("ftp"):
			return Match{More: m.More}
		}
	}
	m.Limited = greeting.code == "421"
	m.Product, m.Version = ftpProduct(text)
	m.OS = system(text)
	m.Texts = []Text{{"ftp.banner", text}}
	return m
}

// ftpStrength returns what the greeting alone amounts to.
func ftpStrength(greeting *status) Strength {
	text := greeting.text()
	switch {
	case greeting.code != "220" && greeting.code != "120" && greeting.code != "421":
		return No
	case hasWord(text, "ESMTP", "SMTP", "LMTP", "HYLAFAX"), greeting.enhanced():
		return No
	case ftpNamed(text):
		return Certain
	}
	return Likely
}

// ftpNamed reports whether a greeting names FTP or a server whose name contains it.
func ftpNamed(text string) bool {
	for _, word := range words(text) {
		if word == "FTP" || strings.HasSuffix(word, "FTPD") || word == "FTPSERVER" {
			return true
		}
	}
	product, _ := ftpProduct(text)
	return product != ""
}

// ftpLogin reports whether a reply demands a login in the terms of FTP. SMTP, whose code
// 530 has another meaning, adds an enhanced status code.
func ftpLogin(s *status) bool {
	return !s.enhanced() && hasWord(s.text(), "LOGIN", "LOG", "LOGGED", "USER")
}

func ftpProduct(text string) (product, version string) {
	return known(text, "vsFTPd", "ProFTPD", "Pure-FTPd", "FileZilla Server", "Microsoft FTP Service",
		"pyftpdlib", "Serv-U", "bftpd", "CrushFTP", "glFTPd", "Titan FTP Server", "WS_FTP", "Xlight FTP Server",
		"tnftpd", "uftpd", "SFTPGo", "Wing FTP Server", "GNU inetutils")
}
