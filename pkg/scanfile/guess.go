package scanfile

import (
	"bytes"
	"strconv"

	"portkit/pkg/endpoint"
	"portkit/pkg/record"
)

// received are masscan's services whose banners are the first bytes received. Those of all
// others, such as snmp, title and X509, are its summaries of what was received.
var received = map[string]bool{
	"unknown": true, "ssh": true, "http": true, "ftp": true, "smtp": true, "pop": true,
	"imap": true, "telnet": true,
}

// Guessed adds to r what masscan reports of a service, in the storage of f: its guess of the
// name, which is often wrong, and the banner.
func Guessed(r *record.Imported, f *endpoint.Finding, service string, banner []byte) {
	r.Own.Text("service", service)
	switch {
	case len(banner) == 0:
	case received[service]:
		*f = endpoint.Finding{Banner: banner}
		r.Finding = f
	default:
		r.Own.Text("banner", string(banner))
	}
}

// Unescape replaces \xHH, which masscan writes in text and XML, by the byte.
func Unescape(text []byte) []byte {
	if bytes.IndexByte(text, '\\') < 0 {
		return text
	}
	var b []byte
	for len(text) > 0 {
		if len(text) >= 4 && text[0] == '\\' && text[1] == 'x' {
			if n, err := strconv.ParseUint(string(text[2:4]), 16, 8); err == nil {
				b, text = append(b, byte(n)), text[4:]
				continue
			}
		}
		b, text = append(b, text[0]), text[1:]
	}
	return b
}
