package record

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"portkit/pkg/ndjson"
)

// showInput returns an Input for comparison: the endpoint, then the fields that are
// not zero.
func showInput(in *Input) string {
	switch {
	case in.Pass:
		return "pass"
	case in.Skip:
		return "skip"
	}
	s := fmt.Sprintf("%s %v %d/%v", in.Host, in.Addr, in.Port, in.Proto)
	if in.Timeout != 0 {
		s += fmt.Sprintf(" timeout %v", in.Timeout)
	}
	if in.Retries != -1 {
		s += fmt.Sprintf(" retries %d", in.Retries)
	}
	if len(in.Extra) > 0 {
		s += fmt.Sprintf(" + %s", in.Extra)
	}
	return s
}

const noIP = "invalid IP"

// inputs contains valid lines and what they are parsed into.
var inputs = []struct{ line, want string }{
	{`{"host":"a.example","ip":"192.0.2.1","port":80,"proto":"tcp"}`, `a.example 192.0.2.1 80/tcp`},
	{`{"host":"a.example","port":80}`, `a.example ` + noIP + ` 80/tcp`},
	{` { "port" : 53 , "proto" : "udp" , "ip" : "192.0.2.1" } `, `192.0.2.1 192.0.2.1 53/udp`},
	{`{"host":"192.0.2.1","port":80}`, `192.0.2.1 192.0.2.1 80/tcp`},
	{`{"host":"192.0.2.1","ip":"192.0.2.2","port":80}`, `192.0.2.1 192.0.2.2 80/tcp`},
	{`{"host":"2001:DB8:0::1","port":80}`, `2001:DB8:0::1 2001:db8::1 80/tcp`},
	{`{"ip":"2001:DB8:0::1","port":80}`, `2001:db8::1 2001:db8::1 80/tcp`},
	{`{"host":"[2001:db8::1]","port":80}`, `2001:db8::1 2001:db8::1 80/tcp`},
	{`{"ip":"::ffff:192.0.2.1","port":80}`, `192.0.2.1 192.0.2.1 80/tcp`},
	{`{"host":"::ffff:c000:201","port":80}`, `::ffff:c000:201 192.0.2.1 80/tcp`},
	{`{"ip":"fe80::1%eth0","port":80}`, `fe80::1%eth0 fe80::1%eth0 80/tcp`},
	{`{"ip":"ff02::1%br-lan.7","port":80}`, `ff02::1%br-lan.7 ff02::1%br-lan.7 80/tcp`},
	{`{"host":"x","port":8e1}`, `x ` + noIP + ` 80/tcp`},
	{`{"host":"x","port":80.0}`, `x ` + noIP + ` 80/tcp`},
	{`{"host":"x","port":65535}`, `x ` + noIP + ` 65535/tcp`},
	// target and protocol
	{`{"target":"x","port":80,"protocol":"udp"}`, `x ` + noIP + ` 80/udp + "target":"x","protocol":"udp"`},
	{`{"target":"y","host":"x","port":80,"protocol":"udp","proto":"tcp"}`, `x ` + noIP + ` 80/tcp + "target":"y","protocol":"udp"`},
	{`{"target":7,"host":"x","port":80,"protocol":[],"proto":"tcp"}`, `x ` + noIP + ` 80/tcp + "target":7,"protocol":[]`},
	{`{"target":"x","ip":"192.0.2.1","port":80}`, `x 192.0.2.1 80/tcp + "target":"x"`},
	{`{"target":"x","target":"y","port":80}`, `y ` + noIP + ` 80/tcp + "target":"x","target":"y"`},
	// duplicates, escapes, unknown fields
	{`{"host":"x","port":80,"port":81,"host":"y"}`, `y ` + noIP + ` 81/tcp`},
	{`{"host":7,"host":"y","port":"80","port":81}`, `y ` + noIP + ` 81/tcp`},
	{`{"po\u0072t":80,"h\u006fst":"\u0078"}`, `x ` + noIP + ` 80/tcp`},
	{`{"a":1,"host":"x","a":2,"port":80,"rack":{"u" : 1e400},"é":"\u00e9"}`, `x ` + noIP + ` 80/tcp + "a":1,"a":2,"rack":{"u" : 1e400},"é":"\u00e9"`},
	{`{"Host":"X","host":"x","port":80,"":0.10}`, `x ` + noIP + ` 80/tcp + "Host":"X","":0.10`},
	{`{"kind":"web","host":"x","port":80}`, `x ` + noIP + ` 80/tcp + "kind":"web"`},
	// options
	{`{"host":"x","port":80,"timeout_ms":1500,"retries":3}`, `x ` + noIP + ` 80/tcp timeout 1.5s retries 3 + "timeout_ms":1500,"retries":3`},
	{`{"host":"x","port":80,"timeout_ms":0.5,"retries":0}`, `x ` + noIP + ` 80/tcp timeout 500µs retries 0 + "timeout_ms":0.5,"retries":0`},
	{`{"host":"x","port":80,"timeout_ms":8.64e7,"retries":2e1}`, `x ` + noIP + ` 80/tcp timeout 24h0m0s retries 20 + "timeout_ms":8.64e7,"retries":2e1`},
	{`{"host":"x","port":80,"timeout_ms":1e-9}`, `x ` + noIP + ` 80/tcp timeout 1ns + "timeout_ms":1e-9`},
	{`{"host":"x","port":80,"timeout_ms":"x","timeout_ms":2}`, `x ` + noIP + ` 80/tcp timeout 2ms + "timeout_ms":"x","timeout_ms":2`},
	// results are probed again
	{
		`{"host":"x","ip":"192.0.2.1","port":80,"proto":"tcp","state":"open","reason":"syn-ack","service":"http","rtt_ms":0.5,"attempts":1,"method":"connect","time":"t","app":"http","ttl":64,"error":"e","line":7,"input":"i","owner":"me"}`,
		`x 192.0.2.1 80/tcp + "owner":"me"`,
	},
	{`{"host":"x","port":80,"state":"error","reason":"resolve-failed","error":"no such host"}`, `x ` + noIP + ` 80/tcp`},
	{`{"state":"error"}`, "pass"},
	{`{"state":"\u0065rror","reason":"bad-record","line":7,"input":"null","owner":"me"}`, "pass"},
	{`{"host":"x","state":"error","port":"80"}`, "pass"},
	{`{"host":"x","port":80,"proto":"tcp","timeout_ms":-1,"state":"error"}`, "pass"},
	{`{"host":"x","port":80,"state":"error","reason":"bad-record","error":"proto 7"}`, "pass"},
	// names
	{`{"host":"_sip._tcp.a-b.example.","port":80}`, `_sip._tcp.a-b.example. ` + noIP + ` 80/tcp`},
	{`{"host":"3com.example","port":80}`, `3com.example ` + noIP + ` 80/tcp`},
	{`{"host":"bücher.例え","port":80}`, `bücher.例え ` + noIP + ` 80/tcp`},
	{`{"host":"` + strings.Repeat("a", 253) + `.","port":80}`, strings.Repeat("a", 253) + `. ` + noIP + ` 80/tcp`},
	// plain lines
	{"a.example:80", `a.example ` + noIP + ` 80/tcp`},
	{" 192.0.2.1:80\t", `192.0.2.1 192.0.2.1 80/tcp`},
	{"[2001:db8::1]:443", `2001:db8::1 2001:db8::1 443/tcp`},
	{"[fe80::1%eth0]:22/tcp", `fe80::1%eth0 fe80::1%eth0 22/tcp`},
	{"ns.example:53/udp # the resolver", `ns.example ` + noIP + ` 53/udp`},
	{"null:80", `null ` + noIP + ` 80/tcp`},
	{"# a comment", "skip"},
	{" \t# a comment", "skip"},
	{"\r# a comment", "skip"},
}

func TestInput(t *testing.T) {
	var d Decoder
	var in Input
	for _, c := range inputs {
		err := d.Input(ndjson.Line{No: 7, Text: []byte(c.line)}, &in)
		if got := showInput(&in); err != nil || got != c.want {
			t.Errorf("%s\n got %s, %v\nwant %s", c.line, got, err, c.want)
		}
	}
}

// badInputs contains lines that are not endpoints, the message, and what is kept
// beside line and input.
var badInputs = []struct{ line, msg, kept string }{
	{`{"host":"x","port":70000}`, `port 70000 is outside 1-65535`, `"host":"x"`},
	{`{"host":"x","port":0}`, `port 0 is outside 1-65535`, `"host":"x"`},
	{`{"host":"x","port":-1}`, `port -1 is outside 1-65535`, `"host":"x"`},
	{`{"host":"x","port":"80"}`, `port "80" is a string, not an integer; want 1-65535`, `"host":"x"`},
	{`{"host":"x","port":80.5}`, `port 80.5 is not an integer; want 1-65535`, `"host":"x"`},
	{`{"host":"x","port":1e400}`, `port 1e400 does not fit 64 bits; want 1-65535`, `"host":"x"`},
	{`{"host":"x","port":null}`, `port is missing; want an integer, 1-65535`, `"host":"x"`},
	{`{"host":"x","port":[80]}`, `port [80] is an array, not an integer; want 1-65535`, `"host":"x"`},
	{`{"host":"x"}`, `port is missing; want an integer, 1-65535`, `"host":"x"`},
	{`{"host":"x","port":80,"port":"81"}`, `port "81" is a string, not an integer; want 1-65535`, `"host":"x"`},
	{`{"port":80}`, `host is missing; a record requires host or ip`, `"port":80`},
	{`{"a":1}`, `not an endpoint: host and port are missing`, `+ "a":1`},
	{`{}`, `not an endpoint: host and port are missing`, ``},
	{`{"host":"","port":80}`, `host is missing; a record requires host or ip`, `"port":80`},
	{`{"host":7,"port":80}`, `host 7 is not a string`, `"port":80`},
	{`{"host":["x"],"port":80}`, `host ["x"] is an array, not a string`, `"port":80`},
	{`{"target":7,"port":80}`, `host 7 is not a string`, `"port":80+ "target":7`},
	{`{"ip":7,"port":80}`, `ip 7 is not a string`, `"port":80`},
	{`{"ip":"","port":80}`, `host is missing; a record requires host or ip`, `"port":80`},
	{`{"ip":"x.example","port":80}`, `ip "x.example" is not an address`, `"port":80`},
	{`{"ip":"[::1]","port":80}`, `ip "[::1]" is not an address`, `"port":80`},
	{`{"host":"x","ip":"192.0.2.256","port":80}`, `ip "192.0.2.256" is not an address`, `"host":"x","port":80`},
	{`{"host":"0.0.0.0","port":80}`, `host 0.0.0.0 is not the address of a host`, `"port":80`},
	{`{"host":"x","ip":"::","port":80}`, `ip :: is not the address of a host`, `"host":"x","port":80`},
	{`{"host":"::ffff:0.0.0.0","port":80}`, `host 0.0.0.0 is not the address of a host`, `"port":80`},
	{`{"host":"10.0.0.256","port":80}`, `host "10.0.0.256" is not an address`, `"port":80`},
	{`{"host":"1.2.3","port":80}`, `host "1.2.3" is not an address`, `"port":80`},
	{`{"host":"10.1","port":80}`, `host "10.1" is not an address`, `"port":80`},
	{`{"host":"010.0.0.1","port":80}`, `host "010.0.0.1" is not an address`, `"port":80`},
	{`{"host":"3232235777","port":80}`, `host "3232235777" is not an address`, `"port":80`},
	{`{"host":"192.0.2.1:80","port":80}`, `host "192.0.2.1:80" is not an address`, `"port":80`},
	{`{"host":"2001:db8::g","port":80}`, `host "2001:db8::g" is not an address`, `"port":80`},
	{`{"host":"[192.0.2.1]","port":80}`, `host "[192.0.2.1]": brackets go round IPv6 addresses only`, `"port":80`},
	{`{"host":"2001:db8::1%eth0","port":80}`, `host 2001:db8::1%eth0 has a zone; only link-local addresses have one`, `"port":80`},
	{`{"host":"fe80::1%a b","port":80}`, `host "fe80::1%a b" has a zone that no interface has`, `"port":80`},
	{`{"host":"10.0.0.0/24","port":80}`, `host "10.0.0.0/24" has a character that no name has: '/' (portgen expands ranges)`, `"port":80`},
	{`{"host":"a b","port":80}`, `host "a b" has a character that no name has: ' '`, `"port":80`},
	{`{"host":"a\u0000b","port":80}`, `host "a\x00b" has a character that no name has: '\x00'`, `"port":80`},
	{`{"host":"a\u0085b","port":80}`, `host "a\u0085b" has a character that no name has: '\u0085'`, `"port":80`},
	{`{"host":"a\ud800","port":80}`, `host "a` + "\ufffd" + `" has a character that no name has: '` + "\ufffd" + `'`, `"port":80`},
	{`{"host":"` + strings.Repeat("a", 254) + `","port":80}`, `host "` + strings.Repeat("a", 64) + `…" is longer than 253 bytes`, `"port":80`},
	{`{"host":"x","port":80,"proto":"sctp"}`, `proto "sctp" is not "tcp" or "udp"`, `"host":"x","port":80`},
	{`{"host":"x","port":80,"proto":"TCP"}`, `proto "TCP" is not "tcp" or "udp"`, `"host":"x","port":80`},
	{`{"host":"x","port":80,"timeout_ms":"1s","a":1}`, `timeout_ms "1s" is a string, not a number; want milliseconds, at most one day`, `"host":"x","port":80+ "a":1`},
	{`{"host":"x","port":80,"timeout_ms":0}`, `timeout_ms 0 is not between 0 and 86400000, a day`, `"host":"x","port":80`},
	{`{"host":"x","port":80,"timeout_ms":-0.5}`, `timeout_ms -0.5 is not between 0 and 86400000, a day`, `"host":"x","port":80`},
	{`{"host":"x","port":80,"timeout_ms":86400000.1}`, `timeout_ms 86400000.1 is not between 0 and 86400000, a day`, `"host":"x","port":80`},
	{`{"host":"x","port":80,"timeout_ms":1e300}`, `timeout_ms 1e300 is not between 0 and 86400000, a day`, `"host":"x","port":80`},
	{`{"host":"x","port":80,"retries":21}`, `retries 21 is outside 0-20`, `"host":"x","port":80`},
	{`{"host":"x","port":80,"retries":"auto","timeout_ms":5}`, `retries "auto" is a string, not an integer; want 0-20`, `"host":"x","port":80+ "timeout_ms":5`},
	{`{"host":"x","ip":"192.0.2.1","port":0,"proto":"udp","state":"open","service":"http","line":1,"rack" : 3}`, `port 0 is outside 1-65535`, `"host":"x","ip":"192.0.2.1","proto":"udp"+ "rack" : 3`},
	// not JSON
	{`{"host":"x","port":80`, `not valid JSON at byte 22: the object is not closed`, ``},
	{`{"host":"x","port":80} x`, `not valid JSON at byte 24: more text after the value`, ``},
	{"{\"host\":\"\xff\",\"port\":80}", `not valid JSON at byte 10: invalid UTF-8`, ``},
	{"{\"host\":\"a\x00\",\"port\":80}", `not valid JSON at byte 11: a control character in a string is written as \u0000`, ``},
	{`null`, `null is not an endpoint; want a JSON object or HOST:PORT`, ``},
	{`17`, `17 is not an endpoint; want a JSON object or HOST:PORT`, ``},
	{`"a:80"`, `"a:80" is not an endpoint; want a JSON object or HOST:PORT`, ``},
	{`[]`, `a JSON array, not one object per line; convert with jq -c '.[]'`, ``},
	{`[{"host":"x","port":80}]`, `a JSON array, not one object per line; convert with jq -c '.[]'`, ``},
	{`hello`, `hello is not an endpoint; want a JSON object or HOST:PORT`, ``},
	{`http://192.0.2.1:80`, `http://192.0.2.1:80 is not an endpoint; use 192.0.2.1:80`, ``},
	{`tcp://host.example:22/x`, `tcp://host.example:22/x is not an endpoint; use host.example:22`, ``},
	{`https://[2001:db8::1]`, `https://[2001:db8::1] is not an endpoint; use [2001:db8::1]:443`, ``},
	{`192.0.2.1,80/tcp`, `192.0.2.1,80/tcp is not an endpoint; use 192.0.2.1:80/tcp`, ``},
	{`2001:db8::1 80`, `2001:db8::1 80 is not an endpoint; use [2001:db8::1]:80`, ``},
	{`host.example;22`, `host.example;22 is not an endpoint; use host.example:22`, ``},
	{`192.0.2.1`, `192.0.2.1 is not an endpoint; use: portgen 192.0.2.1 --top 1000 | portprobe`, ``},
	{`10.0.0.0/24`, `10.0.0.0/24 is not an endpoint; use: portgen 10.0.0.0/24 --top 1000 | portprobe`, ``},
	{`2001:db8::1`, `2001:db8::1 is not an endpoint; use [2001:db8::1]:PORT`, ``},
	{`10.0.0.1-9:22`, `host "10.0.0.1-9" is not an address; portgen expands ranges and prefixes`, ``},
	{`{"host":"http://192.0.2.1","port":80}`, `host "http://192.0.2.1" is a URL; use the host alone, as in 192.0.2.1:80`, `"port":80`},
	{`{"host":"-x","port":80}`, `host "-x" begins with a hyphen, as no name does`, `"port":80`},
	{"\u2013x:80", "host \"\u2013x\": a target does not begin with a dash; '\u2013' (U+2013) is not '-'; type -x", ``},
	{"10.0.0.1\u20139:80", "host \"10.0.0.1\u20139\": '\u2013' (U+2013) is not '-'; type 10.0.0.1-9", ``},
	{"192.0.2.1\uff1a22", "host \"192.0.2.1\uff1a22\": '\uff1a' (U+FF1A) is not ':'; type 192.0.2.1:22", ``},
	{"{\"host\":\"\uff11\uff10.0.0.1\",\"port\":80}", "host \"\uff11\uff10.0.0.1\": '\uff11' (U+FF11) is not '1'; type 10.0.0.1", `"port":80`},
	{`a:80 b:80`, `a:80 b:80 is not an endpoint; want a JSON object or HOST:PORT`, ``},
	{`:80`, `:80 is not an endpoint; want a JSON object or HOST:PORT`, ``},
	{`[2001:db8::1]`, `[2001:db8::1] is not an endpoint; use [2001:db8::1]:PORT`, ``},
	{`[2001:db8::1]80`, `[2001:db8::1]80 is not an endpoint; want a JSON object or HOST:PORT`, ``},
	{`2001:db8::1:80`, `2001:db8::1:80: an IPv6 address requires brackets before its port; use [2001:db8::1]:80`, ``},
	{`a:0`, `port 0 is outside 1-65535`, ``},
	{`a:70000`, `port 70000 is outside 1-65535`, ``},
	{`a:99999999999999999999`, `port 99999999999999999999 is outside 1-65535`, ``},
	{`a:http`, `port http is not an integer 1-65535; portgen expands port lists and names`, ``},
	{`a:`, `port is missing; want an integer, 1-65535`, ``},
	{`a:80/sctp`, `proto "sctp" is neither tcp nor udp`, ``},
	{`a:80/`, `proto "" is neither tcp nor udp`, ``},
	{`10.0.0.256:80`, `host "10.0.0.256" is not an address`, ``},
	{`10.0.0.0/24:80`, `host "10.0.0.0/24" has a character that no name has: '/' (portgen expands ranges)`, ``},
	{"a\xff:80", `host "a` + "\ufffd" + `" has a character that no name has: '` + "\ufffd" + `'`, ``},
	{"a\x00:80", `host "a\x00" has a character that no name has: '\x00'`, ``},
	{`[a]:80`, `host "[a]" has a character that no name has: '['`, ``},
}

func TestBadInput(t *testing.T) {
	var d Decoder
	var e Encoder
	var in Input
	at := time.Date(2026, 1, 2, 3, 4, 5, 678e6, time.UTC)
	for _, c := range badInputs {
		l := ndjson.Line{No: 7, Text: []byte(c.line)}
		err := d.Input(l, &in)
		b, ok := err.(*Bad)
		if !ok || b.Error() != "line 7: "+c.msg || b.Kind == "" {
			t.Errorf("%s\n got %v\nwant line 7: %s", c.line, err, c.msg)
			continue
		}
		before, after, more := strings.Cut(c.kept, "+ ")
		want := "{" + before
		if before != "" {
			want += ","
		}
		want += `"state":"error","reason":"bad-record","time":"2026-01-02T03:04:05.678Z","error":` + string(ndjson.AppendString(nil, c.msg)) +
			`,"line":7,"input":` + string(ndjson.AppendString(nil, c.line))
		if more {
			want += "," + after
		}
		if got := string(e.Bad(nil, b, at)); got != want+"}\n" {
			t.Errorf("%s\n got %s\nwant %s", c.line, got, want)
		}
		if got := showInput(&in); got != " invalid IP 0/tcp" {
			t.Errorf("%s: leaves %s behind", c.line, got)
		}
	}
}

func TestLongLines(t *testing.T) {
	var d Decoder
	err := d.Input(ndjson.Line{No: 3, Text: []byte(`{"host":"` + strings.Repeat("é", ndjson.MaxLine/2)), Long: true}, new(Input))
	b, _ := err.(*Bad)
	if b == nil || b.Msg != "the line is longer than 1081344 bytes" || len(b.Input) != 4095 {
		t.Errorf("%.200v", err)
	}
	if err := d.Result(ndjson.Line{No: 3, Text: []byte("{"), Long: true}, new(Result)); err == nil {
		t.Error("Result takes a line that is too long")
	}
}

func TestInputOfBadRecordIsShortWhenEscaped(t *testing.T) {
	for _, s := range []string{"\x00", "\xff", "\"", "😀", "a"} {
		b := NewBad(ndjson.Line{No: 1, Text: []byte(strings.Repeat(s, 1<<20))}, "json", "x")
		if n := len(ndjson.AppendString(nil, b.Input)); len(b.Input) > 4096 || n > 12<<10+2 || len(b.Input) < 2000 {
			t.Errorf("%q: %d bytes, %d as JSON", s, len(b.Input), n)
		}
	}
}

func TestDecoderAllocatesNothing(t *testing.T) {
	var d Decoder
	var in Input
	var r Result
	for _, s := range []string{
		plainEndpoint, namedEndpoint, ownedEndpoint, plainResult, v6Result,
		`{"ip":"fe80::1%eth0","port":80,"timeout_ms":1500.5,"retries":2}`, `{"host":"\u0061.example","port":80,"state":"\u006fpen"}`, "a.example:80", "[2001:db8::1]:80/udp", "# x",
	} {
		l := ndjson.Line{No: 1, Text: []byte(s)}
		if n := testing.AllocsPerRun(100, func() { d.Input(l, &in) }); n != 0 {
			t.Errorf("Input of %s: %v allocations", s, n)
		}
		if err := d.Result(l, &r); err != nil {
			continue
		}
		if n := testing.AllocsPerRun(100, func() { d.Result(l, &r) }); n != 0 {
			t.Errorf("Result of %s: %v allocations", s, n)
		}
	}
}
