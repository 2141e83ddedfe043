package zmap

import (
	"testing"

	"portkit/pkg/internal/scantest"
)

func TestCSV(t *testing.T) {
	const head = "saddr,saddr-raw,sport,classification,success,repeat,ttl,timestamp-str,timestamp-ts,timestamp-us\n"
	const open = `"ip":"192.0.2.7","port":22,"proto":"tcp","state":"open","reason":"syn-ack","service":"ssh","method":"syn","time":"2023-11-14T22:13:20.125Z","ttl":64,"source":"zmap","zmap":{"classification":"synack"}}`
	const tcp = "saddr,sport,seqnum,window,classification,success,icmp_responder,icmp_type,icmp_code\n"
	const assumed = "read as results of TCP"
	row := func(class, success, repeat string) string {
		return "192.0.2.7,1,22," + class + "," + success + "," + repeat + ",64,x,1700000000,125000\n"
	}
	scantest.Run(t, ReadCSV, []scantest.Case{
		{Name: "hyphens", File: head + row("synack", "1", "0"), Want: []string{open}},
		{Name: "underscores", File: "timestamp_us,timestamp_ts,ttl,saddr,sport,classification\n125000,1700000000,64,192.0.2.7,22,synack\n", Want: []string{open}},
		{Name: "closed", File: head + row("rst", "0", "0"), Want: []string{`"state":"closed","reason":"reset"`}},
		{Name: "repeat", File: head + row("synack", "1", "0") + row("synack", "1", "1"), Want: []string{open}, Skipped: 1},
		{Name: "appended", File: head + row("synack", "1", "0") + head + row("synack", "1", "0"), Want: []string{open, open}},
		{Name: "quotes", File: "saddr,sport,data\n192.0.2.7,22,\"a,\"\"b\"\n", Err: assumed, Want: []string{`"port":22,"proto":"tcp","state":"open"`}},
		{Name: "addresses", File: "192.0.2.7\n192.0.2.8\n", Port: 22, Err: assumed, Want: []string{
			`{"host":"192.0.2.7","ip":"192.0.2.7","port":22,"proto":"tcp","state":"open","reason":"syn-ack","service":"ssh","method":"syn","source":"zmap"}`, `"ip":"192.0.2.8"`,
		}},
		{Name: "no port", File: "192.0.2.7\n192.0.2.8\n", Err: "the results have no port; add it with --port\n"},
		{Name: "no port in one", File: "saddr,sport,classification\n192.0.2.7,,icmp-unreach\n192.0.2.7,22,synack\n192.0.2.8,,synack\n192.0.2.7,23,synack\n", Want: []string{`"port":22`, `"port":23`}, Err: "line 2: no port (results without one: 2)"},
		{Name: "no port, torn", File: "192.0.2.7\n192.0.2.8", Err: "the results have no port; add it with --port; line 2, byte 10: the last line is incomplete"},
		{Name: "ICMP about TCP", File: tcp + "192.0.2.1,,,,icmp,0,192.0.2.1,3,3\n192.0.2.7,22,1,1,synack,1,,,\n", Port: 80, Want: []string{
			`"ip":"192.0.2.1","port":80,"proto":"tcp","state":"filtered","reason":"port-unreach","service":"http","method":"syn"`, `"port":22,"proto":"tcp"`,
		}},
		{Name: "ICMP", File: "saddr,classification,icmp_type,icmp_code\n192.0.2.1,icmp,3,3\n192.0.2.2,ntp,,\n192.0.2.1,icmp,3,3\n", Port: 123, Skipped: 1, Want: []string{
			`"ip":"192.0.2.2","port":123,"proto":"udp","state":"open"`, `"port":123,"proto":"udp","state":"closed"`,
		}},
		{Name: "reset of a SYN-ACK", File: tcp + "192.0.2.7,22,1,1,rst,1,,,\n", Skipped: 1},
		{Name: "no class", File: "saddr,sport,timestamp_str\n192.0.2.7,22,2026-11-29T02:33:37.123+0100\n192.0.2.7,23,\n", Err: "read as results of TCP, because nothing shows their protocol; if they are of UDP, add it with --port, such as 53/udp\n", Want: []string{
			`"port":22,"proto":"tcp","state":"open","reason":"syn-ack","service":"ssh","method":"syn","time":"2026-11-29T01:33:37.123Z"`, `"port":23`,
		}},
		{Name: "torn address", File: "192.0.2.7\n192.0.2.1", Port: 22, Want: []string{`"ip":"192.0.2.7"`}, Err: "line 2, byte 10: the last line is incomplete"},
		{Name: "failure of unknown kind", File: head + row("other-thing", "0", "0"), Skipped: 1},
		{Name: "fields", File: head + "192.0.2.7\n" + row("synack", "1", "0"), Want: []string{open}, Err: "line 2: 1 fields, not 10 as in the header"},
		{Name: "bad address", File: head + "x" + row("synack", "1", "0"), Err: `line 2: "x192.0.2.7" is not the address of a host`},
	})
}

func TestJSON(t *testing.T) {
	icmp := func(responder, kind, code string) string {
		return `{"saddr":"192.0.2.7","classification":"icmp-unreach","success":0,"icmp_responder":"` + responder + `","icmp_type":` + kind + `,"icmp_code":` + code + `,"icmp_unreach_str":"x","repeat":0}` + "\n"
	}
	udp := `"port":161,"proto":"udp","state":`
	scantest.Run(t, ReadJSON, []scantest.Case{
		{Name: "numbers", File: `{ "saddr": "192.0.2.7", "ttl": 64, "sport": 22, "classification": "synack", "success": 1, "repeat": 0, "timestamp-ts": 1700000000, "timestamp-us": 125000 }` + "\n", Want: []string{`"port":22,"proto":"tcp","state":"open","reason":"syn-ack","service":"ssh","method":"syn","time":"2023-11-14T22:13:20.125Z","ttl":64`}},
		{Name: "booleans and null", File: `{"saddr":"192.0.2.7","sport":22,"classification":"synack","success":true,"repeat":false,"icmp_type":null}` + "\n" + `{"saddr":"192.0.2.7","sport":22,"classification":"synack","repeat":true}` + "\n", Want: []string{`"state":"open"`}, Skipped: 1},
		{Name: "closed", Port: 161, File: icmp("192.0.2.7", "3", "3"), Want: []string{udp + `"closed","reason":"port-unreach","service":"snmp","method":"udp","source":"zmap","zmap":{"classification":"icmp-unreach","icmp_responder":"192.0.2.7","icmp_unreach":"x"}}`}},
		{Name: "by another", Port: 161, File: icmp("192.0.2.1", "3", "3"), Want: []string{udp + `"filtered","reason":"port-unreach"`}},
		{Name: "codes", Port: 161, File: icmp("192.0.2.1", "3", "0") + icmp("192.0.2.1", "3", "1") + icmp("192.0.2.1", "3", "2") + icmp("192.0.2.1", "3", "9") + icmp("192.0.2.1", "3", "10") + icmp("192.0.2.1", "3", "13") + icmp("192.0.2.1", "3", "12") + icmp("192.0.2.1", "11", "0"), Want: []string{
			`"filtered","reason":"net-unreach"`, `"filtered","reason":"host-unreach"`, `"filtered","reason":"proto-unreach"`,
			`"filtered","reason":"net-prohibited"`, `"filtered","reason":"host-prohibited"`, `"filtered","reason":"admin-prohibited"`,
			`"filtered","reason":"dest-unreach"`, `"filtered","reason":"time-exceeded"`,
		}},
		{Name: "no port", File: icmp("192.0.2.7", "3", "3"), Err: "add it with --port"},
		{Name: "UDP", File: `{"saddr":"192.0.2.7","sport":53,"classification":"udp","success":1}` + "\n" + `{"saddr":"192.0.2.7","sport":53,"classification":"dns","success":1}` + "\n", Want: []string{`"port":53,"proto":"udp","state":"open","reason":"udp-response"`, `"proto":"udp","state":"open"`}},
		{Name: "replies that are not DNS", File: `{"saddr":"192.0.2.7","sport":53,"classification":"dns","success":0}` + "\n", Want: []string{`"port":53,"proto":"udp","state":"open"`}},
		{Name: "ICMP about TCP", Port: 80, Skipped: 1, File: `{"saddr":"192.0.2.8","classification":"icmp","icmp_type":3,"icmp_code":13}` + "\n" + `{"saddr":"192.0.2.7","sport":22,"classification":"synack"}` + "\n" + `{"saddr":"192.0.2.8","classification":"icmp","icmp_type":3,"icmp_code":13}` + "\n", Want: []string{`"port":22`, `"port":80,"proto":"tcp","state":"filtered","reason":"admin-prohibited"`}},
		{Name: "no port in one", File: icmp("192.0.2.7", "3", "3") + `{"saddr":"192.0.2.7","sport":22,"classification":"synack"}`, Err: "line 1: no port (results without one: 1)", Want: []string{`"port":22`}},
		{Name: "unreachable without a code", Port: 161, File: `{"saddr":"192.0.2.7","classification":"icmp-unreach"}` + "\n", Skipped: 1},
		{Name: "echo", Port: 22, File: `{"saddr":"192.0.2.7","classification":"echoreply","success":1}` + "\n", Skipped: 1},
		{Name: "torn", File: `{"saddr":"192.0.2.7","sport":22}` + "\n" + `{"saddr":"192.0.2`, Want: []string{`"port":22,"proto":"tcp","state":"open"`}, Err: "line 2, byte 33: the last line is incomplete"},
	})
}
