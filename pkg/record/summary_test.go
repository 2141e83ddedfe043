package record

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"portkit/pkg/endpoint"
	"portkit/pkg/ndjson"
)

// readSummary parses a summary.
func readSummary(line string) (Summary, error) {
	var d Decoder
	var r Result
	var s Summary
	l := ndjson.Line{No: 7, Text: []byte(strings.TrimSuffix(line, "\n"))}
	if err := d.Result(l, &r); err != nil {
		return s, err
	}
	if !r.Summary {
		return s, fmt.Errorf("not taken for a summary")
	}
	err := d.Summary(l, r.Fields, &s)
	return s, err
}

func TestSummaryLine(t *testing.T) {
	s := Summary{
		By: []byte(`"owner":"ops"`), Host: []byte("www.example"), Addr: netip.MustParseAddr("2001:db8::1"), Proto: endpoint.UDP,
		Spans: []Span{
			{1, 21, endpoint.Closed, endpoint.PortUnreach},
			{22, 23, endpoint.Open, endpoint.UDPResponse},
			{24, 24, endpoint.Filtered, endpoint.HostUnreach},
			{25, 25, endpoint.Filtered, endpoint.AdminProhibited},
			{30, 40, endpoint.OpenFiltered, 0},
			{65535, 65535, endpoint.Error, endpoint.LocalError},
		},
		Found: []Found{{Port: 22, App: "dns"}, {Port: 23, App: `"`}},
	}
	want := `{"kind":"summary","owner":"ops","host":"www.example","ip":"2001:db8::1","proto":"udp","open":[22,23],` +
		`"closed":"1-21","filtered":"24-25","open_filtered":"30-40","error":"65535",` +
		`"counts":{"open":2,"closed":21,"filtered":2,"open|filtered":11,"error":1},` +
		`"reasons":{"admin-prohibited":"25","host-unreach":"24","local-error":"65535","port-unreach":"1-21","udp-response":"22-23"},` +
		`"apps":{"22":"dns","23":"\""}}` + "\n"
	var e Encoder
	if got := string(e.Summary(nil, &s)); got != want {
		t.Errorf("line\n%swant\n%s", got, want)
	}
	bad := `{"kind":"summary","bad_records":3}` + "\n"
	if got := string(e.Summary(nil, &Summary{Bad: 3})); got != bad {
		t.Errorf("line %swant %s", got, bad)
	}
}

func TestSummaryOfOtherProgramsIsRead(t *testing.T) {
	for _, c := range []struct{ name, line, same string }{
		{
			"without what can be left out", `{"kind":"summary","ip":"192.0.2.1","open":[80]}`,
			`{"kind":"summary","host":"192.0.2.1","ip":"192.0.2.1","proto":"tcp","open":[80],"counts":{"open":1},"reasons":{}}`,
		},
		{
			"an address as host", `{"kind":"summary","host":"::ffff:192.0.2.1","closed":"1"}`,
			`{"kind":"summary","host":"::ffff:192.0.2.1","ip":"192.0.2.1","proto":"tcp","open":[],"closed":"1","counts":{"closed":1},"reasons":{}}`,
		},
		{
			"numbers and ranges as they come", `{"kind":"summary","host":"a","open":[ 9.0, 8e0 ,9],"closed":"5-7,1-3,2-6"}`,
			`{"kind":"summary","host":"a","proto":"tcp","open":[8,9],"closed":"1-7","counts":{"open":2,"closed":7},"reasons":{}}`,
		},
		{
			"wrong counts", `{"kind":"summary","host":"a","open":[9],"counts":{"open":5}}`,
			`{"kind":"summary","host":"a","proto":"tcp","open":[9],"counts":{"open":1},"reasons":{}}`,
		},
		{
			"given twice", `{"kind":"summary","host":"a","host":"b","open":[9],"open":[]  ,"error":"1","reasons":{"deadline":"1","deadline":"1"}}`,
			`{"kind":"summary","host":"b","proto":"tcp","open":[],"error":"1","counts":{"error":1},"reasons":{"deadline":"1"}}`,
		},
		{
			"numbers that no float64 holds", `{"kind":"summary","host":"a","open":[9],"new":[1e400],"stats":{"new":[1e400,0.9e99],"rtt_us":{"sum":1,"min":0,"max":1,"n":-1e400,"buckets":{"1":1}}}}`,
			`{"kind":"summary","host":"a","proto":"tcp","open":[9],"counts":{"open":1},"reasons":{},"stats":{"rtt_us":{"count":1,"sum":1,"min":0,"max":1,"buckets":{"1":1}}}}`,
		},
		{
			"escapes", `{"kind":"summary","host":"a","open":[9],"reasons":{"s\u0079n-ack":"\u0039"},"apps":{"\u0039":"\ud800\ud83d\ude00\b\u0000"}}`,
			`{"kind":"summary","host":"a","proto":"tcp","open":[9],"counts":{"open":1},"reasons":{"syn-ack":"9"},"apps":{"9":"` + "\ufffd" + `😀\b\u0000"}}`,
		},
		{
			"reasons across states", `{"kind":"summary","host":"a","closed":"1-5","filtered":"6-9","reasons":{"reset":"3-7"}}`,
			`{"kind":"summary","host":"a","proto":"tcp","open":[],"closed":"1-5","filtered":"6-9","counts":{"closed":5,"filtered":4},"reasons":{"reset":"3-7"}}`,
		},
	} {
		s, err := readSummary(c.line)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		var e Encoder
		if got := strings.TrimSpace(string(e.Summary(nil, &s))); got != c.same {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, got, c.same)
		}
	}
}

func TestDamagedSummary(t *testing.T) {
	for _, c := range []struct{ fields, want string }{
		{`"open":[80]`, "host is missing"},
		{`"host":"","open":[80]`, "host is missing"},
		{`"host":5,"open":[80]`, "host 5 is not a name or address"},
		{`"ip":"192.0.2.300","open":[80]`, `ip "192.0.2.300" is not an address`},
		{`"host":"a","proto":"sctp","open":[80]`, `proto "sctp" is not`},
		{`"host":"a"`, "no port is listed"},
		{`"host":"a","open":80`, "open: 80 is not an array"},
		{`"host":"a","open":["80"]`, `open: "80" is a string, not an integer`},
		{`"host":"a","open":[0]`, "open: port 0 is outside 1-65535"},
		{`"host":"a","open":[65536]`, "open: port 65536 is outside 1-65535"},
		{`"host":"a","closed":5`, "closed: 5 is not a string"},
		{`"host":"a","closed":""`, "no port is listed"},
		{`"host":"a","closed":"9-5"`, `closed: "9-5" is not a port range`},
		{`"host":"a","filtered":"0-5"`, `filtered: "0-5" is not a port range`},
		{`"host":"a","open_filtered":"1-65536"`, `open_filtered: "1-65536" is not a port range`},
		{`"host":"a","error":"1,,2"`, `error: "" is not a port range`},
		{`"host":"a","open":[5],"closed":"1-9"`, "port 5 is listed with two states"},
		{`"host":"a","closed":"1-9","reasons":"reset"`, `reasons: "reset" is not an object`},
		{`"host":"a","closed":"1-9","reasons":{"reset":"9-10"}`, "port 10 has a reason but no state"},
		{`"host":"a","closed":"5-9","reasons":{"reset":"4-6"}`, "port 4 has a reason but no state"},
		{`"host":"a","closed":"1-9","reasons":{"reset":"1-5","conn-refused":"5"}`, "port 5 is listed with two reasons"},
		{`"host":"a","open":[5],"apps":[]`, "apps: [] is not an object"},
		{`"host":"a","open":[5],"apps":{"6":"ssh"}`, `apps: "6" is not a listed port`},
		{`"host":"a","open":[5],"apps":{"5":"a","5":"b"}`, "apps: port 5 is listed twice"},
		{`"bad_records":0`, "bad_records: 0 is less than 1"},
		{`"bad_records":"3"`, `bad_records: "3" is a string, not an integer`},
		{`"bad_records":3,"host":"a"`, "bad_records cannot be combined with host"},
	} {
		_, err := readSummary(`{"kind":"summary",` + c.fields + `}`)
		if err == nil || !strings.HasPrefix(err.Error(), "line 7: the summary record is damaged: "+c.want) {
			t.Errorf("%s: error %v, want %q", c.fields, err, c.want)
		}
	}
}

// anySummary returns a random summary.
func anySummary(rnd *rand.Rand) Summary {
	s := Summary{Host: []byte("host.example"), Proto: endpoint.Proto(rnd.IntN(2)), Spans: []Span{}}
	if rnd.IntN(2) == 0 {
		s.Addr = netip.AddrFrom4([4]byte{192, 0, 2, byte(rnd.IntN(256))})
	}
	length := 1 + rnd.IntN(1+rnd.IntN(3000))
	for port := 1 + rnd.IntN(10); port <= 65535; {
		last := min(65535, port+rnd.IntN(length))
		span := Span{uint16(port), uint16(last), endpoint.State(1 + rnd.IntN(5)), endpoint.Reason(rnd.IntN(endpoint.Reasons))}
		if rnd.IntN(4) == 0 {
			s.Found = append(s.Found, Found{Port: uint16(last), App: strings.Repeat("ä", 1+rnd.IntN(20))})
		}
		s.Spans = append(s.Spans, span)
		port = last + 1 + rnd.IntN(2)*rnd.IntN(length)
	}
	return s
}

// flat returns a text for each port of a summary.
func flat(s Summary) []string {
	var ports []string
	apps := map[uint16]string{}
	for _, a := range s.Found {
		apps[a.Port] = a.App
	}
	for _, sp := range s.Spans {
		for port := int(sp.First); port <= int(sp.Last); port++ {
			ports = append(ports, fmt.Sprint(port, sp.State, sp.Reason, apps[uint16(port)]))
		}
	}
	return ports
}

func TestSummaryRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anySummary(rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0)))
		var e Encoder
		var got []string
		for line := range bytes.Lines(e.Summary(nil, &s)) {
			if len(line) > 1<<20+1 {
				t.Fatalf("a line of %d bytes", len(line))
			}
			part, err := readSummary(string(line))
			if err != nil {
				t.Fatal(err)
			}
			if part.Addr != s.Addr || part.Proto != s.Proto || string(part.Host) != string(s.Host) {
				t.Fatalf("a line is about %v %s %v", part.Addr, part.Host, part.Proto)
			}
			got = append(got, flat(part)...)
		}
		if !slices.Equal(got, flat(s)) {
			t.Fatalf("came back different: %v", s)
		}
	})
}

func TestLongSummaryIsSplit(t *testing.T) {
	s := Summary{By: []byte(`"a":"b"`), Host: []byte("h"), Spans: []Span{{1, 65535, endpoint.Open, endpoint.SynAck}}}
	for port := 1; port <= 65535; port++ {
		s.Found = append(s.Found, Found{Port: uint16(port), App: "the name of an app"})
	}
	s.Found[700].App = strings.Repeat("x", 1<<20)
	var e Encoder
	var ports []string
	lines := 0
	for line := range bytes.Lines(e.Summary(nil, &s)) {
		lines++
		if len(line)-1 > ndjson.MaxLine {
			t.Errorf("line %d has %d bytes", lines, len(line))
		}
		part, err := readSummary(string(line))
		if err != nil {
			t.Fatal(err)
		}
		ports = append(ports, flat(part)...)
	}
	if !slices.Equal(ports, flat(s)) {
		t.Error("the lines do not add up")
	}
	if lines < 3 || lines > 6 {
		t.Errorf("%d lines", lines)
	}
}

func TestLargestPlainSummaryIsOneLine(t *testing.T) {
	s := Summary{Host: []byte("h")}
	for port := 1; port <= 65535; port++ {
		s.Spans = append(s.Spans, Span{uint16(port), uint16(port), endpoint.State(1 + port%5), endpoint.Reason(1 + port%22)})
	}
	var e Encoder
	if line := e.Summary(nil, &s); bytes.Count(line, []byte("\n")) != 1 || len(line) > 1<<20 {
		t.Errorf("%d bytes in %d lines", len(line), bytes.Count(line, []byte("\n")))
	}
}

func FuzzSummary(f *testing.F) {
	for _, line := range []string{
		`{"kind":"summary","owner":"ops","host":"www.example","ip":"2001:db8::1","proto":"udp","open":[22,23],"closed":"1-21","reasons":{"reset":"1-21"},"apps":{"22":"dns"}}`,
		`{"kind":"summary","bad_records":3}`,
		`{"kind":"summary","host":"a","open":[1,2],"products":{"1":{"product":"\u0041","os":"x"},"2":{"version":""}},"certs":{"2":{"names":["b",1],"sha256":"0","starttls":true}},"accepts_all":"2","unidentified":{"silent":"1","new":"2"}}`,
		`{"kind":"summary","host":"a","open":[1],"stats":{"first":"2026-01-02T03:04:05.678Z","last":"2026-01-02T03:04:05.678Z","rtt_us":{"count":2,"sum":9,"min":4,"max":5,"buckets":{"4":1,"5":1}}}}`,
		`{"kind":"summary","host":"a","open":[ 9.0, 8e0 ,9],"closed":"5-7,1-3,2-6"}`,
		`{"kind":"summary","host":"a","open":[1],"open":[2],"apps":{"2":"\ud800\ud83d\ude00","3":1e400},"new":{"x":[[0.9e99]]}}`,
	} {
		f.Add([]byte(line))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		s, err := readSummary(string(line))
		if err != nil {
			return
		}
		var e Encoder
		once := string(e.Summary(nil, &s))
		if strings.Count(once, "\n") > 1 {
			return
		}
		var byStandard struct{ Apps map[string]string }
		named := slices.DeleteFunc(slices.Clone(s.Found), func(f Found) bool { return f.App == "" })
		if err := json.Unmarshal([]byte(once), &byStandard); err != nil || len(byStandard.Apps) != len(named) {
			t.Fatalf("encoding/json: %v, %v\n%s", err, byStandard.Apps, once)
		}
		for _, a := range named {
			if name := byStandard.Apps[fmt.Sprint(a.Port)]; name != a.App {
				t.Fatalf("encoding/json reads %q, not %q\n%s", name, a.App, once)
			}
		}
		again, err := readSummary(once)
		if err != nil {
			t.Fatalf("%v\n%s", err, once)
		}
		if twice := string(e.Summary(nil, &again)); twice != once {
			t.Fatalf("%s\nbecame\n%s", once, twice)
		}
	})
}

func BenchmarkSummaryEncode(b *testing.B) {
	s := anySummary(rand.New(rand.NewPCG(1, 1)))
	var e Encoder
	var line []byte
	for b.Loop() {
		line = e.Summary(line[:0], &s)
	}
	b.SetBytes(int64(len(line)))
}
