package portprobe

import (
	"testing"
	"time"
)

func TestProgress(t *testing.T) {
	p := progress{done: 3, inFlight: 2, open: 1, rate: 1, elapsed: 3 * time.Second}
	for _, c := range []struct {
		total, errors int64
		text, json    string
	}{
		{0, 0, "3 done, 2 in flight, 1 open, 1/s", `{"done":3,"in_flight":2,"open":1,"errors":0,"rate":1.0,"elapsed_s":3.000}`},
		{12, 1, "3 done of 12 (25 %), 2 in flight, 1 open, 1 error, 1/s, 9s left", `{"done":3,"total":12,"in_flight":2,"open":1,"errors":1,"rate":1.0,"elapsed_s":3.000,"eta_s":9.0}`},
		{3, 2, "3 done of 3 (100 %), 2 in flight, 1 open, 2 errors, 1/s", `{"done":3,"total":3,"in_flight":2,"open":1,"errors":2,"rate":1.0,"elapsed_s":3.000,"eta_s":0.0}`},
		{2, 0, "3 done, more than --total 2, 2 in flight, 1 open, 1/s", `{"done":3,"total":2,"in_flight":2,"open":1,"errors":0,"rate":1.0,"elapsed_s":3.000}`},
	} {
		p.total, p.errors = c.total, c.errors
		if got := p.text(); got != c.text {
			t.Errorf("%q, want %q", got, c.text)
		}
		if got := p.json(); got != c.json+"\n" {
			t.Errorf("%q, want %q", got, c.json)
		}
	}
}
