package naabu

import (
	"fmt"
	"testing"

	"portkit/pkg/internal/scantest"
)

func TestJSON(t *testing.T) {
	service := func(port int, members string) string {
		return fmt.Sprintf(`{"ip":"192.0.2.7","timestamp":"2026-01-31T12:00:00Z","port":%d,"protocol":"tcp","tls":false,%s}`, port, members) + "\n"
	}
	scantest.Run(t, ReadJSON, []scantest.Case{
		{Name: "version 2.3", File: `{"host":"www.example","ip":"192.0.2.7","timestamp":"2026-01-31T12:00:00.453960286Z","port":443,"protocol":"tcp","tls":true}` + "\n", Want: []string{
			`{"host":"www.example","ip":"192.0.2.7","port":443,"proto":"tcp","state":"open","reason":"syn-ack","service":"https","time":"2026-01-31T12:00:00.453Z","evidence":"tls","tls":{},"source":"naabu"}`,
		}},
		// The README of naabu has the shortest form.
		{Name: "README", File: `{"ip":"192.0.2.7","port":443}` + "\n", Want: []string{`{"host":"192.0.2.7","ip":"192.0.2.7","port":443,"proto":"tcp","state":"open","reason":"syn-ack","service":"https","source":"naabu"}`}},
		{Name: "port as object", File: `{"ip":"192.0.2.7","port":{"Port":53,"Protocol":1,"TLS":false}}` + "\n", Want: []string{`"port":53,"proto":"udp"`}},
		{Name: "UDP", File: `{"ip":"2001:db8::7","port":53,"protocol":"udp"}` + "\n", Want: []string{`"port":53,"proto":"udp","state":"open","reason":"udp-response","service":"domain","method":"udp"`}},
		{Name: "network", File: `{"ip":"192.0.2.7","port":443,"cdn":true,"cdn-name":"x"}` + "\n", Want: []string{`"source":"naabu","naabu":{"cdn":true,"cdn_name":"x"}}`}},
		{Name: "service", File: service(22, `"name":"ssh","product":"OpenSSH","version":"9.2p1","os_type":"Linux","extra_info":"protocol 2.0","method":"probed","cpes":["cpe:/a:openbsd:openssh:9.2p1"],"mac_address":"02:00:00:00:00:07"`), Want: []string{
			`"service":"ssh","time":"2026-01-31T12:00:00.000Z","app":"ssh","product":"OpenSSH","version":"9.2p1","os":"Linux","cpe":["cpe:2.3:a:openbsd:openssh:9.2p1:*:*:*:*:*:*:*"],"evidence":"probed","source":"naabu","naabu":{"extrainfo":"protocol 2.0","mac":"02:00:00:00:00:07"}}`,
		}},
		{Name: "names of services", File: service(443, `"name":"http","tunnel":"ssl","method":"probes"`) + service(8443, `"name":"https","product":"https"`) + service(81, `"name":"odd","confidence":10`), Want: []string{
			`"app":"http","evidence":"probed","tls":{},"source":"naabu"}`, `"app":"http","evidence":"probed","tls":{},"source":"naabu","naabu":{"service":"https"}}`, `"evidence":"probed","source":"naabu","naabu":{"service":"odd"}}`,
		}},
		{Name: "names of ports", File: service(22, `"name":"ssh","product":"x","method":"table"`) + service(2222, `"name":"ssh","method":"probed","confidence":3`) + service(23, `"name":"tcpwrapped"`) + service(24, `"name":"unknown","service_fp":"SF"`), Want: []string{
			`"service":"ssh","time":"2026-01-31T12:00:00.000Z","source":"naabu"}`, `"time":"2026-01-31T12:00:00.000Z","source":"naabu","naabu":{"service":"ssh"}}`, `"evidence":"closed","source":"naabu","naabu":{"service":"tcpwrapped"}}`, `"evidence":"unrecognized","source":"naabu"}`,
		}},
		{Name: "host", File: service(0, `"mac_address":"02:00:00:00:00:07"`)},
		{Name: "other protocol", File: `{"ip":"192.0.2.7","port":443,"protocol":"arp"}` + "\n", Skipped: 1},
		{Name: "hostile name", File: `{"host":"a b","ip":"192.0.2.7","port":443}` + "\n", Want: []string{`{"host":"192.0.2.7"`}},
		{Name: "bad port", File: `{"ip":"192.0.2.7","port":"443"}` + "\n", Err: "is not a port"},
	})
}

func TestList(t *testing.T) {
	scantest.Run(t, ReadList, []scantest.Case{
		{Name: "addresses", File: "192.0.2.7:22\n2001:db8::7:443\n[2001:db8::7]:443\nwww.example:80\n", Want: []string{
			`{"host":"192.0.2.7","ip":"192.0.2.7","port":22,"proto":"tcp","state":"open","reason":"syn-ack","service":"ssh","source":"naabu"}`,
			`"ip":"2001:db8::7","port":443`, `"ip":"2001:db8::7","port":443`, `{"host":"www.example","port":80,"proto":"tcp","state":"open"`,
		}},
		{Name: "network", File: "192.0.2.7:22 [cloudflare]\n", Want: []string{`"naabu":{"cdn_name":"cloudflare"}}`}},
		{Name: "torn port", File: "192.0.2.7:22\n192.0.2.7:80", Want: []string{`"port":22`}, Err: "line 2, byte 13: the last line is incomplete"},
		{Name: "bad", File: "192.0.2.7:0\n192.0.2.7\n192.0.2.7:22\na b:22\n", Want: []string{`"port":22`}, Err: `line 1: "0" is not a port`},
	})
}
