package record

import (
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/ndjson"
)

const (
	plainEndpoint = `{"host":"192.0.2.17","ip":"192.0.2.17","port":443,"proto":"tcp"}`
	namedEndpoint = `{"host":"www.example.com","port":443,"proto":"tcp"}`
	ownedEndpoint = `{"host":"192.0.2.17","ip":"192.0.2.17","port":443,"proto":"tcp","owner":"équipe réseau","ticket":4711}`
	plainResult   = `{"host":"192.0.2.17","ip":"192.0.2.17","port":443,"proto":"tcp","state":"open","reason":"syn-ack","service":"https","rtt_ms":12.345,"attempts":1,"method":"connect","time":"2026-01-02T03:04:05.678Z"}`
	closedResult  = `{"host":"192.0.2.17","ip":"192.0.2.17","port":4430,"proto":"tcp","state":"closed","reason":"conn-refused","rtt_ms":0.345,"attempts":1,"method":"connect","time":"2026-01-02T03:04:05.678Z"}`
	v6Result      = `{"host":"2001:db8::17","ip":"2001:db8::17","port":4430,"proto":"tcp","state":"closed","reason":"conn-refused","rtt_ms":0.345,"attempts":1,"method":"connect","time":"2026-01-02T03:04:05.678Z"}`
)

func BenchmarkInput(b *testing.B) {
	for name, line := range map[string]string{"plain": plainEndpoint, "named": namedEndpoint, "owned": ownedEndpoint, "result": plainResult, "text": "192.0.2.17:443"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			var d Decoder
			var in Input
			l := ndjson.Line{No: 1, Text: []byte(line)}
			for b.Loop() {
				if err := d.Input(l, &in); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkDecodeResult(b *testing.B) {
	for name, line := range map[string]string{"open": plainResult, "closed": closedResult, "v6": v6Result} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(line)))
			var d Decoder
			var r Result
			l := ndjson.Line{No: 1, Text: []byte(line)}
			for b.Loop() {
				if err := d.Result(l, &r); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// Lines vary as in a real scan, so that branch prediction does not learn a single
// line.
func BenchmarkDecodeScan(b *testing.B) {
	rnd := rand.New(rand.NewPCG(1, 2))
	var e Encoder
	var text []byte
	var ends []int
	reasons := []endpoint.Reason{endpoint.ConnRefused, endpoint.ConnRefused, endpoint.NoResponse, endpoint.SynAck}
	for range 20000 {
		r := openResult
		r.Host = ""
		r.Addr = netip.AddrFrom4([4]byte{10, 0, byte(rnd.Uint32()), byte(rnd.Uint32())})
		r.Port = uint16(1 + rnd.IntN(65535))
		r.Reason = reasons[rnd.IntN(len(reasons))]
		r.State = r.Reason.State(r.Proto)
		r.Service = []string{"", "", "ssh", "http-alt"}[rnd.IntN(4)]
		r.RTT = time.Duration(rnd.IntN(300e6))
		if r.Reason == endpoint.NoResponse {
			r.RTT = -1
		}
		text = e.Result(text, nil, &r, nil)
		ends = append(ends, len(text))
	}
	b.SetBytes(int64(len(text) / len(ends)))
	var d Decoder
	var r Result
	i, start := 0, 0
	for b.Loop() {
		if i == len(ends) {
			i, start = 0, 0
		}
		if err := d.Result(ndjson.Line{No: 1, Text: text[start : ends[i]-1]}, &r); err != nil {
			b.Fatal(err)
		}
		start = ends[i]
		i++
	}
}

var openResult = endpoint.Result{
	Endpoint: endpoint.Endpoint{Host: "192.0.2.17", Addr: netip.MustParseAddr("192.0.2.17"), Port: 443},
	State:    endpoint.Open, Reason: endpoint.SynAck, Service: "https", RTT: 12345 * time.Microsecond, Attempts: 1,
	Method: endpoint.Connect, Time: time.Date(2026, 1, 2, 3, 4, 5, 678e6, time.UTC),
}

func BenchmarkEncode(b *testing.B) {
	var e Encoder
	buf := make([]byte, 0, 4096)
	b.Run("result", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			buf = e.Result(buf[:0], nil, &openResult, nil)
		}
	})
	b.Run("endpoint", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			buf = e.Endpoint(buf[:0], nil, openResult.Endpoint, nil)
		}
	})
	host := []byte("www.example.com")
	b.Run("named", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			buf = e.Endpoint(buf[:0], host, endpoint.Endpoint{Port: 443}, nil)
		}
	})
}
