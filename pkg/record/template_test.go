package record

import (
	"net/netip"
	"testing"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/ndjson"
)

func TestPartsAreTheWholeLine(t *testing.T) {
	for _, c := range []struct{ host, addr, extra string }{
		{"", "192.0.2.7", ""},
		{"", "255.255.255.255", `"owner":"ops"`},
		{"", "2001:db8::1", ""},
		{"", "fe80::1%eth0", `"n":1e400,"n":2`},
		{"::ffff:192.0.2.7", "192.0.2.7", ""},
		{"db.example", "192.0.2.7", `"a":{}`},
		{"db.example", "", ""},
		{"bücher.example", "", `"a":"é"`},
	} {
		var host []byte
		if c.host != "" {
			host = []byte(c.host)
		}
		addr, _ := netip.ParseAddr(c.addr)
		for _, plain := range []bool{false, true} {
			p := NewParts(plain)
			for _, port := range []uint16{1, 9, 10, 443, 8080, 65535} {
				for _, proto := range []endpoint.Proto{endpoint.TCP, endpoint.UDP} {
					ep := endpoint.Endpoint{Addr: addr, Port: port, Proto: proto}
					want := new(Encoder).Endpoint(nil, host, ep, []byte(c.extra))
					if plain {
						want = AppendPlain(nil, host, ep)
					}
					got := p.Extend(p.Head(nil, host, addr), p.Tail(nil, port, proto), []byte(c.extra))
					if string(got) != string(want) {
						t.Errorf("%q is not %q", got, want)
					}
					got = append(p.Head(nil, host, addr), p.Tail(nil, port, proto)...)
					if c.extra == "" && string(got) != string(want) {
						t.Errorf("%q is not %q", got, want)
					}
				}
			}
		}
	}
}

// The record of a name without an address is passed through by portprobe, and is
// not an endpoint for portsum.
func TestUnresolvedIsNotAnEndpoint(t *testing.T) {
	at := time.Date(2026, 2, 3, 4, 5, 6, 7e6, time.UTC)
	line := new(Encoder).Unresolved(nil, "nx.example", "no such host", at, []byte(`"owner":"ops"`))
	want := `{"host":"nx.example","state":"error","reason":"resolve-failed","time":"2026-02-03T04:05:06.007Z","error":"no such host","owner":"ops"}` + "\n"
	if string(line) != want {
		t.Errorf("got  %swant %s", line, want)
	}
	var in Input
	if err := new(Decoder).Input(ndjson.Line{No: 1, Text: line[:len(line)-1]}, &in); err != nil || !in.Pass {
		t.Errorf("portprobe reads it as %+v, %v; want it to pass", in, err)
	}
	var r Result
	if err := new(Decoder).Result(ndjson.Line{No: 1, Text: line[:len(line)-1]}, &r); err != nil || !r.NoEndpoint {
		t.Errorf("portsum reads it as %+v, %v; want no endpoint", r, err)
	}
}
