package record

import (
	"strings"
	"testing"

	"portkit/pkg/endpoint"
	"portkit/pkg/ndjson"
)

// TestOwnIsBounded adds more than an Own can have.
func TestOwnIsBounded(t *testing.T) {
	var o Own
	long := strings.Repeat("\x01", 2000)
	for range 20 {
		o.Text("text", long)
		o.List("list", []string{long, "x"})
		o.Value("value", []byte(`[1]`))
	}
	o.Text("empty", "")
	i := Imported{Result: endpoint.Result{Endpoint: endpoint.Endpoint{Host: "a.example", Port: 1}, RTT: -1}, Source: SourceNmap, Own: o}
	line := new(Encoder).Imported(nil, &i)
	if len(line) > maxOwn+200 || !strings.Contains(string(line), `"nmap":{"text":"`) {
		t.Errorf("%d bytes: %.300s", len(line), line)
	}
	if _, err := ndjson.Scan(line[:len(line)-1], nil); err != nil {
		t.Error(err)
	}
}

// TestSourceIsDroppedWhenProbedAgain holds that a result has the source that it is from. A
// field of the user's stays.
func TestSourceIsDroppedWhenProbedAgain(t *testing.T) {
	for _, c := range []struct{ source, want string }{
		{`"nmap"`, `"nmap":{"state":"filtered"}`},
		{`"cmdb"`, `"source":"cmdb","nmap":{"state":"filtered"}`},
		{`7`, `"source":7,"nmap":{"state":"filtered"}`},
	} {
		line := ndjson.Line{Text: []byte(`{"host":"192.0.2.7","port":22,"state":"open","app":"ssh","evidence":"probed","source":` + c.source + `,"nmap":{"state":"filtered"}}`)}
		var d Decoder
		var in Input
		if err := d.Input(line, &in); err != nil || string(in.Extra) != c.want {
			t.Errorf("probed again: %s, %v; want %s", in.Extra, err, c.want)
		}
		var p Port
		if err := d.Port(line, false, &p); err != nil || string(p.Extra) != c.want || strings.Contains(string(p.Known), "source") {
			t.Errorf("identified again: %s, %s, %v; want %s", p.Known, p.Extra, err, c.want)
		}
	}
}
