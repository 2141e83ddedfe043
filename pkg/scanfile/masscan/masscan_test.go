package masscan

import (
	"strings"
	"testing"

	"portkit/pkg/internal/scantest"
)

const where = `"ip": "192.0.2.7", "timestamp": "1700000000"`

func TestJSON(t *testing.T) {
	open := `"port":22,"proto":"tcp","state":"open","reason":"syn-ack","service":"ssh","method":"syn","time":"2023-11-14T22:13:20.000Z","ttl":64,"source":"masscan"`
	one := `{ ` + where + `, "ports": [ {"port": 22, "proto": "tcp", "status": "open", "reason": "syn-ack", "ttl": 64} ] }`
	banner := func(name, text string) string {
		return `[{ ` + where + `, "ports": [ {"port": 25, "proto": "tcp", "service": {"name": "` + name + `", "banner": "` + text + `"} } ] }]`
	}
	port := func(members string) string { return `[{ ` + where + `, "ports": [ {` + members + `} ] }]` }
	scantest.Run(t, ReadJSON, []scantest.Case{
		{Name: "version 1.3", File: "[\n" + one + "\n,\n" + one + "\n]\n", Want: []string{open, open}},
		{Name: "comma too many", File: "[\n" + one + ",\n" + one + ",\n]\n", Want: []string{open, open}},
		{Name: "version 1.0", File: "[\n" + one + ",\n{finished: 1}\n]\n", Want: []string{open}},
		{Name: "one line", File: "[" + one + "," + one + "]", Want: []string{open, open}},
		{Name: "without the array", File: one + "\n" + one + "\n", Want: []string{open, open}},
		{Name: "byte order mark", File: "\xef\xbb\xbf[" + one + "]\n", Want: []string{open}},
		{Name: "appended", File: "[\n" + one + "\n]\n[\n" + one + "\n]\n", Want: []string{open, open}},
		{Name: "nothing found", File: "[\n]\n"},
		{Name: "two ports", File: `[{` + where + `,"ports":[{"port":1,"proto":"tcp","status":"closed","reason":"rst-ack","ttl":0},{"port":2,"proto":"udp","status":"closed","reason":"none","ttl":9}]}]`, Want: []string{
			`"port":1,"proto":"tcp","state":"closed","reason":"reset","service":"tcpmux","method":"syn","time":"2023-11-14T22:13:20.000Z","source"`,
			`"port":2,"proto":"udp","state":"closed","reason":"port-unreach","method":"udp"`,
		}},
		{Name: "UDP reply", File: port(`"port": 53, "proto": "udp", "status": "open", "reason": "none", "ttl": 0`), Want: []string{`"state":"open","reason":"udp-response"`}},
		{Name: "guessed service", File: banner("ftp", `220 mx.example ESMTP Exim\u000a`), Want: []string{`"banner":"220 mx.example ESMTP Exim\n","source":"masscan","masscan":{"state":"open","service":"ftp"}}`}},
		{Name: "bytes", File: banner("unknown", `\u00fe\u0001a`), Want: []string{`"banner":"` + "\ufffd" + `\u0001a","banner_hex":"fe0161"`}},
		{Name: "UTF-8", File: banner("unknown", `\u00c3\u00a9`), Want: []string{`"banner":"é","source"`}},
		{Name: "derived", File: banner("title", `Hello`), Want: []string{`"masscan":{"state":"open","service":"title","banner":"Hello"}}`}},
		{Name: "summary", File: banner("snmp", `sysDescr:Linux`) + banner("(40)", `x`), Want: []string{`"masscan":{"state":"open","service":"snmp","banner":"sysDescr:Linux"}}`, `"masscan":{"state":"open","service":"(40)","banner":"x"}}`}},
		{Name: "bad port between others", File: port(`"port": 1, "proto": "tcp", "status": "open"}, {"port": 99999, "proto": "tcp", "status": "open"}, 7, {"port": 2, "proto": "tcp", "status": "open"`), Want: []string{`"port":1,`, `"port":2,`}, Err: "line 1: \"99999\" is not a port\nline 1: 7 is not a port"},
		{Name: "SCTP", File: port(`"port": 80, "proto": "sctp", "status": "open", "reason": "init-ack", "ttl": 64`), Skipped: 1},
		{Name: "ping", File: port(`"port": 0, "proto": "icmp", "status": "open", "reason": "none", "ttl": 64`), Skipped: 1},
		{Name: "unknown state", File: port(`"port": 80, "proto": "tcp", "status": "ajar", "reason": "syn-ack", "ttl": 64`), Skipped: 1},
		{Name: "port too large", File: "[" + one + ",\n" + `{` + where + `,"ports":[{"port":70000,"proto":"tcp","status":"open"}]},` + one + "]", Want: []string{open, open}, Err: `line 2: "70000" is not a port`},
		{Name: "bad escape", File: "[\n" + strings.Replace(one, "syn-ack", `\x`, 1) + ",\n" + one + "]", Want: []string{open}, Err: "line 2: not valid JSON"},
		{Name: "no address", File: `[{"ip":"x","ports":[]}]`, Err: `"x" is not the address of a host`},
		{Name: "torn", File: "[\n" + one + "\n,\n" + one[:40], Want: []string{open}, Err: "line 4, byte 146: the file ends within this object"},
		{Name: "no end", File: "[\n" + one + "\n,\n", Want: []string{open}, Err: "the file ends before the ]"},
		{Name: "garbage", File: "[\n" + one + "\nxyz\n" + one + "]", Want: []string{open, open}, Err: `line 3: 'x' is not the beginning of a JSON object`},
		{Name: "garbage at the end", File: "[\n" + one + "]\nxyz", Want: []string{open}, Err: `line 3: 'x' is not the beginning of a JSON object`},
		{Name: "torn, appended", File: "[\n" + one[:40] + "[\n" + one + "\n]\n", Want: []string{open}, Err: "line 2: the object ends before line 3, where another begins"},
		{Name: "torn in a text, appended", File: "[\n" + one[:15] + "[\n" + one + ",\n" + one + "\n]\n", Want: []string{open, open}, Err: "line 2: the object ends before line 3"},
		{Name: "interrupted, appended", File: "[\n" + one + ",\n[\n" + one + "\n]\n", Want: []string{open, open}, Err: "line 3: an array begins before the ]"},
		{Name: "objects over several lines", File: "[" + strings.NewReplacer("{", "\n{\n", "[", "\n[\n").Replace(one) + "]", Want: []string{open}},
		{Name: "deep", File: "[" + strings.Repeat(`{"a":`, 20000) + "1" + strings.Repeat("}", 20000) + "]", Err: "not valid JSON"},
		{Name: "endless object", File: `[{"a":"` + strings.Repeat("x", 2<<20), Err: "line 1, byte 1: the file ends within this object"},
		{Name: "long object", File: `[{"a":"` + strings.Repeat("x", 2<<20) + `"},` + one + "]", Want: []string{open}, Err: "line 1: an object is longer than"},
	})
}

func TestNDJSON(t *testing.T) {
	status := `{"ip":"2001:db8::7","timestamp":"1700000000","port":22,"proto":"tcp","rec_type":"status","data":{"status":"open","reason":"syn-ack","ttl":64}}` + "\n"
	banner := `{"ip":"192.0.2.7","timestamp":"1700000000","port":22,"proto":"tcp","rec_type":"banner","data":{"service_name":"ssh","banner":"SSH-2.0-x"}}` + "\n"
	open := `"ip":"2001:db8::7","port":22,"proto":"tcp","state":"open"`
	scantest.Run(t, ReadNDJSON, []scantest.Case{
		{Name: "both kinds", File: status + banner, Want: []string{open, `"banner":"SSH-2.0-x","source":"masscan","masscan":{"state":"open","service":"ssh"}}`}},
		{Name: "bad line", File: status + "{\"ip\":1\n" + status, Want: []string{open, open}, Err: "line 2: not valid JSON"},
		{Name: "no data", File: status + "{\"ip\":\"192.0.2.7\"}\n", Want: []string{open}, Err: "line 2: a line without data"},
		{Name: "no line end", File: status + status[:len(status)-1], Want: []string{open, open}},
		{Name: "torn", File: status + status[:len(status)-2], Want: []string{open}, Err: "line 2, byte 143: the last line is incomplete"},
		{Name: "CRLF", File: status[:len(status)-1] + "\r\n" + status[:len(status)-1] + "\r", Want: []string{open, open}},
	})
}

func TestList(t *testing.T) {
	line := "open tcp 22 192.0.2.7 1700000000\n"
	open := `"port":22,"proto":"tcp","state":"open","reason":"syn-ack","service":"ssh","method":"syn","time":"2023-11-14T22:13:20.000Z","source":"masscan","masscan":{"state":"open"}}`
	scantest.Run(t, ReadList, []scantest.Case{
		{Name: "whole", File: "#masscan\n" + line + "# end\n", Want: []string{open}},
		{Name: "lines of it", File: line + line, Want: []string{open, open}},
		{Name: "banner", File: "banner tcp 21 192.0.2.7 1700000000 ftp 220 a b\\x0a\\x5cx41\\xzz\\\n", Want: []string{`"banner":"220 a b\n\\x41\\xzz\\"`}},
		{Name: "empty banner", File: "banner tcp 21 192.0.2.7 1700000000 ftp \n", Want: []string{`"source":"masscan","masscan":{"state":"open","service":"ftp"}}`}},
		{Name: "no end", File: "#masscan\n" + line, Want: []string{open}, Err: "line 2, byte 42: the file ends before masscan's line # end"},
		{Name: "torn address", File: line + "open tcp 22 192.0.2.1", Want: []string{open}, Err: "line 2, byte 33: the last line is incomplete"},
		{Name: "torn time", File: line + line[:len(line)-1], Want: []string{open}, Err: "the last line is incomplete"},
		{Name: "two scans", File: "#masscan\n" + line + "#masscan\n" + line + "# end\n", Want: []string{open, open}, Err: "line 3: the scan that begins at line 1 ends before"},
		{Name: "SCTP", File: "open sctp 22 192.0.2.7 1700000000\n", Skipped: 1},
		{Name: "bad", File: "open tcp 22\n" + line + "open tcp 0 192.0.2.7 1\nopen tcp x 192.0.2.7 1\n", Want: []string{open}, Err: "line 1: not a result", Skipped: 1},
	})
}

func TestGrepable(t *testing.T) {
	line := "Timestamp: 1700000000\tHost: 192.0.2.7 ()\tPorts: 161/closed/udp//snmp//\n"
	head := func(ports string) string {
		return "# Masscan 1.3.2 scan initiated x\n# Ports scanned: " + ports + " PROTOCOLS(0;)\n"
	}
	banner := func(port, service string) string {
		return "Host: 192.0.2.7 ()\tPort: " + port + "\tService: " + service + "\tBanner: x\n"
	}
	closed := `"port":161,"proto":"udp","state":"closed","reason":"port-unreach","service":"snmp","method":"udp","time":"2023-11-14T22:13:20.000Z"`
	scantest.Run(t, ReadGrepable, []scantest.Case{
		{Name: "whole", File: "# Masscan 1.3.2 scan initiated Mon Nov 30 02:50:38 2026\n# Ports scanned: TCP(0;)\n" + line + "# Masscan done at x\n", Want: []string{closed}},
		{Name: "banner", File: "Host: 192.0.2.7 ()\tPort: 21\tService: ftp\tBanner: a\tb\\x0a\n", Want: []string{`"state":"open","reason":"syn-ack","service":"ftp","method":"syn","banner":"a\tb\n"`}},
		{Name: "banners of UDP", File: head("TCP(0;) UDP(2;65697-65697,65536-65536,) SCTP(0;)") + banner("161", "snmp") + banner("7", "unknown") + line + "# Masscan done at x\n", Want: []string{
			`"port":161,"proto":"udp","state":"open","reason":"udp-response","service":"snmp","method":"udp","source":"masscan","masscan":{"state":"open","service":"snmp","banner":"x"}}`,
			`"port":7,"proto":"udp","state":"open","reason":"udp-response","service":"echo","method":"udp","banner":"x"`, closed,
		}},
		{Name: "banners of TCP", File: head("TCP(1;80-80) UDP(0;) SCTP(0;)") + banner("80", "unknown") + "# Masscan done at x\n", Want: []string{`"port":80,"proto":"tcp"`}},
		{Name: "banners of both", File: head("TCP(1;53-53,) UDP(1;65589-65589) SCTP(0;)") + banner("53", "unknown") + banner("53", "dns-ver") + banner("53", "ssh") + "# Masscan done at x\n" + head("TCP(1;80-80) UDP(0;) SCTP(0;)") + banner("53", "memcached") + "# Masscan done at x\n", Skipped: 1, Want: []string{
			`"port":53,"proto":"udp"`, `"port":53,"proto":"tcp"`, `"port":53,"proto":"tcp"`,
		}},
		{Name: "banner without a head", File: banner("53", "memcached") + banner("161", "snmp"), Skipped: 1, Want: []string{`"port":161,"proto":"udp"`}},
		{Name: "no end", File: "# Masscan 1.3.2 scan initiated x\n" + line, Want: []string{closed}, Err: "the file ends before masscan's line # Masscan done"},
		{Name: "bad", File: "Host: 192.0.2.7 ()\n" + line + "Ports: 1/open/tcp//x//\nHost: x\tPorts: 1/open/tcp\n", Want: []string{closed}, Err: "line 1: not a result"},
	})
}
