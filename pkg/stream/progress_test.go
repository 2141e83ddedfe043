package stream

import (
	"testing"
	"time"
)

func TestProgress(t *testing.T) {
	p := Progress{Done: 3, InFlight: 2, Open: 1, Rate: 1, Elapsed: 3 * time.Second, Others: []Count{{"silent_hosts", "silent host", 0}, {"lost_hosts", "", 0}}}
	for _, c := range []struct {
		total, errors int64
		text, json    string
	}{
		{0, 0, "3 done, 2 in flight, 1 open, 1/s", `{"done":3,"in_flight":2,"open":1,"errors":0,"silent_hosts":0,"lost_hosts":0,"rate":1.0,"elapsed_s":3.000}`},
		{12, 1, "3 done of 12 (25 %), 2 in flight, 1 open, 1 error, 1/s, 9s left", `{"done":3,"total":12,"in_flight":2,"open":1,"errors":1,"silent_hosts":0,"lost_hosts":0,"rate":1.0,"elapsed_s":3.000,"eta_s":9.0}`},
		{3, 2, "3 done of 3 (100 %), 2 in flight, 1 open, 2 errors, 1/s", `{"done":3,"total":3,"in_flight":2,"open":1,"errors":2,"silent_hosts":0,"lost_hosts":0,"rate":1.0,"elapsed_s":3.000,"eta_s":0.0}`},
		{2, 0, "3 done, more than --total 2, 2 in flight, 1 open, 1/s", `{"done":3,"total":2,"in_flight":2,"open":1,"errors":0,"silent_hosts":0,"lost_hosts":0,"rate":1.0,"elapsed_s":3.000}`},
	} {
		p.Total, p.Errors = c.total, c.errors
		if got := p.text(0); got != c.text {
			t.Errorf("%q, want %q", got, c.text)
		}
		if got := p.json(); got != c.json+"\n" {
			t.Errorf("%q, want %q", got, c.json)
		}
	}
}

// Parts are omitted whole, the least useful first.
func TestProgressAtWidths(t *testing.T) {
	scanning := Progress{Done: 30512, Total: 65535, InFlight: 1000, Open: 17, Errors: 3, Rate: 8123, Elapsed: time.Minute}
	waiting := scanning
	waiting.Waiting = "10.77.0.3: no reply for 8 s"
	far := scanning
	far.Waiting = "2001:db8:1234:5678:9abc:def0:1234:5678: no reply for 8 s"
	for _, c := range []struct {
		p       Progress
		columns int
		want    string
	}{
		{scanning, 0, "30512 done of 65535 (47 %), 1000 in flight, 17 open, 3 errors, 8123/s, 4s left"},
		{scanning, 119, "30512 done of 65535 (47 %), 1000 in flight, 17 open, 3 errors, 8123/s, 4s left"},
		{scanning, 79, "30512 done of 65535 (47 %), 1000 in flight, 17 open, 3 errors, 8123/s, 4s left"},
		{scanning, 77, "30512 done of 65535 (47 %), 17 open, 3 errors, 8123/s, 4s left"},
		{scanning, 59, "30512 done of 65535 (47 %), 17 open, 3 errors, 4s left"},
		{scanning, 39, "30512 done of 65535 (47 %), 4s left"},
		{scanning, 26, "30512 done of 65535 (47 %)"},
		{waiting, 119, "30512 done of 65535 (47 %), 1000 in flight, 17 open, 3 errors, waiting for 10.77.0.3: no reply for 8 s"},
		{waiting, 79, "30512 done of 65535 (47 %), 17 open, waiting for 10.77.0.3: no reply for 8 s"},
		{waiting, 59, "waiting for 10.77.0.3: no reply for 8 s"},
		{waiting, 39, "waiting for 10.77.0.3: no reply for 8 s"},
		{far, 59, "30512 done of 65535 (47 %), 17 open, 3 errors"},
		{Progress{Done: 3, Rate: 0.5}, 79, "3 done, 0 in flight, 0 open, 0.5/s"},
	} {
		if got := c.p.text(c.columns); got != c.want {
			t.Errorf("%d columns:\n got %q\nwant %q", c.columns, got, c.want)
		}
	}
}
