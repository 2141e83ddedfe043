package record

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"portkit/pkg/endpoint"
	"portkit/pkg/ndjson"
)

func TestChangeLine(t *testing.T) {
	changes := compile(t, KindChange)
	for _, c := range []struct {
		change Change
		extra  string
		want   string
	}{
		{
			Change{
				Host: []byte("www.example"), Addr: netip.MustParseAddr("2001:db8::1"), Port: 443, Proto: endpoint.TCP,
				Change: endpoint.ChangeOpened, Old: endpoint.OpenFiltered, New: endpoint.Open,
			},
			`"state":"open","reason":"syn-ack","app":"h\u0074tp","error":"e","owner":1e400`,
			`{"host":"www.example","ip":"2001:db8::1","port":443,"proto":"tcp","change":"opened","old":"open|filtered","new":"open","state":"open","reason":"syn-ack","app":"h\u0074tp","error":"e","owner":1e400}`,
		},
		{
			Change{Host: []byte(`"\`), Port: 53, Proto: endpoint.UDP, Change: endpoint.ChangeRemoved, Old: endpoint.Closed},
			"",
			`{"host":"\"\\","port":53,"proto":"udp","change":"removed","old":"closed","new":null}`,
		},
	} {
		var e Encoder
		line := string(e.Change(nil, &c.change, []byte(c.extra)))
		if line != c.want+"\n" {
			t.Errorf("line\n%swant\n%s", line, c.want)
		}
		if err := changes.Validate([]byte(line)); err != nil {
			t.Error(err)
		}
		want := c.change
		if c.extra != "" {
			want.Reason, want.Err, want.Facts.App = endpoint.SynAck, []byte("e"), []byte("http")
		}
		var d Decoder
		var got Change
		err := d.Change(ndjson.Line{No: 1, Text: []byte(c.want)}, &got)
		got.Facts.text = nil
		if err != nil || fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
			t.Errorf("%v, read back as %+v, want %+v", err, got, want)
		}
	}
}

func TestBadChange(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{`{`, "line 4: not valid JSON"},
		{`{"port":1,"change":"opened"}`, "line 4: host is missing"},
		{`{"host":"a","change":"opened"}`, "line 4: port is missing"},
		{`{"host":"a","port":1}`, "line 4: change  is not one that portdiff writes"},
		{`{"host":"a","port":1,"change":"closed?"}`, `line 4: change "closed?" is not one that portdiff writes`},
	} {
		var d Decoder
		var got Change
		err := d.Change(ndjson.Line{No: 4, Text: []byte(c.line)}, &got)
		if _, bad := err.(*Bad); !bad || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %s", c.line, err, c.want)
		}
	}
}

// TestAppendOwnRenamesFields checks the fields of NEW in a change record.
func TestAppendOwnRenamesFields(t *testing.T) {
	for _, c := range []struct {
		line, want string
		renamed    bool
	}{
		{`{"host":"a","ip":"192.0.2.1","port":80,"proto":"udp","state":"open"}`, `"state":"open"`, false},
		{
			`{"target":"a","owner" : [1, 2],"port":80,"state":"open","rtt_ms":0.10,"protocol":"udp","port":8e1}`,
			`"target":"a","owner" : [1, 2],"state":"open","rtt_ms":0.10,"protocol":"udp"`, false,
		},
		{`{"ip":"192.0.2.1","port":80,"change":"x","\u006fld" :null,"new":{},"news":1,"state":"open"}`, `"list_change":"x","list_\u006fld" :null,"list_new":{},"news":1,"state":"open"`, true},
		{`{"kind":"summary","ip":"192.0.2.1","owner":1.0,"new":2,"open":[79],"closed":"80-81","counts":{},"reasons":{"reset":"80"},"apps":{"79":"x"}}`, `"state":"closed","reason":"reset","owner":1.0,"list_new":2`, true},
		{`{"kind":"summary","ip":"192.0.2.1","closed":"1-99"}`, `"state":"closed"`, false},
		{`{"kind":"summary","ip":"192.0.2.1","open":[79,80],"apps":{"79":"a","80":"\"b\""}}`, `"state":"open","app":"\"b\""`, false},
		{
			`{"kind":"summary","product":"x","version":null,"tls":{},"state.x":1,"ip":"192.0.2.1","open":[80],"apps":{"80":"b"},"products":{"80":{"product":"x","version":"2"}}}`,
			`"state":"open","app":"b","product":"x","version":"2","tls":{},"state.x":1`, false,
		},
	} {
		var d Decoder
		var r Result
		l := ndjson.Line{No: 1, Text: []byte(c.line)}
		if err := d.Result(l, &r); err != nil {
			t.Fatal(err)
		}
		got, renamed := r.AppendOwn(nil)
		if r.Summary {
			var s Summary
			if err := d.Summary(l, r.Fields, &s); err != nil {
				t.Fatal(err)
			}
			got, renamed = s.AppendAnswer(nil, 80, s.Own(nil))
		}
		if string(got) != c.want || renamed != c.renamed {
			t.Errorf("%s\n gives %s, renamed %v\n want  %s", c.line, got, renamed, c.want)
		}
	}
	if got, _ := new(Summary).AppendAnswer(nil, 80, nil); len(got) > 0 {
		t.Errorf("a port that is not there has %s", got)
	}
}
