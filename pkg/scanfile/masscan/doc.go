// Package masscan reads the results of masscan in all formats but its XML, which is like
// nmap's, and its binary one, which masscan itself converts.
//
// Every reply that masscan received is a result. A port that replied to a probe and then sent
// a banner has two or more. Names of services are guesses by the first bytes (an SMTP server
// is "ftp"), so they stay in masscan's words.
package masscan

import (
	"bytes"
	"net/netip"
	"strconv"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/record"
	"portkit/pkg/scanfile"
)

// reply is a result in masscan's words, which all formats have.
type reply struct {
	addr   netip.Addr
	time   time.Time
	port   []byte
	proto  []byte
	status []byte
	reason []byte
	ttl    uint8
	// isBanner is set for a result of the second kind.
	isBanner bool
	service  []byte
	banner   []byte
}

// derived are the services whose banners are masscan's summaries of what was received. Those
// of all others are the first bytes.
var derived = map[string]bool{
	"title": true, "http.server": true, "html": true, "ssl": true, "X509": true, "X509CA": true,
	"vuln": true, "heartbleed": true, "ticketbleed": true, "smb": true, "rdp": true,
}

// writer writes replies.
type writer struct {
	out    *scanfile.Output
	words  scanfile.Translator
	result record.Imported
	found  endpoint.Finding
}

// put writes a reply.
func (w *writer) put(y *reply) error {
	proto, ok := scanfile.ParseProto(y.proto)
	if !ok {
		w.out.Skip(scanfile.OtherProto, 1)
		return nil
	}
	if string(y.port) == "0" {
		w.out.Skip(scanfile.PortZero, 1)
		return nil
	}
	port, err := scanfile.ParsePort(y.port)
	if err != nil {
		return err
	}
	if y.isBanner {
		y.status = open
	}
	r := &w.result
	ep := endpoint.Endpoint{Addr: y.addr, Port: port, Proto: proto}
	if !w.words.Begin(r, scanfile.Masscan, ep, scanfile.MethodOf(proto), y.status, y.reason) {
		w.out.Skip(scanfile.NoState, 1)
		return nil
	}
	r.Time, r.TTL = y.time, y.ttl
	r.Own.Text("service", string(y.service))
	switch {
	case len(y.banner) == 0:
	case derived[string(y.service)]:
		r.Own.Text("banner", string(y.banner))
	default:
		w.found = endpoint.Finding{Banner: y.banner}
		r.Finding = &w.found
	}
	return w.out.Put(r)
}

// open is the state of a port that sent a banner.
var open = []byte(endpoint.Open.String())

// unescape replaces \xHH, which masscan's text formats use, by the byte.
func unescape(text []byte) []byte {
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
