package record

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/ndjson"
)

const foundLine = `{"host":"a.example","ip":"192.0.2.1","port":443,"proto":"tcp","state":"open","reason":"syn-ack","rtt_ms":1.25,"attempts":1,` +
	`"method":"connect","time":"2026-11-29T12:00:00.000Z","app":"http","product":"nginx","version":"1.22.1","vendor":"F5","os":"Debian","cpe":["cpe:2.3:a:f5:nginx"],` +
	`"evidence":"http","conns":1,"id_ms":2,"tls":{"version":"1.3","issuer":"CN=\"ca\"","names":["a.example","192.0.2.1",7,""],` +
	`"not_after":"2027-02-01T01:00:00+01:00","sha256":"00ff"},"http":{"status":200,"title":"Hi"},"owner":"ops","rack":{"n":3}}`

func readFound(t *testing.T, text string) (Result, *Decoder) {
	t.Helper()
	d := &Decoder{Details: true}
	var r Result
	if err := d.Result(ndjson.Line{No: 1, Text: []byte(text)}, &r); err != nil {
		t.Fatal(err)
	}
	return r, d
}

func TestFoundIsRead(t *testing.T) {
	r, _ := readFound(t, foundLine)
	if got, want := string(r.Product), `{"product":"nginx","version":"1.22.1","os":"Debian"}`; got != want {
		t.Errorf("product %s, want %s", got, want)
	}
	if got, want := string(r.Cert), `{"not_after":"2027-02-01T00:00:00Z","names":["a.example","192.0.2.1"],"issuer":"CN=\"ca\"","sha256":"00ff"}`; got != want {
		t.Errorf("cert %s, want %s", got, want)
	}
	f := Found{Product: string(r.Product), Cert: string(r.Cert), Detail: string(r.Detail)}
	s := f.Service()
	own := s.Own
	s.Own = nil
	want := Service{
		Product: "nginx", Version: "1.22.1", OS: "Debian",
		Cert: &Cert{NotAfter: time.Date(2027, 2, 1, 0, 0, 0, 0, time.UTC), Names: []string{"a.example", "192.0.2.1"}, Issuer: `CN="ca"`, SHA256: "00ff"},
		Detail: Detail{
			Time: "2026-11-29T12:00:00.000Z", RTT: "1.25", Vendor: "F5", CPE: []string{"cpe:2.3:a:f5:nginx"}, Evidence: "http", TLSVersion: "1.3",
			HTTPStatus: "200", HTTPTitle: "Hi",
		},
	}
	if !reflect.DeepEqual(s, want) {
		t.Errorf("%+v\nwant\n%+v", s, want)
	}
	if len(own) != 2 || string(own[0].Value) != `"ops"` || string(own[1].Value) != `{"n":3}` {
		t.Errorf("own fields %v", own)
	}
}

// Fields of the same names that no finding is behind are the user's own.
func TestFoundRequiresEvidence(t *testing.T) {
	const before = `{"host":"a","port":1,"state":"open"`
	for text, want := range map[string]string{
		`,"os":"Debian","version":"7"}`:                    "",
		`,"product":"nginx"}`:                              `{"product":"nginx"}`, // of another scanner
		`,"product":"nginx","source":"nmap"}`:              `{"product":"nginx","source":"nmap"}`,
		`,"product":"nginx","source":{"of":"user"}}`:       `{"product":"nginx"}`,
		`,"app":"http","source":"nmap"}`:                   "",
		`,"os":"Debian","evidence":"greeting"}`:            `{"os":"Debian"}`,
		`,"product":7,"evidence":"greeting"}`:              "",
		`,"product":"` + strings.Repeat("ä", 300) + `"}`:   `{"product":"` + strings.Repeat("ä", 127) + `"}`,
		`,"product":"x","tls":7,"evidence":"accepts-all"}`: `{"product":"x"}`,
	} {
		r, _ := readFound(t, before+text)
		if string(r.Product) != want || len(r.Cert) > 0 || r.AcceptsAll != strings.Contains(text, "accepts-all") {
			t.Errorf("%s: product %s, cert %s, %v", text, r.Product, r.Cert, r.AcceptsAll)
		}
	}
}

func TestFoundInSummaries(t *testing.T) {
	const line = `{"kind":"summary","host":"a","proto":"tcp","open":[22,443,500,501,502,503,504,505],"counts":{"open":8},"reasons":{"syn-ack":"22,443,500-505"},` +
		`"apps":{"22":"ssh"},"products":{"22":{"product":"OpenSSH","version":"9.2p1"},"443":{"os":"Debian"}},` +
		`"certs":{"443":{"not_after":"2027-02-01T00:00:00Z","names":["a"],"issuer":"CN=ca","sha256":"00","starttls":true}},"accepts_all":"500",` +
		`"unidentified":{"tls":"443","silent":"501-503,505","not-asked":"504"}}` + "\n"
	s, err := readSummary(line)
	if err != nil {
		t.Fatal(err)
	}
	var e Encoder
	if got := string(e.Summary(nil, &s)); got != line {
		t.Errorf("%s\nbecame\n%s", line, got)
	}
	for _, tt := range [][2]string{
		{`"products":{"80":{"product":"x"}}`, "is not a listed port"},
		{`"products":[]`, "products: [] is not an object"},
		{`"certs":{"22":{},"22":{}}`, "certs: port 22 is listed twice"},
		{`"accepts_all":"22,80"`, "accepts_all: 80 is not a listed port"},
		{`"accepts_all":7`, "accepts_all: 7 is not a string"},
		{`"unidentified":7`, "unidentified: 7 is not an object"},
		{`"unidentified":{"silent":7}`, "unidentified: silent: 7 is not a string"},
		{`"unidentified":{"silent":"22-23"}`, "unidentified: 23 is not an open port"},
		{`"unidentified":{"silent":"22","tls":"22"}`, "unidentified: port 22 is listed twice"},
	} {
		if _, err := readSummary(`{"kind":"summary","host":"a","open":[22],` + tt[0] + `}`); err == nil || !strings.Contains(err.Error(), tt[1]) {
			t.Errorf("%s: %v, want %q", tt[0], err, tt[1])
		}
	}
}

func TestUnidentifiedRequiresOpenPortWithoutApp(t *testing.T) {
	for text, want := range map[string]string{
		`"state":"open","evidence":"silent"`:               "silent",
		`"state":"open","evidence":"unreachable","app":""`: "unreachable",
		`"state":"open","evidence":"tls","tls":{}`:         "tls",
		`"state":"open","evidence":"http","app":"http"`:    "",
		`"state":"open","evidence":"accepts-all"`:          "",
		`"state":"open"`:                                                "",
		`"state":"open","evidence":null`:                                "",
		`"state":"closed","evidence":"silent"`:                          "",
		`"state":"open","app":"x","evidence":"silent"`:                  "",
		`"state":"open","evidence":"a word of the user"`:                "ignored",
		`"state":"open","evidence":"a word of the user","app":"a word"`: "",
	} {
		r, _ := readFound(t, `{"host":"a","port":1,`+text+`}`)
		got := r.Unidentified.String()
		if r.Unusable != nil {
			got = "ignored"
		}
		if got != want {
			t.Errorf("%s: %q, want %q (%v)", text, got, want, r.Unusable)
		}
	}
}

// A summary that is split keeps the ports without an app.
func TestUnidentifiedOfLongSummary(t *testing.T) {
	s := Summary{Host: []byte("h"), Spans: []Span{{1, 65535, endpoint.Open, endpoint.SynAck}}}
	for port := 1; port <= 65535; port++ {
		s.Unidentified = append(s.Unidentified, UnidentifiedSpan{uint16(port), uint16(port), endpoint.Unidentified(1 + port%2)})
		s.Found = append(s.Found, Found{Port: uint16(port), Product: `{"product":"a name"}`})
	}
	var got []UnidentifiedSpan
	lines := 0
	for line := range strings.Lines(string(new(Encoder).Summary(nil, &s))) {
		part, err := readSummary(line)
		if err != nil || len(line) > ndjson.MaxLine {
			t.Fatalf("%d bytes, %v", len(line), err)
		}
		got = append(got, part.Unidentified...)
		lines++
	}
	if !reflect.DeepEqual(got, s.Unidentified) || lines < 2 {
		t.Errorf("%d lines with %d ports", lines, len(got))
	}
}

// TestFoundIsReadAgainAsWritten decodes a result, and then the summary written from it: both
// contain the same product and certificate.
func TestFoundIsReadAgainAsWritten(t *testing.T) {
	long := strings.Repeat("ä", maxNames)
	for tls, want := range map[string]string{
		`{"names":["` + long + `"],"sha256":"00"}`:                             `{"sha256":"00"}`,
		`{"names":["a","` + long + `","b"],"sha256":"00"}`:                     `{"names":["a"],"sha256":"00"}`,
		`{"not_after":"9999-12-31T23:59:59-01:00","sha256":"00"}`:              `{"sha256":"00"}`,
		`{"not_after":"0000-01-01T00:00:00+01:00","sha256":"00"}`:              `{"sha256":"00"}`,
		`{"not_after":"9999-12-31T23:59:59Z","sha256":"00"}`:                   `{"not_after":"9999-12-31T23:59:59Z","sha256":"00"}`,
		`{"issuer":"` + long + `","sha256":"` + strings.Repeat("0", 99) + `"}`: `{"issuer":"` + long[:maxDN-2] + `","sha256":"` + strings.Repeat("0", 64) + `"}`,
	} {
		r, _ := readFound(t, `{"host":"a","port":1,"state":"open","evidence":"tls","tls":`+tls+`}`)
		if string(r.Cert) != want {
			t.Errorf("%.80s: %.200s, want %.200s", tls, r.Cert, want)
		}
		fields, err := ndjson.Scan(r.Cert, nil)
		var f Facts
		f.readCert(fields)
		if again := appendCert(nil, &f); err != nil || string(again) != want {
			t.Errorf("%.80s: read again %.200s, want %.200s, %v", tls, again, want, err)
		}
	}
}

// Results, summaries and comparisons agree on what is inside TLS, also without a
// certificate.
func TestInTLS(t *testing.T) {
	for tls, want := range map[string]bool{
		// Another tool recognized the app.
		`{"version":"1.2"},"evidence":null,"source":"nmap"`: true,
		`{"version":"1.3","sha256":"00"}`:                   true,
		`{"version":"1.3"}`:                                 true,
		`{}`:                                                true,
		`{"starttls":true}`:                                 false,
		`{"starttls":null,"sha256":"00"}`:                   true,
		`{"starttls":7}`:                                    true,
		`{"starttls":true,"sha256":"00"}`:                   false,
		`null`:                                              false,
		`7`:                                                 false,
	} {
		line := `{"host":"a","port":8443,"state":"open","app":"http","evidence":"http","tls":` + tls + `}`
		r, d := readFound(t, line)
		var ofResult, ofSummary Facts
		d.Facts(ndjson.Line{Text: []byte(line)}, &r, &ofResult)
		f := Found{Port: 8443, App: string(r.App), Cert: string(r.Cert)}
		service := f.Service()
		text := new(Encoder).Summary(nil, &Summary{Host: []byte("a"), Spans: []Span{{First: 8443, Last: 8443, State: 1}}, Found: []Found{f}})
		if err := compile(t, KindSummary).Validate(text); err != nil {
			t.Error(err)
		}
		s, err := readSummary(string(text))
		if err != nil {
			t.Fatal(err)
		}
		s.Facts(8443, &ofSummary)
		if got := [...]bool{service.InTLS(), ofResult.InTLS(), ofSummary.InTLS()}; got != [...]bool{want, want, want} {
			t.Errorf("%s: result, comparison, summary: %v, want %v\n%s", tls, got, want, text)
		}
	}
}
