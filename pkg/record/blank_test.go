package record

import (
	"strings"
	"testing"

	"portkit/pkg/ndjson"
)

// resultLine parses a result and returns it for comparison.
func resultLine(t *testing.T, line string) (string, *Unusable) {
	t.Helper()
	d := Decoder{Times: true}
	var r Result
	if err := d.Result(ndjson.Line{No: 7, Text: []byte(line)}, &r); err != nil {
		t.Errorf("%s: %v", line, err)
		return "", nil
	}
	return showResult(&r), r.Unusable
}

// Every optional field that is null or empty is the same as an absent one.
func TestBlankFieldIsAbsent(t *testing.T) {
	for _, kind := range []struct{ kind, line string }{
		{KindResult, `{"host":"192.0.2.1","port":80,"state":"filtered"}`},
		{KindResult, `{"ip":"192.0.2.1","port":80,"state":"error"}`},
		{KindResult, `{"host":"x","port":80,"state":"error","reason":"bad-record"}`},
		{KindSummary, `{"kind":"summary","host":"a","open":[80],"closed":"1-9"}`},
		{KindSummary, `{"kind":"summary","ip":"192.0.2.1","filtered":"7"}`},
		{KindSummary, `{"kind":"summary","bad_records":3}`},
		{KindEndpoint, `{"host":"x","port":80}`},
		{KindEndpoint, `{"ip":"192.0.2.1","port":80}`},
	} {
		fields := append(Fields(kind.kind), FieldDoc{Name: "target"}, FieldDoc{Name: "protocol"}, FieldDoc{Name: "kind"})
		if kind.kind == KindSummary { // as a table of results and summaries has it
			fields = append(fields, FieldDoc{Name: "port"}, FieldDoc{Name: "state"}, FieldDoc{Name: "reason"})
		}
		if kind.kind == KindEndpoint { // an old result's
			fields = append(fields, Fields(KindResult)...)
		}
		want := showAny(t, kind.kind, kind.line)
		for _, f := range fields {
			if strings.Contains(kind.line, `"`+f.Name+`"`) {
				continue
			}
			for _, blank := range []string{"null", `""`} {
				line := strings.Replace(kind.line, `{`, `{"`+f.Name+`":`+blank+`,`, 1)
				if got := showAny(t, kind.kind, line); got != want {
					t.Errorf("%s\n got %s\nwant %s", line, got, want)
				}
			}
		}
	}
}

// showAny parses a line of any kind and returns it for comparison, without the
// fields that are passed through.
func showAny(t *testing.T, kind, line string) string {
	t.Helper()
	switch kind {
	case KindSummary:
		s, err := readSummary(line)
		if err != nil || s.Unusable != nil {
			t.Errorf("%s: %v %v", line, err, s.Unusable)
		}
		var e Encoder
		return string(e.Summary(nil, &s))
	case KindEndpoint:
		var d Decoder
		var in Input
		if err := d.Input(ndjson.Line{No: 7, Text: []byte(line)}, &in); err != nil {
			t.Errorf("%s: %v", line, err)
		}
		in.Extra = nil
		return showInput(&in)
	}
	got, unusable := resultLine(t, line)
	if unusable != nil {
		t.Errorf("%s: %v", line, unusable)
	}
	return got
}

func TestBlankPartsOfASummary(t *testing.T) {
	s, err := readSummary(`{"kind":"summary","host":"a","open":[80],"reasons":{"syn-ack":"80","reset":null,"conn-refused":""},"apps":{"80":null},` +
		`"stats":{"first":null,"last":"","rtt_us":null}}`)
	if err != nil || s.Unusable != nil || len(s.Found) != 0 || !s.Stats.Empty() || len(s.Spans) != 1 || s.Spans[0].Reason.String() != "syn-ack" {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestBlankFieldsPassThroughAsWritten(t *testing.T) {
	var d Decoder
	var in Input
	line := `{"host":"x","port":80,"timeout_ms":null,"retries" : "","owner":null,"protocol":"","rtt_ms":null}`
	if err := d.Input(ndjson.Line{No: 1, Text: []byte(line)}, &in); err != nil {
		t.Fatal(err)
	}
	if got, want := string(in.Extra), `"timeout_ms":null,"retries" : "","owner":null,"protocol":""`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestUnusableValueIsIgnored(t *testing.T) {
	base := showAny(t, KindResult, `{"host":"x","port":80,"state":"open"}`)
	for _, c := range []struct{ fields, want string }{
		{`"rtt_ms":"1"`, `line 7: ignored: rtt_ms "1" is not a number of milliseconds`},
		{`"rtt_ms":-1`, `line 7: ignored: rtt_ms -1 is not a number of milliseconds`},
		{`"rtt_ms":{}`, `line 7: ignored: rtt_ms {} is not a number of milliseconds`},
		{`"time":"yesterday"`, `line 7: ignored: time "yesterday" is not a time after 1970`},
		{`"reason":"hunch"`, `line 7: ignored: reason "hunch" is unknown`},
		{`"reason":7`, `line 7: ignored: reason 7 is unknown`},
		{`"app":7`, `line 7: ignored: app 7 is not a string`},
		{`"app":[],"rtt_ms":[]`, `line 7: ignored: rtt_ms [] is not a number of milliseconds; app [] is not a string`},
	} {
		got, unusable := resultLine(t, `{"host":"x","port":80,"state":"open",`+c.fields+`}`)
		if got != base || unusable == nil || unusable.Error() != c.want {
			t.Errorf("%s: %s, %v, want %s", c.fields, got, unusable, c.want)
		}
	}
	for _, c := range []struct{ fields, want string }{
		{`"reasons":{"hunch":"80"}`, `line 7: ignored: reason "hunch" is unknown`},
		{`"apps":{"80":1}`, `line 7: ignored: apps: 80: 1 is not a string`},
		{`"stats":[]`, `line 7: ignored: stats: [] is not an object`},
	} {
		s, err := readSummary(`{"kind":"summary","host":"a","open":[80],` + c.fields + `}`)
		if err != nil || s.Unusable == nil || s.Unusable.Error() != c.want || len(s.Spans) != 1 {
			t.Errorf("%s: %v, %v, want %s", c.fields, err, s.Unusable, c.want)
		}
	}
}
