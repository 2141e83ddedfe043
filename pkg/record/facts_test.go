package record

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/ndjson"
)

// factsOf returns the facts of a result, and its message about values that are ignored.
func factsOf(t *testing.T, line string) (f Facts, ignored string) {
	t.Helper()
	var d Decoder
	var r Result
	l := ndjson.Line{No: 3, Text: []byte(line)}
	if err := d.Result(l, &r); err != nil {
		t.Fatal(err)
	}
	if d.Facts(l, &r, &f); r.Unusable != nil {
		ignored = r.Unusable.Error()
	}
	return f, ignored
}

func TestFacts(t *testing.T) {
	f, ignored := factsOf(t, `{"ip":"192.0.2.1","port":22,"state":"open","app":"x","app":"s\u0073h","product":"\"A\"","version":"","evidence":"greeting","source":"nmap","limited":true,`+
		`"tls":{"version":"1.2","starttls":true,"subject":"S","issuer":"\u0049","names":["a"],"not_after":"2027-02-01T01:00:00+01:00","sha256":"aa"},`+
		`"ssh":{"banner":"b","keys":[{"type":"t","sha256":"1"},{"sha256":"\u0032","type":"u","more":[1]}]}}`)
	got := fmt.Sprintf("%s|%s|%s|%s|%s|%v %v %v|%s|%s", f.App, f.Product, f.Version, f.Evidence, f.Source, f.Limited, f.TLS, f.StartTLS, f.Cert, f.Keys)
	want := `ssh|"A"||greeting|nmap|true true true|{aa S I 2027-02-01 00:00:00 +0000 UTC ["a"]}|[{t 1} {u 2}]`
	if got != want || ignored != "" || f.Unusable != 0 {
		t.Errorf("facts\n%s, %q, want\n%s", got, ignored, want)
	}
}

func TestFactsOfOtherTypes(t *testing.T) {
	for _, c := range []struct {
		fields, ignored string
		unusable        Fact
	}{
		{`"app":7`, "app 7 is not a string", FactApp},
		{`"product":[1]`, "product [1] is not a string", FactProduct},
		{`"version":{}`, "version {} is not a string", FactVersion},
		{`"limited":"x"`, `limited "x" is not true or false`, 0},
		{`"tls":7`, "tls 7 is not an object", FactTLS},
		{`"tls":{"sha256":[]}`, "tls.sha256 [] is not a string", FactTLS},
		{`"tls":{"not_after":1}`, "tls.not_after 1 is not a string", 0},
		{`"tls":{"not_after":"soon"}`, `tls.not_after "soon" is not a time as in RFC 3339`, 0},
		{`"ssh":"x"`, `ssh "x" is not an object`, FactSSH},
		{`"ssh":{"keys":{}}`, "ssh.keys {} is not an array", FactSSH},
		{`"ssh":{"keys":[1]}`, "ssh.keys [1] is not an array of objects", FactSSH},
		{`"ssh":{"keys":[{"type":"t"}]}`, `ssh.keys [{"type":"t"}] is not`, FactSSH},
		{`"ssh":{"keys":[{"type":1,"sha256":"s"}]}`, `ssh.keys: type 1 is not a string; ssh.keys`, FactSSH},
		{`"product":null,"version":"","limited":false,"tls":null,"ssh":{"keys":[]}`, "", 0},
		{`"source":7`, "", 0}, // of the user
	} {
		f, ignored := factsOf(t, `{"ip":"192.0.2.1","port":22,"state":"open","evidence":"tls",`+c.fields+`}`)
		if c.ignored != "" {
			c.ignored = "line 3: ignored: " + c.ignored
		}
		if !strings.HasPrefix(ignored, c.ignored) || c.ignored == "" && ignored != "" || f.Unusable != c.unusable {
			t.Errorf("%s: %q, %b unusable; want %q, %b", c.fields, ignored, f.Unusable, c.ignored, c.unusable)
		}
	}
}

func TestFactsAllocateNothing(t *testing.T) {
	d := Decoder{FactsOnly: true}
	var r Result
	var f Facts
	l := ndjson.Line{Text: []byte(`{"ip":"192.0.2.1","port":22,"state":"open","app":"ssh","product":"A\"","version":"1","evidence":"greeting","tls":{"sha256":"a"},"ssh":{"keys":[{"type":"t","sha256":"1"}]}}`)}
	parse := func() {
		if err := d.Result(l, &r); err != nil {
			t.Fatal(err)
		}
		d.Facts(l, &r, &f)
	}
	parse()
	if n := testing.AllocsPerRun(100, parse); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

// TestWas checks the old values in a change record: their form, their length however long
// those of the record are, and that they are read back.
func TestWas(t *testing.T) {
	long := strings.Repeat("\x01é", 1<<18)
	day := time.Date(2027, 2, 1, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		facts    Fact
		old, new Facts
		want     string // its beginning, if it is cut
	}{
		{FactApp, Facts{App: []byte("ssh")}, Facts{}, `{"app":"ssh"}`},
		{FactApp | FactProduct | FactVersion, Facts{Evidence: []byte("silent")}, Facts{}, `{"app":null,"product":null,"version":null,"evidence":"silent"}`},
		{FactVersion, Facts{Version: []byte("1"), Limited: true}, Facts{}, `{"version":"1","limited":true}`},
		{FactTLS, Facts{}, Facts{Cert: Certificate{SHA256: []byte("a")}}, `{"tls":null}`},
		{
			FactTLS,
			Facts{Cert: Certificate{SHA256: []byte("a"), Subject: []byte("s"), Issuer: []byte("i"), NotAfter: day, Names: []byte(`["x"]`)}},
			Facts{Cert: Certificate{SHA256: []byte("b"), Subject: []byte("s"), Issuer: []byte("j"), NotAfter: day, Names: []byte(`[ "x"]`)}},
			`{"tls":{"issuer":"i","sha256":"a"}}`,
		},
		{
			FactTLS,
			Facts{Cert: Certificate{SHA256: []byte("a"), NotAfter: day, Names: []byte(`["x","\u0079"]`)}},
			Facts{Cert: Certificate{SHA256: []byte("b"), Names: []byte(`["x"]`)}},
			`{"tls":{"names":["x","y"],"not_after":"2027-02-01T00:00:00Z","sha256":"a"}}`,
		},
		{
			FactTLS,
			Facts{Cert: Certificate{SHA256: []byte("a"), Names: []byte(`["x","y"]`)}},
			Facts{Cert: Certificate{SHA256: []byte("b"), Names: []byte(`["y","x"]`)}},
			`{"tls":{"sha256":"a"}}`,
		},
		{
			FactTLS,
			Facts{Cert: Certificate{SHA256: []byte("a")}},
			Facts{Cert: Certificate{SHA256: []byte("b"), Names: []byte(`["x"]`)}},
			`{"tls":{"names":[],"sha256":"a"}}`,
		},
		{
			FactTLS,
			Facts{Cert: Certificate{SHA256: []byte("a"), Names: []byte(`["x"]`)}},
			Facts{Cert: Certificate{SHA256: []byte("b")}},
			`{"tls":{"names":["x"],"sha256":"a"}}`,
		},
		{
			FactTLS,
			Facts{Cert: Certificate{SHA256: []byte("a"), Names: []byte(`["x"]`)}},
			Facts{Cert: Certificate{SHA256: []byte("b"), Names: []byte(`null`)}, Partial: true},
			`{"tls":{"sha256":"a"}}`,
		},
		{
			FactSSH,
			Facts{Keys: []HostKey{{[]byte("t"), []byte("1")}, {[]byte("u"), []byte("2")}, {[]byte("v"), []byte("3")}}},
			Facts{Keys: []HostKey{{[]byte("u"), []byte("4")}, {[]byte("v"), []byte("3")}}},
			`{"ssh":{"keys":[{"type":"u","sha256":"2"}]}}`,
		},
		{
			math.MaxUint8, Facts{
				App: []byte(long), Product: []byte(long), Version: []byte(long), Evidence: []byte(long), Limited: true,
				Cert: Certificate{[]byte(long), []byte(long), []byte(long), day, ndjson.Append(nil, []string{"x", long})},
				Keys: []HostKey{{[]byte(long), []byte("1")}},
			}, Facts{Keys: []HostKey{{[]byte(long), []byte("2")}}}, `{"app":"\u0001é`,
		},
	} {
		was := AppendWas(nil, &c.old, &c.new, c.facts)
		if !strings.HasPrefix(string(was), c.want) || len(c.old.App) < 1<<10 && string(was) != c.want || len(was) > 4<<10 {
			t.Errorf("%d bytes:\n%s\nwant\n%s", len(was), was[:min(len(was), 1<<10)], c.want)
		}
		change := Change{Host: []byte("a"), Port: 1, Change: 1, Was: was}
		line := new(Encoder).Change(nil, &change, nil)
		if err := compile(t, KindChange).Validate(line); err != nil {
			t.Error(err)
		}
		var d Decoder
		var got Change
		if err := d.Change(ndjson.Line{Text: line}, &got); err != nil || got.Differ != c.facts&(1<<len(FactNames())-1) {
			t.Errorf("%v, read back as %b, want %b", err, got.Differ, c.facts)
		}
	}
}

// TestWasGone checks what a change record contains of the service at a port that is no
// longer open.
func TestWasGone(t *testing.T) {
	long := strings.Repeat("\x01é", 1<<18)
	for _, c := range []struct{ fields, want string }{
		{`"state":"open"`, ``},
		{`"product":"","version":"2","tls":{"sha256":"aa"},"source":"of the user"`, ``},
		{`"app":"dns"`, `{"app":"dns"}`},
		{`"product":"nginx"`, `{"product":"nginx"}`},
		{`"evidence":"silent"`, `{"app":null,"evidence":"silent"}`},
		{`"evidence":"tls","tls":{"version":"1.3"}`, `{"app":null,"evidence":"tls","tls":{}}`},
		{
			`"app":"smtp","product":"Postfix","version":"3","os":"x","evidence":"greeting","limited":true,"tls":{"starttls":true,"subject":"S","issuer":"I","names":["a"],"not_after":"2027-02-01T00:00:00Z","sha256":"aa"}`,
			`{"app":"smtp","product":"Postfix","version":"3","limited":true,"tls":{"subject":"S","issuer":"I","names":["a"],"not_after":"2027-02-01T00:00:00Z","sha256":"aa","starttls":true}}`,
		},
		{
			`"app":"ssh","evidence":"greeting","ssh":{"keys":[{"type":"t","sha256":"1"},{"type":"u","sha256":"2"}]}`,
			`{"app":"ssh","ssh":{"keys":[{"type":"t","sha256":"1"},{"type":"u","sha256":"2"}]}}`,
		},
		{fmt.Sprintf(`"evidence":"x","app":%q,"product":%[1]q,"tls":{"subject":%[1]q,"names":[%[1]q,"x"]},"ssh":{"keys":[{"type":%[1]q,"sha256":%[1]q}]}`, strings.ToValidUTF8(long, "")), `{"app":"`},
	} {
		line := `{"ip":"192.0.2.1","port":22,"state":"open",` + strings.ReplaceAll(c.fields, `\x01`, `\u0001`) + `}`
		f, _ := factsOf(t, line)
		was := AppendGone(nil, &f)
		if !strings.HasPrefix(string(was), c.want) || len(was) != len(c.want) && len(line) < 1<<10 || len(was) > 8<<10 {
			t.Errorf("%s gives %d bytes\n%s\nwant\n%s", line[:min(len(line), 1<<10)], len(was), was[:min(len(was), 1<<10)], c.want)
		}
		change := Change{Host: []byte("a"), Port: 1, Change: endpoint.ChangeClosed, Old: endpoint.Open, New: endpoint.Closed, Was: was}
		if err := compile(t, KindChange).Validate(new(Encoder).Change(nil, &change, nil)); err != nil {
			t.Error(err)
		}
	}
	var s Summary
	var d Decoder
	l := ndjson.Line{Text: []byte(`{"kind":"summary","ip":"192.0.2.1","open":[22,443],"certs":{"443":{"sha256":"aa"}}}`)}
	var r Result
	if err := d.Result(l, &r); err != nil {
		t.Fatal(err)
	}
	if err := d.Summary(l, r.Fields, &s); err != nil {
		t.Fatal(err)
	}
	var f Facts
	for port, want := range map[uint16]string{22: ``, 443: `{"tls":{"sha256":"aa"}}`} {
		if s.Facts(port, &f); string(AppendGone(nil, &f)) != want {
			t.Errorf("of %d in a summary: %s, want %s", port, AppendGone(nil, &f), want)
		}
	}
}

// A summary contains why a port was not identified, so that an app that is gone is known.
func TestFactsOfSummary(t *testing.T) {
	s, err := readSummary(`{"kind":"summary","host":"a","open":[1,2,3,4,5],"apps":{"1":"ssh"},"certs":{"2":{"sha256":"00"}},"accepts_all":"4","unidentified":{"tls":"2","silent":"3"}}`)
	if err != nil {
		t.Fatal(err)
	}
	for port, want := range map[uint16]string{1: "ssh partial", 2: "tls 00", 3: "silent", 4: "accepts-all", 5: "partial"} {
		var f Facts
		s.Facts(port, &f)
		parts := []string{string(f.App), string(f.Evidence), string(f.Cert.SHA256)}
		if f.Partial {
			parts = append(parts, "partial")
		}
		if got := strings.Join(strings.Fields(strings.Join(parts, " ")), " "); got != want {
			t.Errorf("%d: %q, want %q", port, got, want)
		}
		extra, _ := s.AppendAnswer(nil, port, nil)
		if word := string(f.Evidence); word != "" && !strings.Contains(string(extra), `"evidence":"`+word+`"`) {
			t.Errorf("%d: %s", port, extra)
		}
	}
}
