package reporttest

import (
	"bytes"
	_ "embed"
	"fmt"
	"io"
	"slices"
	"strings"

	"portkit/pkg/endpoint"
	"portkit/pkg/ndjson"
	"portkit/pkg/record"
	"portkit/pkg/summary"
)

// serviceRecords contains results of portid with every kind of service: as registered and
// not, in IPv4 and IPv6, by name, inside TLS, with STARTTLS, with certificates that have
// expired, expire soon and later, without one, limited, not recognized for every kind of
// reason, and with hostile texts. A summary contains a host that accepts every connection.
//
//go:embed services.ndjson
var serviceRecords []byte

// services returns the summary of serviceRecords with the details of the results.
func services() (all []record.Summary) {
	sum := summary.New()
	adder, d := sum.Adder(), record.Decoder{Details: true}
	lines := ndjson.NewReader(bytes.NewReader(serviceRecords))
	for {
		l, err := lines.Next()
		if err == io.EOF {
			break
		}
		var r record.Result
		var s record.Summary
		if err == nil {
			err = d.Result(l, &r)
		}
		if err == nil && r.Summary {
			err = d.Summary(l, r.Fields, &s)
		}
		switch {
		case err != nil:
			panic(err)
		case r.Summary:
			adder.Summary(nil, &s)
		default:
			adder.Result(nil, &r)
		}
	}
	adder.Flush()
	for s := range sum.Records(nil) {
		c := *s
		c.Host, c.Spans, c.Found = bytes.Clone(s.Host), slices.Clone(s.Spans), slices.Clone(s.Found)
		c.AcceptsAll, c.Unidentified = slices.Clone(s.AcceptsAll), slices.Clone(s.Unidentified)
		all = append(all, c)
	}
	return all
}

// HostileService returns a service with a dangerous text in every field.
func HostileService(port uint16, text string) record.Found {
	quoted := func(form string) string {
		return strings.ReplaceAll(form, "?", string(ndjson.AppendString(nil, text)))
	}
	return record.Found{
		Port: port, App: text, Product: quoted(`{"product":?,"version":?,"os":?}`),
		Cert:   quoted(`{"not_after":"2026-02-03T10:00:00Z","names":[?],"issuer":?,"sha256":?}`),
		Detail: quoted(`{"time":?,"vendor":?,"device":?,"cpe":[?],"evidence":?,"tls_version":?,"tls_verify":?,"http_title":?,"own":{?:?}}`),
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
