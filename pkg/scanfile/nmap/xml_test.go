package nmap

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"portkit/pkg/ndjson"
	"portkit/pkg/scanfile"
	"portkit/pkg/service"
)

// report collects what readers report.
type report struct{ messages []string }

func (r *report) Bad(line int64, msg string) {
	r.messages = append(r.messages, fmt.Sprintf("line %d: %s", line, msg))
}

func (r *report) Note(msg string) { r.messages = append(r.messages, msg) }

var services = service.Load()

// read reads a document.
func read(in io.Reader) (lines []string, counts scanfile.Counts, messages []string, err error) {
	var b bytes.Buffer
	var r report
	out := scanfile.NewOutput(&b, services, &r)
	err = ReadXML(&scanfile.Input{Reader: in}, out)
	lines = slices.Collect(strings.Lines(b.String()))
	return lines, out.Counts(), r.messages, err
}

// text returns a field of a line, whose name may have a dot; "" if there is none.
func text(t *testing.T, line, name string) string {
	t.Helper()
	value := []byte(line)
	for part := range strings.SplitSeq(name, ".") {
		fields, err := ndjson.Scan(bytes.TrimSuffix(value, []byte("\n")), nil)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if value = ndjson.Last(fields, part); value == nil {
			return ""
		}
	}
	if s, err := ndjson.Text(value, nil); err == nil {
		return string(s)
	}
	return string(value)
}

// tally counts lines by the values of fields.
func tally(t *testing.T, lines []string, names ...string) string {
	counts := map[string]int{}
	for _, l := range lines {
		var values []string
		for _, n := range names {
			values = append(values, text(t, l, n))
		}
		counts[strings.Join(values, " ")]++
	}
	var all []string
	for _, key := range slices.Sorted(maps.Keys(counts)) {
		all = append(all, fmt.Sprintf("%d %s", counts[key], key))
	}
	return strings.Join(all, ", ")
}

// TestScans reads what nmap 7.93 wrote of hosts with ports in all states. The numbers are
// those of its text output.
func TestScans(t *testing.T) {
	for name, want := range map[string]string{
		"6":    "11 tcp closed reset syn closed, 1 tcp open syn-ack syn open",
		"sS":   "102 tcp closed reset syn closed, 1 tcp filtered admin-prohibited syn filtered, 11 tcp filtered no-response syn filtered, 1 tcp filtered port-unreach syn filtered, 3 tcp open syn-ack syn open",
		"sT":   "103 tcp closed conn-refused connect closed, 1 tcp filtered host-unreach connect filtered, 11 tcp filtered no-response connect filtered, 3 tcp open syn-ack connect open",
		"sU":   "3 udp closed port-unreach udp closed, 1 udp open udp-response udp open, 2 udp open|filtered no-response udp open|filtered",
		"sA":   "105 tcp    unfiltered, 1 tcp filtered admin-prohibited  filtered, 11 tcp filtered no-response  filtered, 1 tcp filtered port-unreach  filtered",
		"sN":   "102 tcp closed reset  closed, 1 tcp filtered admin-prohibited  filtered, 1 tcp filtered port-unreach  filtered, 14 tcp open|filtered no-response  open|filtered",
		"sW":   "105 tcp closed reset  closed, 1 tcp filtered admin-prohibited  filtered, 11 tcp filtered no-response  filtered, 1 tcp filtered port-unreach  filtered",
		"sc":   "2 tcp open syn-ack syn open, 1 udp open udp-response udp open",
		"sO":   "",
		"sn":   "",
		"int":  "",
		"kill": "",
	} {
		f, err := os.Open(filepath.Join("testdata", name+".xml"))
		if err != nil {
			t.Fatal(err)
		}
		lines, counts, messages, err := read(f)
		f.Close()
		var broken *scanfile.Broken
		if torn := name == "int" || name == "kill"; torn != errors.As(err, &broken) || !torn && err != nil || len(messages) > 0 {
			t.Errorf("%s: %v, %q", name, err, messages)
		}
		if got := tally(t, lines, "proto", "state", "reason", "method", "nmap.state"); got != want {
			t.Errorf("%s:\ngot  %s\nwant %s", name, got, want)
		}
		if name == "sO" && counts.Skipped[scanfile.OtherProto] != 4 || name == "sA" && counts.Skipped[scanfile.Unfiltered] != 105 {
			t.Errorf("%s: skipped %v", name, counts.Skipped)
		}
	}
}

// TestServices holds the records of a scan with services and scripts to their whole text.
func TestServices(t *testing.T) {
	f, err := os.Open("testdata/sc.xml")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, _, _, err := read(f)
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/sc.ndjson")
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(lines, ""); got != string(want) {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// document returns a document with the content of a host.
func document(scans, content string) string {
	return `<?xml version="1.0"?><!DOCTYPE nmaprun><nmaprun scanner="nmap" start="1700000000">` + scans +
		`<host endtime="1700000060"><address addr="192.0.2.7" addrtype="ipv4"/>` + content + `</host></nmaprun>`
}

const synScan = `<scaninfo type="syn" protocol="tcp" numservices="6" services="1-5,7"/>`

// onePort returns a document with an open port and what is in its element.
func onePort(port, content string) string {
	return document(synScan, `<ports><port protocol="tcp" portid="`+port+`"><state state="open" reason="syn-ack" reason_ttl="64"/>`+content+`</port></ports>`)
}

func TestDocuments(t *testing.T) {
	for _, c := range []struct {
		name, doc string
		fields    []string
		want      string
	}{
		{
			"ports that are not listed", document(synScan, `<ports><extraports state="closed" count="4"><extrareasons reason="resets" count="4"/></extraports>`+
				`<port protocol="tcp" portid="2"><state state="open" reason="syn-ack"/></port><port protocol="tcp" portid="7"><state state="filtered" reason="no-response"/></port></ports>`),
			[]string{"state", "reason", "nmap.reason"},
			"4 closed reset reset, 1 filtered no-response no-response, 1 open syn-ack syn-ack",
		},
		{
			"a number that does not agree", document(synScan, `<ports><extraports state="closed" count="5"/></ports>`), []string{"state"}, "",
		},
		{
			"two states that are not listed", document(synScan, `<ports><extraports state="closed" count="3"/><extraports state="filtered" count="3"/></ports>`), []string{"state"}, "",
		},
		{
			"reasons that are not listed", document(synScan, `<ports><extraports state="filtered" count="6"><extrareasons reason="no-responses" count="4"/><extrareasons reason="admin-prohibiteds" count="2"/></extraports></ports>`),
			[]string{"state", "reason", "nmap.reason"},
			"6 filtered no-response ",
		},
		{
			"a state that is listed and one that is not", document(synScan, `<ports><extraports state="closed" count="3"><extrareasons reason="reset" count="3" proto="tcp" ports="1-3"/></extraports><extraports state="filtered" count="3"/></ports>`),
			[]string{"state", "reason"},
			"3 closed reset, 3 filtered no-response",
		},
		{
			"connect", document(`<scaninfo type="connect" protocol="tcp" services="1-3"/>`, `<ports><extraports state="closed" count="3"><extrareasons reason="reset" count="3" proto="tcp" ports="1-3"/></extraports></ports>`),
			[]string{"state", "reason", "method"},
			"3 closed conn-refused connect",
		},
		{
			"a list twice", document(synScan, `<ports><extraports state="closed" count="3"><extrareasons reason="reset" count="3" proto="tcp" ports="1-3,2,1-60000"/><extrareasons reason="reset" proto="tcp" ports="1-65535"/></extraports></ports>`),
			[]string{"state"},
			"65535 closed",
		},
		{
			"idle scan", document(synScan, `<ports><port protocol="tcp" portid="1"><state state="closed|filtered" reason="no-ipid-change"/></port></ports>`),
			[]string{"state", "reason", "nmap.state", "nmap.reason"},
			"1 filtered no-response closed|filtered no-ipid-change",
		},
		{
			"a state that no reason is for", document(`<scaninfo type="window" protocol="tcp" services="1"/>`, `<ports><port protocol="tcp" portid="1"><state state="open" reason="reset"/></port></ports>`),
			[]string{"state", "reason", "method", "nmap.scan"},
			"1 open syn-ack  window",
		},
		{
			"unknown states, protocols and port 0", document(synScan, `<ports><port protocol="tcp" portid="1"><state state="new"/></port><port protocol="tcp" portid="2"/><port protocol="sctp" portid="3"><state state="open"/></port>`+
				`<port protocol="tcp" portid="0"><state state="open"/></port><port protocol="tcp" portid="65536"><state state="open"/></port></ports>`),
			[]string{"state"},
			"",
		},
		{
			"the name that the user gave", strings.ReplaceAll(onePort("1", ""), "<ports>", `<address addr="02:00:00:00:00:07" addrtype="mac" vendor="A &amp; B"/><hostnames><hostname name="a.example" type="PTR"/><hostname name="b.example" type="user"/><hostname name="c.example" type="user"/></hostnames><ports>`),
			[]string{"host", "ip", "nmap.hostnames", "nmap.mac", "nmap.mac_vendor"},
			`1 b.example 192.0.2.7 ["a.example","c.example"] 02:00:00:00:00:07 A & B`,
		},
		{
			"a name that is none", strings.ReplaceAll(onePort("1", ""), "<ports>", `<hostnames><hostname name="a b" type="user"/></hostnames><ports>`),
			[]string{"host", "nmap.hostnames"},
			`1 192.0.2.7 ["a b"]`,
		},
		{"time", onePort("1", ""), []string{"time", "ttl"}, "1 2023-11-14T22:14:20.000Z 64"},
		{"times of portsum", onePort("1", `<script id="portkit" output=""><elem key="time">2026-01-31T12:00:00.123Z</elem><elem key="rtt_ms">1.5</elem><elem key="x">y</elem></script>`), []string{"time", "rtt_ms"}, "1 2026-01-31T12:00:00.123Z 1.500"},
		{"a guess", onePort("22", `<service name="ssh" method="table" conf="3"/>`), []string{"app", "service", "nmap.service", "evidence"}, "1  ssh  "},
		{"a guess by another name", onePort("22", `<service name="domain" method="table" conf="3"/>`), []string{"app", "service", "nmap.service", "evidence"}, "1  ssh domain "},
		{"a translated name", onePort("22", `<service name="ms-wbt-server" method="probed" conf="10"/>`), []string{"app", "service", "nmap.service", "evidence"}, "1 rdp ssh ms-wbt-server probed"},
		{"an untranslated name", onePort("22", `<service name="jetdirect" product="P" method="probed" conf="10"/>`), []string{"app", "nmap.service", "product", "evidence"}, "1  jetdirect P probed"},
		{"low confidence", onePort("22", `<service name="http" product="P" method="probed" conf="5"/>`), []string{"app", "nmap.service", "product", "evidence"}, "1  http  "},
		{"confidence 8", onePort("22", `<service name="http-proxy" extrainfo="e" hostname="h" method="probed" conf="8"/>`), []string{"app", "evidence", "nmap.extrainfo", "nmap.hostname"}, "1 http probed e h"},
		{"tunnel with a guess", onePort("22", `<service name="https" tunnel="ssl" method="table" conf="3"/>`), []string{"app", "evidence", "tls"}, "1  tls {}"},
		{"tunnel", onePort("22", `<service name="imap" tunnel="ssl" method="probed" conf="10"/>`), []string{"app", "evidence", "tls"}, "1 imap probed {}"},
		{"TLS by name", onePort("22", `<service name="https" method="probed" conf="10"/>`), []string{"app", "tls"}, "1 http {}"},
		{"TLS alone", onePort("22", `<service name="ssl" method="probed" conf="10"/>`), []string{"app", "evidence", "tls", "nmap.service"}, "1  tls {} ssl"},
		{"STARTTLS of portsum", onePort("25", `<service name="smtp" extrainfo="Vendor; STARTTLS" method="probed" conf="10"/>`), []string{"app", "tls"}, `1 smtp {"starttls":true}`},
		{"tcpwrapped", onePort("22", `<service name="tcpwrapped" method="probed" conf="8"/>`), []string{"app", "evidence", "nmap.service"}, "1  closed tcpwrapped"},
		{"names of products", onePort("22", `<service name="ssh" method="probed" conf="10"><cpe>cpe:/a:b:c&#58;d:1.0:p1</cpe><cpe>cpe:/o:l:k</cpe><cpe>nonsense</cpe></service>`), []string{"cpe"}, `1 ["cpe:2.3:a:b:c:d:1.0:p1:*:*:*:*:*","cpe:2.3:o:l:k:*:*:*:*:*:*:*:*"]`},
		{"a recognized name that is registered", onePort("22", `<service name="ssh" method="probed" conf="10"/>`), []string{"app", "nmap.service"}, "1 ssh "},
		{"a recognized name of no app that is registered", onePort("9100", `<service name="pdl-datastream" method="probed" conf="10"/>`), []string{"app", "service", "nmap.service"}, "1  pdl-datastream pdl-datastream"},
		{"a name with TLS", onePort("22", `<service name="ssl/imap" method="probed" conf="10"/>`), []string{"app", "evidence", "tls"}, "1 imap probed {}"},
		{"replies that are not recognized", onePort("22", `<service name="ssh" servicefp="SF-Port22" method="table" conf="3"/>`), []string{"app", "evidence", "nmap.service"}, "1  unrecognized "},
		{"such in TLS", onePort("443", `<service name="https" tunnel="ssl" servicefp="SF-Port443" method="table" conf="3"/>`), []string{"app", "evidence", "tls"}, "1  tls {}"},
		{"owner and RPC program", onePort("111", `<owner name="a&amp;b"/><service name="rpcbind" rpcnum="100000" lowver="2" highver="4" proto="rpc" method="probed" conf="10"/>`), []string{"app", "nmap.owner", "nmap.rpcnum"}, "1 rpcbind a&b 100000"},
		{
			"a title by a guessed name", onePort("8080", `<service name="http-proxy" method="table" conf="3"/><script id="http-title" output="x"><elem key="title">A</elem></script>`),
			[]string{"app", "evidence", "nmap.service"},
			"1 http probed http-proxy",
		},
		{
			"a title at a port of HTTPS", onePort("443", `<service name="https" method="table" conf="3"/><script id="http-title" output="A"/><script id="ssl-cert" output="Subject: commonName=a.example"/>`),
			[]string{"app", "evidence", "tls"},
			`1 http probed {"subject":"CN=a.example"}`,
		},
		{"a certificate alone", onePort("8000", `<script id="ssl-cert" output="Subject: commonName=a.example"/>`), []string{"app", "evidence", "tls"}, `1  tls {"subject":"CN=a.example"}`},
		{"a title where TLS is unknown", onePort("443", `<service name="https" method="table" conf="3"/><script id="http-title" output="A"/>`), []string{"app", "evidence", "tls", "http"}, `1    {"title":"A"}`},
		{"a title in TLS", onePort("443", `<service name="https" tunnel="ssl" method="table" conf="3"/><script id="http-title" output="A"/>`), []string{"app", "evidence", "tls"}, `1 http probed {}`},
		{"a page without a title", onePort("8080", `<service name="http-proxy" method="table" conf="3"/><script id="http-title" output="Site doesn&apos;t have a title (text/plain)."/>`), []string{"app", "evidence", "http"}, `1 http probed `},
		{
			"scripts that failed", onePort("22", `<service name="ssh" method="table" conf="3"/><script id="http-title" output="ERROR: x"/><script id="http-server-header" output="ERROR: x"/><script id="ssl-cert" output="ERROR: x"/>`),
			[]string{"app", "evidence", "http", "tls"},
			"1    ",
		},
		{"a certificate by the command of the database", onePort("1433", `<service name="ms-sql-s" method="probed" conf="10"/><script id="ssl-cert" output="Subject: commonName=a/organizationName=A/S B/countryName=DK"/>`), []string{"app", "tls"}, `1 mssql {"starttls":true,"subject":"CN=a,O=A/S B,C=DK"}`},
		{"names of protocols over UDP", onePort("6881", `<service name="bittorrent" method="probed" conf="10"/>`), []string{"app", "nmap.service", "evidence"}, "1  bittorrent probed"},
		{"another script", onePort("8000", `<service name="http-alt" method="table" conf="3"/><script id="banner" output="x"/>`), []string{"app", "evidence"}, "1  "},
		{
			"a title", onePort("80", `<script id="http-title" output="x"><elem key="title">A &lt;b&gt;</elem><elem key="redirect_url">http://a/</elem></script><script id="http-server-header" output="y"><elem>nginx</elem></script>`),
			[]string{"http", "app"},
			`1 {"server":"nginx","title":"A <b>","location":"http://a/"} http`,
		},
		{"a title of an old version", onePort("80", `<script id="http-title" output="Welcome&#xa;Requested"/><script id="html-title" output="z"/>`), []string{"http"}, `1 {"title":"Welcome"}`},
		{"no title", onePort("80", `<script id="http-title" output="Site doesn&apos;t have a title (text/html)."/>`), []string{"http"}, `1 `},
		{"a redirect", onePort("80", `<script id="http-title" output="Did not follow redirect to https://a/ and no"/>`), []string{"http"}, `1 {"location":"https://a/"}`},
		{
			"a certificate of an old version", onePort("443", `<service name="https" method="table" conf="3"/><script id="ssl-cert" output="Subject: commonName=a.example/organizationName=O, P/countryName=DE&#xa;Subject Alternative Name: DNS:a.example, DNS:b.example&#xa;Issuer: commonName=CA&#xa;Public Key type: rsa&#xa;Public Key bits: 2048&#xa;Signature Algorithm: sha256WithRSAEncryption&#xa;Not valid before: 2026-01-01T00:00:00&#xa;Not valid after:  2027-01-01T00:00:00"/>`),
			[]string{"tls", "evidence"},
			`1 {"signature":"sha256WithRSAEncryption","subject":"CN=a.example,O=O\\, P,C=DE","issuer":"CN=CA","names":["a.example","b.example"],"names_total":2,"not_before":"2026-01-01T00:00:00Z","not_after":"2027-01-01T00:00:00Z","key":"rsa 2048"} tls`,
		},
		{
			"a certificate without its text", onePort("25", `<service name="smtp" method="table" conf="3"/><script id="ssl-cert" output="x"><table key="subject"><elem key="countryName">DE</elem><elem key="commonName">a</elem></table><table key="issuer"><elem key="commonName">b</elem></table>`+
				`<table key="pubkey"><elem key="type">ec</elem><elem key="bits">256</elem></table><table key="extensions"><table><elem key="name">X509v3 Key Usage</elem><elem key="value">DNS:no</elem></table><table><elem key="name">X509v3 Subject Alternative Name</elem><elem key="value">DNS:yes, IP Address:192.0.2.1, email:x</elem></table></table>`+
				`<table key="validity"><elem key="notBefore">2026-01-01T00:00:00+00:00</elem><elem key="notAfter">soon</elem></table></script>`),
			[]string{"tls"},
			`1 {"starttls":true,"subject":"CN=a,C=DE","issuer":"CN=b","names":["yes","192.0.2.1"],"names_total":2,"not_before":"2026-01-01T00:00:00Z","key":"ecdsa 256"}`,
		},
		{"a router's ICMP error", strings.Replace(onePort("1", ""), `"syn-ack"`, `"admin-prohibited" reason_ip="198.51.100.1"`, 1), []string{"nmap.reason", "nmap.reason_ip"}, "1 admin-prohibited 198.51.100.1"},
		{"hints are skipped", strings.ReplaceAll(onePort("1", ""), "<host ", `<hosthint><address addr="192.0.2.9" addrtype="ipv4"/><ports><port protocol="tcp" portid="9"><state state="open"/></port></ports></hosthint><host `), []string{"ip", "port"}, "1 192.0.2.7 1"},
		{"two documents", onePort("1", "") + "\n" + onePort("2", ""), []string{"port"}, "1 1, 1 2"},
		{"masscan", strings.ReplaceAll(onePort("21", `<service name="ftp" banner="220 Exim"></service>`), `"nmap"`, `"masscan"`), []string{"source", "app", "banner", "masscan.service", "masscan.reason"}, "1 masscan  220 Exim ftp syn-ack"},
		{"naabu", strings.ReplaceAll(onePort("21", ""), `"nmap"`, `"naabu"`), []string{"source", "state", "reason", "naabu.state"}, "1 naabu open syn-ack open"},
		{"a response to masscan", strings.ReplaceAll(strings.ReplaceAll(onePort("21", ""), `"nmap"`, `"masscan"`), `"syn-ack"`, `"response"`), []string{"state", "reason", "masscan.reason"}, "1 open syn-ack response"},
	} {
		lines, _, _, err := read(strings.NewReader(c.doc))
		if got := tally(t, lines, c.fields...); got != c.want || err != nil {
			t.Errorf("%s: %v\ngot  %s\nwant %s", c.name, err, got, c.want)
		}
	}
}

// TestMessages checks what is reported beside results.
func TestMessages(t *testing.T) {
	whole := document(synScan, `<ports><port protocol="tcp" portid="1"><state state="open"/></port></ports>`)
	second := strings.Index(whole, "<host ")
	two := whole[:len(whole)-len("</nmaprun>")] + strings.ReplaceAll(whole[second:], ".7", ".8")
	for doc, want := range map[string]string{
		strings.Replace(whole, "</nmaprun>", `<runstats><finished exit="error" errormsg="no &quot;route&quot;"/></runstats></nmaprun>`, 1): `the scan ended with an error: no "route"`,
		strings.ReplaceAll(whole, "192.0.2.7", "x"):       "line 1: the host has no valid address",
		strings.ReplaceAll(whole, "192.0.2.7", "0.0.0.0"): "line 1: the host has no valid address",
		"<a/>":                         "line 1, byte 4: there is no <nmaprun>",
		whole + "\n[\n{}\n":            `line 2: "[" is not XML, and was left out`,
		whole + "\ufeff" + whole + "a": `line 1: "a" is not XML`,
		whole + "<html></html>":        "line 1: <html> is not <nmaprun>",
		two[:second] + whole:           "line 1: a scan ends before </nmaprun> and another one begins here",
		two[:strings.LastIndex(two, "</ports>")] + "<" + whole:                             "line 1: not well-formed XML; 192.0.2.8 is incomplete: 1 result omitted",
		`<nmaprun><host><a></b>`:                                                           "line 1, byte 22: a closing tag does not match the opening tag",
		two[:len(two)-len("</nmaprun>")]:                                                   "the file ends before </nmaprun>: the scan was interrupted, or the file is incomplete",
		two[:strings.LastIndex(two, "</ports>")+3]:                                         "; 192.0.2.8 is incomplete: 1 result omitted",
		strings.ReplaceAll(whole, `"1"`, `x`):                                              "line 1, byte 257: not well-formed XML",
		`<!DOCTYPE nmaprun [<!ENTITY a "lol"><!ENTITY b "&a;&a;">]><nmaprun>&b;</nmaprun>`: "the document type has declarations",
	} {
		lines, _, messages, err := read(strings.NewReader(doc))
		if err != nil {
			messages = append(messages, err.Error())
		}
		if got := strings.Join(messages, "\n"); !strings.Contains(got, want) {
			t.Errorf("%s\ngot  %s\nwant %s", doc, got, want)
		}
		if strings.HasPrefix(want, "; host") && tally(t, lines, "ip") != "1 192.0.2.7" {
			t.Errorf("%s: %q", doc, lines)
		}
	}
}

// TestScanBehindTornOne cuts a document at each byte and lets it follow by a whole one, as
// nmap --append-output does, of which nothing is lost.
func TestScanBehindTornOne(t *testing.T) {
	doc, err := os.ReadFile("testdata/sc.xml")
	if err != nil {
		t.Fatal(err)
	}
	begin, host, end := bytes.Index(doc, []byte("<nmaprun")), bytes.Index(doc, []byte("</host>"))+len("</host>"), bytes.Index(doc, []byte("</nmaprun>"))+len("</nmaprun>")
	for n := 0; n <= len(doc); n += 13 {
		lines, _, messages, err := read(io.MultiReader(bytes.NewReader(doc[:n]), bytes.NewReader(doc)))
		want := 3
		if n >= host {
			want = 6
		}
		if torn := n > begin+len(root) && n < end; len(lines) != want || torn && len(messages) != 1 || n >= end && len(messages) > 0 || err != nil {
			t.Errorf("cut at %d: %d lines, %q, %v", n, len(lines), messages, err)
		}
	}
}

// TestEveryTear cuts a document at each byte: only whole hosts are written, and every cut is
// reported.
func TestEveryTear(t *testing.T) {
	doc, err := os.ReadFile("testdata/sc.xml")
	if err != nil {
		t.Fatal(err)
	}
	host, end := bytes.Index(doc, []byte("</host>"))+len("</host>"), bytes.Index(doc, []byte("</nmaprun>"))+len("</nmaprun>")
	for n := 400; n < len(doc); n += 13 {
		lines, _, _, err := read(bytes.NewReader(doc[:n]))
		want := 0
		if n >= host {
			want = 3
		}
		if len(lines) != want || (err == nil) != (n >= end) {
			t.Errorf("cut at %d: %d lines, %v", n, len(lines), err)
		}
	}
}
