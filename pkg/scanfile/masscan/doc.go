// Package masscan reads the results of masscan in all formats but its XML, which is like
// nmap's, and its binary one, which masscan itself converts.
//
// Every reply that masscan received is a result. A port that replied to a probe and then sent
// a banner has two or more. Names of services are guesses by the first bytes (an SMTP server
// is "ftp"), so they stay in masscan's words.
package masscan

import (
	"net/netip"
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
		y.status = scanfile.OpenWord
	}
	r := &w.result
	ep := endpoint.Endpoint{Addr: y.addr, Port: port, Proto: proto}
	if !w.words.BeginInWords(r, scanfile.Masscan, ep, scanfile.MethodOf(proto, endpoint.SYN), y.status, y.reason) {
		w.out.Skip(scanfile.NoState, 1)
		return nil
	}
	r.Time, r.TTL = y.time, y.ttl
	scanfile.Guessed(r, &w.found, string(y.service), y.banner)
	return w.out.Put(r)
}
