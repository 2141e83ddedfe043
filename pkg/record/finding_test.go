package record

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/ndjson"
)

// largest is a finding with every field longer than its maximum, of characters that
// require escapes.
func largest() *endpoint.Finding {
	long := strings.Repeat("\x01é\"", 4000)
	names := make([]string, 64)
	keys := make([]endpoint.SSHKey, 64)
	for i := range names {
		names[i], keys[i] = long[:253], endpoint.SSHKey{Type: long, SHA256: long}
	}
	now := time.Unix(1<<33, 0)
	return &endpoint.Finding{
		App: long, Product: long, Version: long, Vendor: long, OS: long, Device: long, CPE: names,
		Evidence: long, Limited: true, Conns: 1 << 30, Took: time.Hour,
		TLS: &endpoint.TLS{
			Version: long, Cipher: long, Signature: long, ALPN: long, SNI: long, StartTLS: true, Subject: long, Issuer: long,
			Names: names, NamesTotal: 1 << 30, Serial: long, NotBefore: now, NotAfter: now, Key: long, SHA256: long,
			Chain: 1 << 30, Verify: long, ClientCert: true,
		},
		HTTP:   &endpoint.HTTP{Status: 999, Server: long, Title: long, Location: long, Realm: long, PoweredBy: long, Version: long},
		SSH:    &endpoint.SSH{Banner: long, Keys: keys},
		Banner: []byte(long),
	}
}

func TestFindingIsBounded(t *testing.T) {
	t.Parallel()
	known := []byte(`"host":"a","port":1`)
	line := new(Encoder).Finding(nil, known, netip.Addr{}, largest(), nil)
	if n := len(line) - len(known); n > MaxFinding {
		t.Errorf("%d bytes were added, at most %d may be", n, MaxFinding)
	}
	var m map[string]any
	if err := json.Unmarshal(line, &m); err != nil {
		t.Fatalf("%v: %s", err, line)
	}
	if strings.ContainsRune(m["product"].(string), '\ufffd') {
		t.Errorf("product is cut within a character: %q", m["product"])
	}
}

func TestFinding(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{
			`{"host":"a","ip":"192.0.2.1","port":22,"proto":"tcp","state":"open","rtt_ms":1.5,"owner": "ops" }`,
			`{"host":"a","ip":"192.0.2.1","port":22,"proto":"tcp","state":"open","rtt_ms":1.5,"app":"ssh","product":"x","evidence":"greeting","conns":1,"id_ms":2.000,"banner":"\u0000","banner_hex":"00","owner": "ops"}`,
		},
		{ // an old finding is removed
			`{"host":"192.0.2.1","port":22,"state":"open","app":"ftp","evidence":"ftp","tls":{"a":1},"os":"x","rack":[ 1 ]}`,
			`{"host":"192.0.2.1","port":22,"state":"open","app":"ssh","product":"x","evidence":"greeting","conns":1,"id_ms":2.000,"banner":"\u0000","banner_hex":"00","rack":[ 1 ]}`,
		},
		{ // the user's own field is not
			`{"host":"192.0.2.1","port":22,"state":"open","os":"x"}`,
			`{"host":"192.0.2.1","port":22,"state":"open","app":"ssh","product":"x","evidence":"greeting","conns":1,"id_ms":2.000,"banner":"\u0000","banner_hex":"00","list_os":"x"}`,
		},
	} {
		var d Decoder
		var p Port
		if err := d.Port(ndjson.Line{No: 1, Text: []byte(c.in)}, false, &p); err != nil || p.Pass || p.State != endpoint.Open {
			t.Errorf("%s: %+v, %v", c.in, p, err)
			continue
		}
		f := endpoint.Finding{App: "ssh", Product: "x", Evidence: "greeting", Conns: 1, Took: 2 * time.Millisecond, Banner: []byte{0}}
		got := new(Encoder).Finding(nil, p.Known, netip.Addr{}, &f, p.Extra)
		if string(bytes.TrimSuffix(got, []byte("\n"))) != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.in, got, c.want)
		}
	}
}

// Every field of a finding is replaced by the next one, and is the user's without evidence.
func TestOldFindingIsReplaced(t *testing.T) {
	t.Parallel()
	const known = `"host":"192.0.2.1","port":22,"state":"open"`
	line := new(Encoder).Finding(nil, []byte(known), netip.Addr{}, largest(), nil)
	var d Decoder
	var p Port
	if err := d.Port(ndjson.Line{No: 1, Text: line}, false, &p); err != nil || string(p.Known) != known || len(p.Extra) > 0 {
		t.Errorf("%v: known is %.200s, want %s; extra is %.200s", err, p.Known, known, p.Extra)
	}
	line = bytes.Replace(line, []byte(`"evidence":`), []byte(`"proof":`), 1)
	if err := d.Port(ndjson.Line{No: 1, Text: line}, false, &p); err != nil || string(p.Known) != known {
		t.Errorf("%v: without evidence known is %.200s, want %s", err, p.Known, known)
	}
	var extra map[string]any
	if err := json.Unmarshal(fmt.Appendf(nil, "{%s}", p.Extra), &extra); err != nil || extra["list_product"] == nil || extra["list_tls"] == nil {
		t.Errorf("%v: extra is %.200s", err, p.Extra)
	}
	var in Input
	if err := d.Input(ndjson.Line{No: 1, Text: line}, &in); err != nil || !bytes.Contains(in.Extra, []byte(`"product":`)) {
		t.Errorf("%v: extra is %.200s", err, in.Extra)
	}
}

// Records that are not to be identified are recognized whatever else they contain.
func TestPortPasses(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]bool{
		`{"state":"closed"}`: true,
		`{"host":"a","port":1,"state":"open","state":"filtered"}`: true,
		`{"host":"a","port":1,"state":"error","reason":"x"}`:      true,
		`{"host":"a","port":1,"state":"up"}`:                      true,
		`{"host":"a","port":1,"proto":"udp"}`:                     true,
		`{"host":"a","port":1,"proto":"udp","state":"open"}`:      true,
		`{"host":"a","port":1,"state":null}`:                      false,
		`{"host":"a","port":1,"x":{"state":"closed"}}`:            false,
		`{"host":"a","port":1,"\u0073tate":"open"}`:               false,
		`a:1`: false,
	} {
		var d Decoder
		var p Port
		if err := d.Port(ndjson.Line{No: 1, Text: []byte(in)}, false, &p); err != nil || p.Pass != want {
			t.Errorf("%s: %v, %v, want %v", in, p.Pass, err, want)
		}
	}
}

// UDP endpoints that portprobe has not probed are passed through, too. It may recognize
// them.
func TestPortUnprobed(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]bool{
		`a:1/udp`:                             true,
		`a:1`:                                 false,
		`x/udp`:                               false,
		`{"host":"a","port":1,"proto":"udp"}`: true,
		`{"host":"a","port":1}`:               false,
		`{"host":"a","port":1,"proto":"udp","state":"open","source":"nmap"}`:             true,
		`{"host":"a","port":1,"proto":"udp","state":"open","source":"nmap","app":"dns"}`: false,
		`{"host":"a","port":1,"proto":"udp","state":"open","source":"the user"}`:         false,
		`{"host":"a","port":1,"proto":"udp","state":"open","method":"udp"}`:              false,
		`{"host":"a","port":1,"proto":"udp","state":"closed"}`:                           false,
	} {
		for _, whole := range []bool{false, true} {
			var d Decoder
			var p Port
			if d.Port(ndjson.Line{No: 1, Text: []byte(in)}, whole, &p); p.Unprobed != want {
				t.Errorf("%s: %v, want %v", in, p.Unprobed, want)
			}
		}
	}
}

func FuzzPort(f *testing.F) {
	f.Add([]byte(`{"host":"a","port":22,"state":"open","app":"ssh","evidence":"x","os":"y","z":[1]}`))
	f.Add([]byte(`{"host":"192.0.2.1","port":22,"os":"y"}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		var d Decoder
		var p Port
		if d.Port(ndjson.Line{No: 1, Text: line}, false, &p) != nil || p.Pass || p.Skip || p.State == 0 {
			return
		}
		got := new(Encoder).Finding(nil, p.Known, netip.Addr{}, largest(), p.Extra)
		if !json.Valid(got) || len(got) > len(line)+MaxFinding+bytes.Count(line, []byte{','})*len(renamed)+len(renamed) {
			t.Errorf("%d bytes of %d: %s", len(got), len(line), got)
		}
	})
}
