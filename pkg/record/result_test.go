package record

import (
	"fmt"
	"testing"

	"portkit/pkg/ndjson"
)

// showResult returns a Result for comparison.
func showResult(r *Result) string {
	switch {
	case r.Summary:
		return fmt.Sprintf("summary of %d fields", len(r.Fields))
	case r.NoEndpoint:
		return fmt.Sprintf("no endpoint, %v %v", r.State, r.Reason)
	}
	s := fmt.Sprintf("%s %v %d/%v %v %v", r.Host, r.Addr, r.Port, r.Proto, r.State, r.Reason)
	if r.RTT >= 0 {
		s += fmt.Sprintf(" %v", r.RTT)
	}
	if r.App != nil {
		s += fmt.Sprintf(" app %s", r.App)
	}
	return s
}

func TestResult(t *testing.T) {
	var d Decoder
	var r Result
	for _, c := range []struct{ line, want string }{
		{plainResult, `192.0.2.17 192.0.2.17 443/tcp open syn-ack 12.345ms`},
		{v6Result, `2001:db8::17 2001:db8::17 4430/tcp closed conn-refused 345µs`},
		{`{"host":"a b","port":80,"state":"filtered","reason":"no-response"}`, `a b invalid IP 80/tcp filtered no-response`},
		{`{"host":"192.0.2.1","port":53,"proto":"udp","state":"open|filtered","app":"d\u006es"}`, `192.0.2.1 192.0.2.1 53/udp open|filtered  app dns`},
		{`{"ip":"::ffff:192.0.2.1","port":53,"state":"open","rtt_ms":1e1}`, `192.0.2.1 192.0.2.1 53/tcp open  10ms`},
		{`{"target":"x","protocol":"udp","port":53,"state":"closed","rtt_ms":0.000001}`, `x invalid IP 53/udp closed  1ns`},
		{`{"host":"x","port":53,"state":"\u006fpen","reason":"r\u0065set","ttl":"x","time":0}`, `x invalid IP 53/tcp open reset`},
		{`{"host":"y","host":"x","port":"a","port":53,"state":7,"state":"open"}`, `x invalid IP 53/tcp open `},
		{`{"host":"x","port":80,"state":"error","reason":"resolve-failed"}`, `x invalid IP 80/tcp error resolve-failed`},
		{`{"host":"x","port":80,"state":"error","reason":"bad-record"}`, `no endpoint, error bad-record`},
		{`{"state":"error","reason":"bad-record","line":7}`, `no endpoint, error bad-record`},
		{`{"host":"x","port":"80","state":"error"}`, `no endpoint, error `},
		{`{"kind":"summary","host":"x","open":[80]}`, `summary of 3 fields`},
		{`{"kind":"summary","port":80,"host":"x","open":[80],"counts":{"open":1}}`, `summary of 5 fields`},
		{`{"kind":"web","host":"x","port":80,"state":"open"}`, `x invalid IP 80/tcp open `},
		{`{"host":"x","port":80,"state":"open","kind":"summary","open":7}`, `x invalid IP 80/tcp open `},
	} {
		err := d.Result(ndjson.Line{No: 7, Text: []byte(c.line)}, &r)
		if got := showResult(&r); err != nil || got != c.want {
			t.Errorf("%s\n got %s, %v\nwant %s", c.line, got, err, c.want)
		}
	}
}

func TestBadResult(t *testing.T) {
	var d Decoder
	var r Result
	for _, c := range []struct{ line, want string }{
		{`{"host":"x","port":80}`, `an endpoint record, not a result: state is missing; probe it with portprobe`},
		{`{"host":"x","port":80,"state":"up"}`, `state "up" is not one of open, closed, filtered, open|filtered, error`},
		{`{"host":"x","port":80,"state":null}`, `an endpoint record, not a result: state is missing; probe it with portprobe`},
		{`{"port":80,"state":"open"}`, `host is missing; a record requires host or ip`},
		{`{"host":"","port":80,"state":"open"}`, `host is missing; a record requires host or ip`},
		{`{"host":7,"port":80,"state":"open"}`, `host 7 is not a name or address`},
		{`{"ip":"x","port":80,"state":"open"}`, `ip "x" is not an address`},
		{`{"ip":null,"port":80,"state":"open"}`, `host is missing; a record requires host or ip`},
		{`{"host":"x","port":0,"state":"open"}`, `port 0 is outside 1-65535`},
		{`{"host":"x","port":80,"proto":"sctp","state":"open"}`, `proto "sctp" is not "tcp" or "udp"`},
		{`{"host":"x"`, `not valid JSON at byte 12: the object is not closed`},
		{`null`, `null is not a result record; want a JSON object`},
		{`a:80`, `a:80 is not a result record; want a JSON object`},
	} {
		err := d.Result(ndjson.Line{No: 7, Text: []byte(c.line)}, &r)
		if b, ok := err.(*Bad); !ok || b.Msg != c.want || b.Kind == "" || r.Fields != nil {
			t.Errorf("%s\n got %v\nwant %s", c.line, err, c.want)
		}
	}
}
