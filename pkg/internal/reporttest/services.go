package reporttest

import (
	"fmt"

	"portkit/pkg/endpoint"
	"portkit/pkg/record"
)

// services returns hosts with every kind of service: as registered and not, inside TLS,
// with STARTTLS, with certificates that have expired, expire soon and later, and a host
// that accepts every connection. The details are those of results, which summaries do
// not contain; the last host is from a summary.
func services() []record.Summary {
	open := func(host, ip string, proto endpoint.Proto, found ...record.Found) record.Summary {
		reason := endpoint.SynAck
		if proto == endpoint.UDP {
			reason = endpoint.UDPResponse
		}
		s := Host(host, ip, proto)
		for _, f := range found {
			s.Spans = append(s.Spans, Span(f.Port, f.Port, endpoint.Open, reason))
		}
		s.Found = found
		return s
	}
	const details = `{"time":"2026-02-03T04:00:00.000Z","rtt_ms":1.250,`
	const web = details + `"vendor":"F5","cpe":["cpe:2.3:a:f5:nginx:1.22.1:*:*:*:*:*:*:*"],"tls_version":"1.3","http_status":200,"http_title":"A \"title\", and more",` +
		`"own":{"owner":"ops","rack":[1,2]}}`
	first := open("192.0.2.1", "192.0.2.1", endpoint.TCP,
		record.Found{Port: 22, App: "ssh", Product: `{"product":"OpenSSH","version":"9.2p1","os":"Debian"}`, Detail: details + `"own":{"owner":"ops"}}`},
		record.Found{Port: 53, App: "dns", Product: `{"product":"dnsmasq","version":"2.90"}`},
		record.Found{
			Port: 443, App: "http", Product: `{"product":"nginx","version":"1.22.1"}`,
			Cert: `{"not_after":"2027-02-01T00:00:00Z","names":["a.example","*.a.example","b.example","192.0.2.1"],"issuer":"CN=ca","sha256":"0a"}`, Detail: web,
		},
		record.Found{Port: 445, App: "smb", Product: `{"os":"Windows"}`},
		record.Found{Port: 993, App: "imap", Cert: `{"not_after":"2026-02-03T10:00:00Z","names":["mail.example"],"sha256":"0b"}`},
		record.Found{Port: 8080, App: "http", Cert: `{"not_after":"2026-02-05T00:00:00Z","sha256":"0c"}`},
		record.Found{Port: 8443, App: "ssh", Detail: `{"time":"2026-02-03T04:00:00.000Z"}`},
		record.Found{Port: 10000, App: "http", Cert: `{"sha256":"0d"}`},
		record.Found{Port: 47777, App: "ssh", Cert: `{"not_after":"2026-04-01T00:00:00Z","sha256":"0e"}`},
		record.Found{Port: 47778, Product: `{"product":"<b>\u001b[2J","version":"\"&"}`})
	mail := open("mail.example", "192.0.2.2", endpoint.TCP,
		record.Found{
			Port: 25, App: "smtp", Product: `{"product":"Postfix"}`,
			Cert: `{"not_after":"2025-12-31T00:00:00Z","names":["mail.example"],"issuer":"CN=\u001b<i>","sha256":"0f","starttls":true}`,
		},
		record.Found{Port: 587, App: "smtp", Cert: `{"not_after":"2026-02-03T00:00:00Z","sha256":"10","starttls":true}`},
		record.Found{Port: 636, Cert: `{"not_after":"2026-03-05T04:05:06Z","names":["ldap.example\u001b]0;"],"sha256":"11"}`})
	decoy := Host("192.0.2.3", "192.0.2.3", endpoint.TCP, Span(1, 60, endpoint.Open, endpoint.SynAck))
	decoy.Found, decoy.AcceptsAll = []record.Found{{Port: 22, App: "ssh"}}, []record.Span{{First: 1, Last: 21}, {First: 23, Last: 60}}
	again := open("mail.example", "192.0.2.4", endpoint.TCP, record.Found{Port: 25, App: "smtp", Cert: `{"not_after":"2025-12-31T00:00:00Z","sha256":"0f","starttls":true}`})
	return []record.Summary{
		first, open("192.0.2.1", "192.0.2.1", endpoint.UDP, record.Found{Port: 53, App: "dns"}, record.Found{Port: 443, App: "quic"}, record.Found{Port: 1900, App: "snmp"}),
		mail, decoy, again,
	}
}

// Served returns Network with three identified services on each host: a hundred
// versions of products, a certificate, and a service on an unexpected port.
func Served(n int) []record.Summary {
	all := Network(n)
	for i := range all {
		s := &all[i]
		if s.Proto != endpoint.TCP || s.Bad > 0 || len(s.Spans) < 3 {
			continue
		}
		for j := range 3 {
			s.Spans[j].State, s.Spans[j].Reason = endpoint.Open, endpoint.SynAck
		}
		s.Found = []record.Found{
			{
				Port: s.Spans[0].First, App: "ftp", Product: fmt.Sprintf(`{"product":"vsftpd","version":"3.0.%d"}`, i%40),
				Cert: fmt.Sprintf(`{"not_after":"20%d-02-01T00:00:00Z","names":["ftp-%d.example"],"issuer":"CN=Example CA","sha256":"%x","starttls":true}`, 25+i%4, i, i),
			},
			{Port: s.Spans[1].First, App: "ssh", Product: fmt.Sprintf(`{"product":"OpenSSH","version":"9.%dp1"}`, i%60)},
			{Port: s.Spans[2].First, App: "http", Product: `{"product":"nginx"}`},
		}
	}
	return all
}
