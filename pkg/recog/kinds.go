package recog

// Kinds of texts in the database, and which part of what a service sent each is. Texts
// have no line end, unless noted.
const (
	DNSVersionBind   = "dns.versionbind"      // text of the TXT record version.bind
	FTPBanner        = "ftp.banner"           // greeting after the reply code
	HTMLTitle        = "html_title"           // content of the element title
	HTTPAuthenticate = "http_header.wwwauth"  // value of WWW-Authenticate
	HTTPCookie       = "http_header.cookie"   // value of Set-Cookie
	HTTPServer       = "http_header.server"   // value of Server
	IMAPBanner       = "imap4.banner"         // greeting after "* OK "
	LDAPSearchResult = "ldap.search_result"   // bytes of the search result of the root DSE
	MySQLBanner      = "mysql.banners"        // version in the handshake
	MySQLError       = "mysql.error"          // message of the error packet
	NNTPBanner       = "nntp.banner"          // greeting after the reply code
	NTPReadvar       = "ntp.readvar"          // variables, with line ends
	POP3Banner       = "pop3.banner"          // greeting after "+OK "
	RTSPServer       = "rtsp_header.server"   // value of Server
	SIPServer        = "sip_header.server"    // value of Server
	SMTPBanner       = "smtp.banner"          // one line of the greeting, after the reply code
	SNMPDescription  = "snmp.sys_description" // sysDescr
	SSHBanner        = "ssh.banner"           // identification after "SSH-2.0-"
	X509Issuer       = "x509.issuer"          // as pkix.Name.String writes it
	X509Subject      = "x509.subject"         // as pkix.Name.String writes it
)
