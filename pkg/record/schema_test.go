package record

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/identify/protocol"
	"portkit/pkg/internal/schematest"
	"portkit/pkg/ndjson"
	"portkit/pkg/payload"
)

func compile(t testing.TB, kind string) schematest.Schema {
	t.Helper()
	return schematest.Compile(t, Schema(kind))
}

func TestSchemaAcceptsWrittenRecords(t *testing.T) {
	endpoints, results := compile(t, KindEndpoint), compile(t, KindResult)
	var d Decoder
	var e Encoder
	var in Input
	for _, c := range inputs {
		if d.Input(ndjson.Line{No: 1, Text: []byte(c.line)}, &in) != nil || in.Pass || in.Skip {
			continue
		}
		ep := endpoint.Endpoint{Addr: in.Addr, Port: in.Port, Proto: in.Proto}
		if err := endpoints.Validate(e.Endpoint(nil, in.Host, ep, in.Extra)); err != nil {
			t.Errorf("endpoint of %s: %v", c.line, err)
		}
		r := openResult
		r.Endpoint = ep
		if !ep.Addr.IsValid() {
			r.State, r.Reason, r.RTT, r.Err = endpoint.Error, endpoint.ResolveFailed, -1, "no such host"
		}
		if err := results.Validate(e.Result(nil, in.Host, &r, in.Extra)); err != nil {
			t.Errorf("result of %s: %v", c.line, err)
		}
	}
	for _, c := range badInputs {
		b, _ := d.Input(ndjson.Line{No: 1, Text: []byte(c.line)}, &in).(*Bad)
		line := e.Bad(nil, b, time.Now())
		for kind, s := range map[string]schematest.Schema{"endpoint": endpoints, "result": results} {
			if err := s.Validate(line); err != nil {
				t.Errorf("%s as %s: %v", line, kind, err)
			}
		}
	}
}

func TestSchemaRejectsOtherRecords(t *testing.T) {
	for _, c := range []struct{ kind, line string }{
		{KindEndpoint, `{"port":80,"proto":"tcp"}`},
		{KindEndpoint, `{"host":"x","proto":"tcp"}`},
		{KindEndpoint, `{"host":"x","port":0,"proto":"tcp"}`},
		{KindEndpoint, `{"host":"x","port":"80","proto":"tcp"}`},
		{KindEndpoint, `{"host":"x","port":80,"proto":"sctp"}`},
		{KindEndpoint, `{"host":"x","port":80,"proto":"tcp","retries":21}`},
		{KindEndpoint, `{"host":"x","port":80,"proto":"tcp","timeout_ms":0}`},
		{KindEndpoint, `[]`},
		{KindResult, plainEndpoint},
		{KindResult, `{"host":"x","port":80,"state":"open"}`},
		{KindResult, `{"state":"up"}`},
		{KindResult, `{"state":"error","reason":"hunch"}`},
		{KindResult, `{"state":"error","time":"2026-01-02T03:04:05Z"}`},
		{KindSummary, plainResult},
		{KindSummary, `{"kind":"summary"}`},
		{KindSummary, `{"kind":"summary","bad_records":0}`},
		{KindSummary, `{"kind":"summary","host":"x","proto":"tcp","counts":{},"closed":"1-"}`},
		{KindSummary, `{"kind":"summary","host":"x","proto":"tcp","counts":{"open":"1"}}`},
	} {
		if compile(t, c.kind).Validate([]byte(c.line)) == nil {
			t.Errorf("%s takes %s", c.kind, c.line)
		}
	}
}

func TestSchemaOfSummaries(t *testing.T) {
	s := compile(t, KindSummary)
	for _, line := range []string{
		`{"kind":"summary","bad_records":3}`,
		`{"kind":"summary","owner":"me","host":"x","ip":"192.0.2.1","proto":"tcp","open":[22,80],"closed":"1-21,23","open_filtered":"9","counts":{"open":2,"closed":22,"open|filtered":1},"reasons":{"syn-ack":"22,80"},"apps":{"80":"http"}}`,
	} {
		if err := s.Validate([]byte(line)); err != nil {
			t.Errorf("%s: %v", line, err)
		}
	}
}

// TestSchemaListsApps holds that the schema has the names that portid and portprobe
// write, and no others.
func TestSchemaListsApps(t *testing.T) {
	t.Parallel()
	s := compile(t, KindService)
	apps := append(protocol.Apps(), "https", "")
	for _, d := range protocol.Datagrams() {
		apps = append(apps, d.App)
	}
	for _, r := range payload.All() {
		apps = append(apps, r.App)
	}
	for _, app := range apps {
		line := fmt.Sprintf(`{"host":"a","ip":"192.0.2.1","port":22,"proto":"tcp","state":"open","reason":"syn-ack","attempts":1,`+
			`"method":"connect","time":"2026-01-01T00:00:00.000Z","app":%q}`, app)
		if err := s.Validate([]byte(line)); (err != nil) != (app == "https" || app == "") {
			t.Errorf("%q: %v", app, err)
		}
	}
}

// The field tables, the decoder's names and the limits are in different places.
func TestFieldTablesAgree(t *testing.T) {
	var names []string
	for _, f := range Fields(KindResult) {
		names = append(names, f.Name)
		if isResult := IsResultField([]byte(f.Name)); isResult != (len(names) > 4) {
			t.Errorf("IsResultField(%s) = %v", f.Name, isResult)
		}
		if fieldOf([]byte(f.Name)) == unknown || fieldOf([]byte(f.Name)).passesOn() {
			t.Errorf("%s would pass on as a user's field", f.Name)
		}
	}
	want := "[host ip port proto state reason service rtt_ms attempts method time app ttl error line input]"
	if fmt.Sprint(names) != want {
		t.Errorf("fields %v, want %s", names, want)
	}
	for _, f := range Fields(KindEndpoint)[4:] {
		if id := fieldOf([]byte(f.Name)); id == unknown || !id.passesOn() || IsResultField([]byte(f.Name)) {
			t.Errorf("%s is not known as a field that passes on", f.Name)
		}
	}
	var limits struct {
		Properties struct {
			Retries, Timeout_ms struct{ Maximum int64 }
		}
	}
	if err := json.Unmarshal(Schema(KindEndpoint), &limits); err != nil || limits.Properties.Retries.Maximum != MaxRetries || limits.Properties.Timeout_ms.Maximum != MaxTimeout.Milliseconds() {
		t.Errorf("limits %+v, %v", limits, err)
	}
	for _, kind := range []string{KindEndpoint, KindResult, KindSummary, KindChange} {
		if !slices.ContainsFunc(Fields(kind), func(f FieldDoc) bool { return f.Required }) || len(Schema(kind)) == 0 {
			t.Errorf("%s has no fields", kind)
		}
	}
	if Fields("x") != nil || Schema("x") != nil {
		t.Error("there is a kind x")
	}
}
