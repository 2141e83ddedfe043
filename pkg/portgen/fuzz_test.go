package portgen

import (
	"encoding/json"
	"strings"
	"testing"

	"portkit/pkg/cli"
	"portkit/pkg/ndjson"
	"portkit/pkg/record"
)

// FuzzListLine: any line results in valid JSON: nothing for a comment, one error
// record, or endpoints that portprobe accepts, with the user fields unchanged.
func FuzzListLine(f *testing.F) {
	for _, s := range []string{
		"a", "a 80 # b", "# b", "10.0.0.0/30:80", "10.0.0.1,3", "[2001:db8::/126]:22 # x", "fe80::1%eth0 1-3", "::ffff:1.2.3.4",
		`{"host":"a","ports":[22,"80-81",8e1],"owner":"ops","n":1e400}`, `{"ip":"10.0.0.1","port":"9","state":"open"}`,
		`{"host":"a","ip":"::1","port":1,"proto":"udp"}`, `{"host":"a:1","k":1,"k":2}`, `{"host":"a","port":1} x`, `{`, `null`, `[1]`,
		`{"host":"\u0061\ud800","port":1}`, "{\"host\":\"a\",\"port\":1,\"x\":\"\x80\"}", "a\x00b", `{"host":"10.0.0.0/0","port":0}`,
		`{"target":"a","protocol":"udp","port":[]}`, `{"host":"a","li\u006ee":1,"port":1,"input":{}}`, strings.Repeat("[", 10001), "a\u00a080",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		if strings.Contains(string(line), "\n") {
			return // several lines
		}
		got := run(string(line), "-p 7,9 --limit 40")
		if got.status == cli.StatusIO && strings.Contains(got.err, "; convert ") {
			return // not UTF-8, or not one record per line
		}
		if got.status > 1 {
			t.Fatalf("%q ends with status %d: %s", line, got.status, got.err)
		}
		records := strings.Split(strings.TrimSuffix(got.out, "\n"), "\n")
		for i, r := range records {
			if r == "" && len(records) == 1 {
				return
			}
			checkRecord(t, line, r, i, got.status)
		}
	})
}

func checkRecord(t *testing.T, line []byte, r string, i, status int) {
	if !json.Valid([]byte(r)) {
		t.Fatalf("%q made %q, which is not JSON", line, r)
	}
	var in record.Input
	err := new(record.Decoder).Input(ndjson.Line{No: 1, Text: []byte(r)}, &in)
	switch {
	case status == 1 && (i > 0 || err != nil || !in.Pass):
		t.Fatalf("%q made the error record %q: %v", line, r, err)
	case status == 0 && strings.Contains(string(line), `"timeout_ms"`), status == 0 && strings.Contains(string(line), `"retries"`):
		// portprobe decides about these.
	case status == 0 && (err != nil || in.Pass || in.Skip):
		t.Fatalf("%q made %q, which portprobe does not take: %v", line, r, err)
	}
	fields, err := ndjson.Scan(line, nil)
	if err != nil || status == 1 {
		return
	}
	for _, f := range fields {
		switch string(f.Key) {
		case "host", "ip", "port", "ports", "proto":
			continue
		}
		raw := string(f.Raw)
		if record.IsResultField(f.Key) {
			raw = `"list_` + raw[1:]
		}
		if !strings.Contains(r, ","+raw) {
			t.Fatalf("%q made %q, where %s is missing", line, r, raw)
		}
	}
}
