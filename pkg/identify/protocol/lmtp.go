package protocol

// lmtpMatch recognizes a server's greeting that names LMTP, and its reply to LHLO
// (RFC 2033 section 4.1). Without either it cannot be told from SMTP.
func lmtpMatch(r *Reply) Match {
	return mailMatch(r, "lmtp", []string{"LMTP"}, []string{"ESMTP", "ESMTPS", "ESMTPA", "SMTP", "FTP", "NNTP"})
}
