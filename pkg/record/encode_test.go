package record

import (
	"net/netip"
	"testing"
	"time"

	"portkit/pkg/endpoint"
)

func TestEncodeEndpoint(t *testing.T) {
	var e Encoder
	for _, c := range []struct {
		host  []byte
		ep    endpoint.Endpoint
		extra string
		want  string
	}{
		{nil, endpoint.Endpoint{Host: "a.example", Port: 80}, "", `{"host":"a.example","port":80,"proto":"tcp"}`},
		{nil, endpoint.Endpoint{Addr: netip.MustParseAddr("192.0.2.1"), Port: 1, Proto: endpoint.UDP}, "", `{"host":"192.0.2.1","ip":"192.0.2.1","port":1,"proto":"udp"}`},
		{[]byte("b"), endpoint.Endpoint{Host: "a", Addr: netip.MustParseAddr("2001:db8:0:0::1"), Port: 65535}, `"x" : 1`, `{"host":"b","ip":"2001:db8::1","port":65535,"proto":"tcp","x" : 1}`},
		{nil, endpoint.Endpoint{Host: "é\"\x00", Addr: netip.MustParseAddr(`fe80::1%e"0`), Port: 80}, "", `{"host":"é\"\u0000","ip":"fe80::1%e\"0","port":80,"proto":"tcp"}`},
	} {
		if got := string(e.Endpoint([]byte("x"), c.host, c.ep, []byte(c.extra))); got != "x"+c.want+"\n" {
			t.Errorf("got %swant %s", got, c.want)
		}
	}
}

func TestEncodeResult(t *testing.T) {
	all := openResult
	all.RTT, all.App, all.TTL, all.Err, all.Attempts = 1500400*time.Nanosecond, "http\n", 64, `say "no"`, 12
	all.Time = time.Date(2026, 12, 31, 23, 59, 59, 999999999, time.FixedZone("", 3600))
	silent := endpoint.Result{
		Endpoint: endpoint.Endpoint{Host: "x", Port: 9, Proto: endpoint.UDP},
		State:    endpoint.OpenFiltered, Reason: endpoint.NoResponse, RTT: -1, Attempts: 3, Method: endpoint.UDPDatagram,
		Time: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
	}
	var e Encoder
	for _, c := range []struct {
		host  []byte
		r     endpoint.Result
		extra string
		want  string
	}{
		{nil, openResult, "", plainResult},
		{[]byte("h"), all, `"owner":"me"`, `{"host":"h","ip":"192.0.2.17","port":443,"proto":"tcp","state":"open","reason":"syn-ack","service":"https","rtt_ms":1.500,"attempts":12,"method":"connect","time":"2026-12-31T22:59:59.999Z","app":"http\n","ttl":64,"error":"say \"no\"","owner":"me"}`},
		{nil, silent, "", `{"host":"x","port":9,"proto":"udp","state":"open|filtered","reason":"no-response","attempts":3,"method":"udp","time":"2026-01-02T03:04:05.000Z"}`},
	} {
		if got := string(e.Result(nil, c.host, &c.r, []byte(c.extra))); got != c.want+"\n" {
			t.Errorf("got %swant %s", got, c.want)
		}
	}
}

func TestMillis(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0.000", 499: "0.000", 500: "0.001", time.Microsecond: "0.001", 999500: "1.000",
		12 * time.Millisecond: "12.000", time.Hour + 1045*time.Microsecond: "3600001.045",
	} {
		if got := string(appendMillis(nil, d)); got != want {
			t.Errorf("%v is %s, want %s", d, got, want)
		}
	}
}

func TestCachedSecondIsRenewed(t *testing.T) {
	var e Encoder
	for _, c := range []struct {
		at   time.Time
		want string
	}{
		{time.Unix(0, 0), `,"time":"1970-01-01T00:00:00.000Z"`},
		{time.Unix(1767323045, 7e6), `,"time":"2026-01-02T03:04:05.007Z"`},
		{time.Unix(1767323045, 70e6), `,"time":"2026-01-02T03:04:05.070Z"`},
		{time.Unix(1767323046, 999999999), `,"time":"2026-01-02T03:04:06.999Z"`},
		{time.Unix(1767323045, 0), `,"time":"2026-01-02T03:04:05.000Z"`},
	} {
		if got := string(e.appendTime(nil, c.at)); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}

func TestEncoderAllocatesNothing(t *testing.T) {
	var e Encoder
	buf := make([]byte, 0, 1024)
	host, extra := []byte("a.example"), []byte(`"owner":"me"`)
	for name, f := range map[string]func(){
		"Result":   func() { e.Result(buf, host, &openResult, extra) },
		"Endpoint": func() { e.Endpoint(buf, host, openResult.Endpoint, extra) },
	} {
		if n := testing.AllocsPerRun(100, f); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

func TestRawFields(t *testing.T) {
	extra := AppendRaw(nil, []byte(`"a" : 1`))
	extra = AppendRenamed(extra, "list_", []byte(`"st\u0061te":"x"`))
	extra = AppendRaw(extra, []byte(`"b":[]`))
	if want := `"a" : 1,"list_st\u0061te":"x","b":[]`; string(extra) != want {
		t.Errorf("%s, want %s", extra, want)
	}
	if got := string(AppendRenamed(nil, "list_", []byte(`"time":1`))); got != `"list_time":1` {
		t.Errorf("%s is wrong", got)
	}
}
