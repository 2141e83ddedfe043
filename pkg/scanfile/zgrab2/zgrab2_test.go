package zgrab2

import (
	"fmt"
	"testing"

	"portkit/pkg/internal/scantest"
)

func TestRead(t *testing.T) {
	host := func(module, members string) string {
		return `{"ip":"192.0.2.7","data":{"` + module + `":{` + members + `}}}` + "\n"
	}
	failed := func(port int, result, problem string) string {
		return host("http", fmt.Sprintf(`"status":"unknown-error","protocol":"http","port":%d,"result":{%s},"error":"%s"`, port, result, problem))
	}
	const open80 = `"ip":"192.0.2.7","port":80,"proto":"tcp","state":"open","reason":"syn-ack"`
	const refused = `"status":"connection-timeout","port":22,"error":"dial tcp 192.0.2.7:22: connect: connection refused"`
	scantest.Run(t, Read, []scantest.Case{
		{Name: "success", File: host("ftp", `"status":"success","protocol":"ftp","port":21,"result":{"banner":"220 x\r\n"},"timestamp":"2026-01-31T12:00:00Z"`), Want: []string{
			`"port":21,"proto":"tcp","state":"open","reason":"syn-ack","service":"ftp","method":"connect","time":"2026-01-31T12:00:00.000Z","app":"ftp","evidence":"probed","banner":"220 x\r\n","source":"zgrab2","zgrab2":{"module":"ftp","status":"success"}}`,
		}},
		// Before version 1.0 only the user knew the port.
		{Name: "port of the flag", Port: 2121, File: host("ftp", `"status":"success","protocol":"ftp"`), Want: []string{`"port":2121,"proto":"tcp","state":"open"`}},
		{Name: "no port", File: host("ftp", `"status":"success","protocol":"ftp"`) + host("ftp", `"status":"success","protocol":"ftp"`), Err: "the results have no port; add it with --port\n"},
		{Name: "no port in one", File: `{"ip":"192.0.2.7","data":{"a":{"status":"success","port":70000},"b":{"status":"success"},"c":{"status":"success","port":23}}}` + "\n", Err: "line 1: \"70000\" is not a port\nline 1: no port (results without one: 1)", Want: []string{`"port":23`}},
		{Name: "port of the host", Port: 21, File: `{"ip":"192.0.2.7","port":22,"data":{"ssh":{"status":"success","protocol":"ssh","result":{"server_id":{"raw":"SSH-2.0-x"}}}}}` + "\n", Want: []string{`"port":22,"proto":"tcp","state":"open","reason":"syn-ack","service":"ssh","method":"connect","app":"ssh","evidence":"probed","ssh":{"banner":"SSH-2.0-x"},"banner":"SSH-2.0-x"`}},
		{Name: "timeouts", File: host("ssh", `"status":"io-timeout","port":22,"error":"dial tcp 192.0.2.7:22: i/o timeout"`) + host("ssh", `"status":"unknown-error","port":22,"error":"dial tcp 192.0.2.7:22: connect: connection refused"`) + host("ssh", `"status":"io-timeout","port":22,"error":"read tcp 192.0.2.7:22: i/o timeout"`), Want: []string{
			`"state":"filtered","reason":"no-response"`, `"state":"closed","reason":"conn-refused"`, `"state":"open","reason":"syn-ack"`,
		}},
		{Name: "refused", File: host("ssh", refused), Want: []string{`"state":"closed","reason":"conn-refused"`}},
		{Name: "refused, by the documented status", File: host("ssh", `"status":"connection-refused","port":22`), Want: []string{`"state":"closed","reason":"conn-refused"`}},
		{Name: "unreachable", File: host("ssh", `"status":"connection-timeout","port":22,"error":"dial tcp: connect: no route to host"`), Want: []string{`"state":"filtered","reason":"host-unreach"`}},
		{Name: "timeout", File: host("ssh", `"status":"connection-timeout","port":22,"error":"dial tcp: i/o timeout"`), Want: []string{`"state":"filtered","reason":"no-response"`}},
		{Name: "local error", File: host("ssh", `"status":"connection-timeout","port":22,"error":"dial tcp: connect: cannot assign requested address"`), Skipped: 1},
		{Name: "other errors", File: host("ssh", `"status":"unknown-error","port":22`) + `{"ip":"192.0.2.7","data":null}` + "\n" + `{"ip":"192.0.2.7","error":"x"}` + "\n", Err: "line 2: data is not an object", Skipped: 2},
		{Name: "accepted", File: failed(80, "", `malformed HTTP response`) + failed(80, "", `remote error: tls: handshake failure`) +
			failed(80, "", `unable to dial target (192.0.2.7:80) with TLS Dialer: read tcp 10.0.0.1:1->192.0.2.7:80: i/o timeout`) +
			failed(80, `"response":{"status_code":200}`, `x`), Want: []string{open80, open80, open80, open80}},
		{Name: "not accepted", Skipped: 5, File: failed(80, "", `context deadline exceeded (Client.Timeout exceeded while awaiting headers)`) +
			failed(80, "", `dial tcp: lookup a.example on 127.0.0.53:53: read udp 127.0.0.1:1->127.0.0.53:53: read: connection refused`) +
			failed(80, "", `lookup a.example: no such host`) + failed(80, "", `parse \"http://a b\": invalid character`) +
			failed(80, "", `ctx deadline exceeded: dial tcp 192.0.2.7:80: connect: cannot assign requested address`)},
		{Name: "redirected elsewhere", File: failed(80, "", `dial tcp 198.51.100.7:80: connect: connection refused`) + failed(80, "", `dial tcp 192.0.2.7:443: i/o timeout`) +
			failed(80, `"redirect_response_chain":[{"status_code":301}]`, `dial tcp: lookup b.example: no such host`) +
			failed(80, "", `dial tcp 10.0.0.1:0->192.0.2.7:80: connect: connection refused`) + failed(80, "", `dial tcp [::ffff:192.0.2.7]:80: connect: connection refused`), Want: []string{
			open80, open80, open80, `"state":"closed","reason":"conn-refused"`, `"state":"closed","reason":"conn-refused"`,
		}},
		{Name: "redirected, or a wrong port", Port: 80, Skipped: 1, File: host("http", `"status":"unknown-error","error":"dial tcp 192.0.2.7:443: connect: connection refused"`)},
		{Name: "response of the endpoint", File: host("http", `"status":"success","protocol":"http","port":80,"result":{"response":{"status_code":200,"headers":{"server":["b"]},"request":{"tls_log":{"handshake_log":{"server_hello":{}}}}},"redirect_response_chain":[{"status_code":301,"headers":{"server":["a"],"location":["https://b.example/"]}}]}`), Want: []string{
			`"app":"http","evidence":"probed","http":{"status":301,"server":"a","location":"https://b.example/"},"source"`,
		}},
		{Name: "UDP errors", Skipped: 1, File: host("ntp", `"status":"io-timeout","port":123,"error":"read udp 10.0.0.1:1->192.0.2.7:123: read: connection refused"`) +
			host("x", `"status":"io-timeout","port":123,"error":"read udp 10.0.0.1:1->192.0.2.7:123: i/o timeout"`) +
			host("ntp", `"status":"io-timeout","port":123,"error":"read udp 10.0.0.1:1->192.0.2.7:123: read: no route to host"`) +
			host("ntp", `"status":"connection-timeout","port":123,"error":"dial udp 192.0.2.7:123: connect: network is unreachable"`), Want: []string{
			`"proto":"udp","state":"closed","reason":"port-unreach"`, `"proto":"udp","state":"open|filtered","reason":"no-response"`, `"proto":"udp","state":"filtered","reason":"host-unreach"`,
		}},
		{Name: "not that protocol", File: host("ssh", `"status":"protocol-error","protocol":"ssh","port":22`), Want: []string{`"state":"open","reason":"syn-ack","service":"ssh","method":"connect","source"`}},
		{Name: "UDP", File: host("ntp", `"status":"success","protocol":"ntp","port":123`) + host("ntp", `"status":"io-timeout","protocol":"ntp","port":123`), Want: []string{
			`"proto":"udp","state":"open","reason":"udp-response","service":"ntp","method":"udp","app":"ntp"`,
			`"proto":"udp","state":"open|filtered","reason":"no-response"`,
		}},
		{Name: "TLS", File: host("tls", `"status":"success","protocol":"tls","port":443,"result":{"handshake_log":{"server_hello":{"version":{"name":"TLSv1.2"},"cipher_suite":{"name":"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"}},"server_certificates":{"certificate":{"raw":"AAAA"}}}}`), Want: []string{
			`"evidence":"tls","tls":{"version":"1.2","cipher":"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256","sha256":"709e80c88487a2411e1ee4dfb9f22a861492d20c4765150c0c794abd70f8147c"}`,
		}},
		{Name: "STARTTLS", File: host("smtp", `"status":"success","protocol":"smtp","port":25,"result":{"banner":"220 x","starttls":"220 go","tls":{"handshake_log":{"server_hello":{"cipher_suite":{"name":"TLS_AES_128_GCM_SHA256"}}}}}`), Want: []string{`"app":"smtp","evidence":"probed","tls":{"version":"1.3","cipher":"TLS_AES_128_GCM_SHA256","starttls":true}`}},
		{Name: "name only", File: `{"domain":"www.example","data":{"banner":{"status":"io-timeout","port":80}}}` + "\n", Want: []string{`{"host":"www.example","port":80,"proto":"tcp","state":"open"`}},
		{Name: "two modules", File: `{"ip":"192.0.2.7","data":{"http":{"status":"success","protocol":"http","port":80,"result":{"response":{"status_code":200,"headers":{"server":["nginx"]}}}},"ssh":{` + refused + `}}}` + "\n", Want: []string{`"app":"http","evidence":"probed","http":{"status":200,"server":"nginx"}`, `"port":22,"proto":"tcp","state":"closed"`}},
	})
}
