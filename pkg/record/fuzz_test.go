package record

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/ndjson"
)

// FuzzInput parses any line. The result can be written, is valid by the schema,
// parses as the same again, is not much longer than the line, and contains the
// user's fields byte for byte.
func FuzzInput(f *testing.F) {
	for _, c := range inputs {
		f.Add([]byte(c.line))
	}
	for _, c := range badInputs {
		f.Add([]byte(c.line))
	}
	for _, line := range nearlyCanonical {
		f.Add([]byte(line))
	}
	endpoints := compile(f, KindEndpoint)
	f.Fuzz(func(t *testing.T, line []byte) {
		l := ndjson.Line{No: 1, Text: bytes.ReplaceAll(line, []byte("\n"), nil)}
		var d Decoder
		var e Encoder
		var in Input
		var out []byte
		err := d.Input(l, &in)
		requireSame(t, l, &in, err)
		switch b, isBad := err.(*Bad); {
		case isBad:
			out = e.Bad(nil, b, time.Now())
			keepsFields(t, l.Text, b.Extra)
		case in.Pass || in.Skip:
			return
		default:
			ep := endpoint.Endpoint{Addr: in.Addr, Port: in.Port, Proto: in.Proto}
			out = e.Endpoint(nil, in.Host, ep, in.Extra)
			keepsFields(t, l.Text, in.Extra)
			var again Input
			if err := new(Decoder).Input(ndjson.Line{No: 1, Text: out}, &again); err != nil || showInput(&again) != showInput(&in) {
				t.Errorf("%s reads as %s, %v, want %s", out, showInput(&again), err, showInput(&in))
			}
		}
		if len(out) > len(l.Text)+16<<10 {
			t.Errorf("%d bytes became %d", len(l.Text), len(out))
		}
		if err := endpoints.Validate(out); err != nil {
			t.Errorf("%s: %v", out, err)
		}
	})
}

// requireSame fails the test unless what Input returned for a line is what any returns.
func requireSame(t *testing.T, l ndjson.Line, in *Input, err error) {
	t.Helper()
	want := Input{Retries: -1}
	wantErr := new(Decoder).any(l, &want)
	if (err == nil) != (wantErr == nil) || showInput(in) != showInput(&want) {
		t.Errorf("%s: %s, %v, want %s, %v", l.Text, showInput(in), err, showInput(&want), wantErr)
	}
	if in.Canonical {
		requireExtendable(t, l, in)
	}
}

// requireExtendable fails the test unless a line and Outcome make the record of Result.
func requireExtendable(t *testing.T, l ndjson.Line, in *Input) {
	t.Helper()
	r := endpoint.Result{
		Endpoint: endpoint.Endpoint{Addr: in.Addr, Port: in.Port, Proto: in.Proto},
		State:    endpoint.Filtered, Reason: endpoint.HostSilent, Service: "a", RTT: -1, Method: endpoint.SYN,
	}
	var e Encoder
	if got, want := e.Outcome(slices.Clip(l.Text[:len(l.Text)-1]), &r), e.Result(nil, in.Host, &r, in.Extra); !bytes.Equal(got, want) {
		t.Errorf("%s: extended to %s, want %s", l.Text, got, want)
	}
}

// keepsFields checks that extra contains all unknown fields of line, in their order,
// and nothing that is not in line.
func keepsFields(t *testing.T, line, extra []byte) {
	own, err := ndjson.Scan(line, nil)
	if err != nil {
		own = nil // a line that is not an object has no fields to keep
	}
	kept, err := ndjson.Scan(append(append([]byte{'{'}, extra...), '}'), nil)
	if err != nil {
		t.Fatalf("extra %s: %v", extra, err)
	}
	for _, f := range own {
		same := len(kept) > 0 && bytes.Equal(kept[0].Raw, f.Raw)
		if !same && fieldOf(f.Key) == unknown {
			t.Fatalf("%s is lost or out of its order", f.Raw)
		}
		if same {
			kept = kept[1:]
		}
	}
	if len(kept) > 0 {
		t.Errorf("%s is not in the line", kept[0].Raw)
	}
}

// FuzzResult parses any line as a result and checks that what it returns is
// consistent.
func FuzzResult(f *testing.F) {
	for _, s := range []string{plainResult, v6Result, closedResult, `{"kind":"summary"}`, `{"state":"error"}`, `{"ip":"::1","port":1,"state":"open","rtt_ms":1e-7}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		var d Decoder
		var r Result
		err := d.Result(ndjson.Line{No: 1, Text: line}, &r)
		_, scanErr := ndjson.Scan(line, nil)
		switch {
		case err != nil:
			if _, ok := err.(*Bad); !ok {
				t.Errorf("%T", err)
			}
		case scanErr != nil:
			t.Errorf("takes what is no object: %v", scanErr)
		case r.Summary:
		case r.NoEndpoint:
			if r.State != endpoint.Error {
				t.Errorf("%v without an endpoint", r.State)
			}
		case r.Port == 0 || r.State == 0 || len(r.Host) == 0:
			t.Errorf("half a result: %s", showResult(&r))
		}
	})
}
