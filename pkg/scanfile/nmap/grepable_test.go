package nmap

import (
	"fmt"
	"strings"
	"testing"

	"portkit/pkg/internal/scantest"
)

func TestGrepable(t *testing.T) {
	const head = "# Nmap 7.93 scan initiated Mon Nov 30 02:39:13 2026 as: nmap -sS -p 22 www.example\n"
	const done = "# Nmap done at Mon Nov 30 02:39:15 2026 -- 1 IP address (1 host up) scanned in 2.60 seconds\n"
	detected := strings.Replace(head, "-sS", "-sSV", 1)
	host := func(members string) string {
		return "Host: 192.0.2.7 ()\tStatus: Up\nHost: 192.0.2.7 ()\t" + members + "\n"
	}
	open := `"ip":"192.0.2.7","port":22,"proto":"tcp","state":"open","reason":"syn-ack","service":"ssh",`
	scantest.Run(t, ReadGrepable, []scantest.Case{
		{Name: "whole", File: head + host("Ports: 22/open/tcp//ssh///, 161/closed/udp//snmp///, 1/filtered/tcp/////") + done, Want: []string{
			open + `"method":"syn","time":`, `"port":161,"proto":"udp","state":"closed","reason":"port-unreach","service":"snmp","method":"udp"`, `"port":1,"proto":"tcp","state":"filtered","reason":"no-response"`,
		}},
		{Name: "connect", File: "# Nmap 5.00 scan initiated x as: nmap -n -sTU h\n" + host("Ports: 22/closed/tcp//ssh///") + done, Want: []string{`"state":"closed","reason":"conn-refused","service":"ssh","method":"connect"`}},
		{Name: "unknown method", File: host("Ports: 22/closed/tcp//ssh///"), Want: []string{`"state":"closed","reason":"reset","service":"ssh","source":"nmap","nmap":{"state":"closed"}}`}},
		{Name: "all states", File: host("Ports: 1/unfiltered/tcp/////, 2/open|filtered/tcp/////, 3/closed|filtered/tcp/////, 4/ajar/tcp/////"), Want: []string{
			`"port":1,"proto":"tcp","source"`, `"state":"open|filtered","reason":"no-response"`, `"state":"filtered","reason":"no-response"`,
		}, Skipped: 1},
		{Name: "name of the user", File: head + "Host: 192.0.2.7 (www.example)\tPorts: 22/open/tcp//ssh///\n" + done, Want: []string{`{"host":"www.example","ip":"192.0.2.7"`}},
		{Name: "name of DNS", File: head + "Host: 192.0.2.7 (other.example)\tPorts: 22/open/tcp//ssh///\n" + done, Want: []string{`"source":"nmap","nmap":{"state":"open","hostnames":["other.example"]}}`}},
		{Name: "version", File: host("Ports: 443/open/tcp//ssl|http//nginx 1.22.1, (x|y)/, 22/open/tcp//ssh//OpenSSH 9.2p1/"), Want: []string{
			`"app":"http","evidence":"probed","tls":{},"source":"nmap","nmap":{"state":"open","version":"nginx 1.22.1, (x|y)"}}`, open + `"app":"ssh","evidence":"probed"`,
		}},
		{Name: "recognized without a version", File: detected + host("Ports: 7/open/tcp//echo///, 22/closed/tcp//ssh///, 443/open/tcp//ssl|http///, 3128/open/tcp//http-proxy///, 9000/open/tcp//unknown///") + done, Want: []string{
			`"app":"echo","evidence":"probed","source":"nmap","nmap":{"state":"open"}}`, `"port":22,"proto":"tcp","state":"closed","reason":"reset","service":"ssh","method":"syn","time":"2026-11-30T02:39:13.000Z","source"`,
			`"app":"http","evidence":"probed","tls":{},`, `"app":"http","evidence":"probed","source":"nmap","nmap":{"state":"open","service":"http-proxy"}}`, `"port":9000,"proto":"tcp","state":"open","reason":"syn-ack","service":"cslistener","method":"syn","time":"2026-11-30T02:39:13.000Z","source":"nmap","nmap":{"state":"open"}}`,
		}},
		{Name: "not recognized", File: detected + host("Ports: 2022/open/tcp//down?///, 2000/open/tcp//cisco-sccp?///, 7001/open/tcp//ssl|afs3-callback?///") + done, Want: []string{
			`"source":"nmap","nmap":{"state":"open"}}`, `"source":"nmap","nmap":{"state":"open"}}`, `"evidence":"tls","tls":{},"source":"nmap","nmap":{"state":"open"}}`,
		}},
		{Name: "kind of scan", File: "# Nmap 7.93 scan initiated x as: nmap -sUX -script SMB h\n" + host("Ports: 22/open|filtered/tcp//ssh///, 53/open/udp//domain///") + done, Want: []string{
			`"source":"nmap","nmap":{"state":"open|filtered","scan":"xmas"}}`, `"method":"udp","source":"nmap","nmap":{"state":"open"}}`,
		}},
		{Name: "resumed", File: head + host("Ports: 22/open/tcp//ssh///") + strings.Replace(head, "nmap -sS", "nmap --append-output -sS", 1) + host("Ports: 22/open/tcp//ssh///") + done, Want: []string{open, open}},
		{Name: "another scan appended", File: head + host("Ports: 22/open/tcp//ssh///") + strings.Replace(head, "nmap -sS", "nmap --append-output -sT", 1) + host("Ports: 22/open/tcp//ssh///") + done, Want: []string{open, open}, Err: "line 4: the scan that begins at line 1 ends before"},
		{Name: "TLS without a version", File: host("Ports: 8443/open/tcp//ssl|https-alt///"), Want: []string{`"evidence":"tls","tls":{},"source":"nmap","nmap":{"state":"open"}}`}},
		{Name: "tcpwrapped", File: host("Ports: 22/open/tcp//tcpwrapped///"), Want: []string{open + `"evidence":"closed","source":"nmap","nmap":{"state":"open","service":"tcpwrapped"}}`}},
		{Name: "ignored", File: host("Ports: 22/open/tcp//ssh///\tIgnored State: closed (99)\tOS: Linux"), Want: []string{open}, Skipped: 99},
		{Name: "ignored, with the ports", File: "# Ports scanned: TCP(3;22,80-81) UDP(1;53) SCTP(0;) PROTOCOLS(0;)\n" + host("Ports: 22/open/tcp//ssh///\tIgnored State: closed (3)"), Want: []string{
			open, `"port":80,"proto":"tcp","state":"closed","reason":"reset"`, `"port":81,"proto":"tcp","state":"closed"`, `"port":53,"proto":"udp","state":"closed","reason":"port-unreach"`,
		}},
		{Name: "ignored, not as many", File: "# Ports scanned: TCP(3;22,80-81) UDP(0;)\n" + host("Ports: 22/open/tcp//ssh///\tIgnored State: closed (3)"), Want: []string{open}, Skipped: 3},
		{Name: "a list that repeats ports", File: "# Ports scanned: TCP(2;22-23,22-23,23) UDP(0;)\n" + host("Ports: 22/open/tcp//ssh///\tIgnored State: closed (1)"), Want: []string{open, `"port":23,"proto":"tcp","state":"closed"`}},
		{Name: "several states that are not listed", File: "# Ports scanned: TCP(1000;1-1000) UDP(0;) SCTP(0;) PROTOCOLS(0;)\n" + host("Ports: 22/open/tcp//ssh///") + host("Ports: "), Want: []string{open}, Skipped: 1999},
		{Name: "other protocols", File: host("Ports: 80/open/sctp//http///") + host("Protocols: 1/open/icmp/, 6/open/tcp/"), Skipped: 3},
		{Name: "half a port", File: host("Ports: 22/open/tcp//ssh///, 80/open/tcp//http") + host("Ports: 22/open/tcp//ssh///"), Want: []string{open}, Err: `line 2: "80" is not a port: want PORT/STATE/PROTOCOL/OWNER/SERVICE/RPC/VERSION/; 1 result before it omitted`},
		{Name: "killed", File: head + host("Ports: 22/open/tcp//ssh///"), Want: []string{open}, Err: "line 3, byte 159: the file ends before nmap's line # Nmap done"},
		{Name: "torn", File: head + host("Ports: 22/open/tcp//ssh///") + "Host: 192.0.2.8 ()\tPorts: 22/open/tcp//ssh///, 8", Want: []string{open}, Err: "line 4, byte 159: the last line is incomplete"},
		{Name: "no host", File: "Status: Up\n" + host("Ports: 22/open/tcp//ssh///"), Want: []string{open}, Err: "line 1: not a host"},
	})
}

// TestHostsWithAllPortsOpen reads the longest line of a host that there may be, and a longer
// one.
func TestHostsWithAllPortsOpen(t *testing.T) {
	line := func(version string) string {
		var b strings.Builder
		b.WriteString("Host: 192.0.2.7 ()\tPorts: ")
		for _, proto := range []string{"tcp", "udp"} {
			for port := range 65535 {
				fmt.Fprintf(&b, "%d/open/%s//unknown//%s/, ", port+1, proto, version)
			}
		}
		return strings.TrimSuffix(b.String(), ", ") + "\n"
	}
	after := "Host: 192.0.2.8 ()\tPorts: 22/open/tcp//ssh///\n"
	want := make([]string, 2*65535+1)
	scantest.Run(t, ReadGrepable, []scantest.Case{
		{Name: "longest", File: line(strings.Repeat("x", 160)) + after, Want: want},
		{Name: "longer", File: line(strings.Repeat("x", 250)) + after, Want: want[:1], Err: `line 1: longer than 33554432 bytes, beginning with "Host: 192.0.2.7 ()\tPorts`},
	})
}
