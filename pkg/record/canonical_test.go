package record

import (
	"testing"

	"portkit/pkg/ndjson"
)

// nearlyCanonical are lines like those that portgen writes; FuzzInput starts from them
// too.
var nearlyCanonical = []string{
	`{"host":"192.0.2.1","ip":"192.0.2.1","port":0,"proto":"tcp"}`,
	`{"host":"192.0.2.1","ip":"192.0.2.1","port":01,"proto":"tcp"}`,
	`{"host":"192.0.2.1","ip":"192.0.2.1","port":65536,"proto":"tcp"}`,
	`{"host":"192.0.2.1","ip":"192.0.2.1","port":655350,"proto":"tcp"}`,
	`{"host":"192.0.2.1","ip":"192.0.2.1","port":80.0,"proto":"tcp"}`,
	`{"host":"192.0.2.1","ip":"192.0.2.1","port":80,"proto":"sctp"}`,
	`{"host":"192.0.2.1","ip":"192.0.2.1","port":80,"proto":"tcp"`,
	`{"host":"192.0.2.1","ip":"192.0.2.1","port":`,
	`{"host":"192.0.2.1","ip":"192.0.2.12","port":80,"proto":"tcp"}`,
	`{"host":"192.0.2.1","ip":"192.0.2.01","port":80,"proto":"tcp"}`,
	`{"host":"192.0.2.01","ip":"192.0.2.01","port":80,"proto":"tcp"}`,
	`{"host":"0.0.0.0","ip":"0.0.0.0","port":80,"proto":"tcp"}`,
	`{"host":"::","ip":"::","port":80,"proto":"tcp"}`,
	`{"host":"2001:DB8::1","ip":"2001:DB8::1","port":80,"proto":"tcp"}`,
	`{"host":"::ffff:192.0.2.1","ip":"::ffff:192.0.2.1","port":80,"proto":"tcp"}`,
	`{"host":"fe80::1%eth0","ip":"fe80::1%eth0","port":80,"proto":"tcp"}`,
	`{"host":"fe80::1%","ip":"fe80::1%","port":80,"proto":"tcp"}`,
	`{"host":"a.example","ip":"a.example","port":80,"proto":"tcp"}`,
	`{"host":"","ip":"","port":80,"proto":"tcp"}`,
	`{"host":"192.0.2.1\","ip":"192.0.2.1\","port":80,"proto":"tcp"}`,
	`{"host":"192.0.2.1","ip":"192.0.2.1","port":80,"proto":"tcp"} `,
	`{"host":"192.0.2.1","ip":"192.0.2.1","port":80,"proto":"tcp","rack":3}`,
}

// TestCanonicalLines checks which lines are parsed in one pass, and that they mean the
// same as otherwise.
func TestCanonicalLines(t *testing.T) {
	check := func(line string, want bool) {
		t.Helper()
		l := ndjson.Line{No: 1, Text: []byte(line)}
		if got := new(Decoder).canonical(l.Text, &Input{}); got != want {
			t.Errorf("%s: canonical %v, want %v", line, got, want)
		}
		var in Input
		err := new(Decoder).Input(l, &in)
		requireSame(t, l, &in, err)
	}
	for _, line := range []string{
		`{"host":"192.0.2.1","ip":"192.0.2.1","port":1,"proto":"tcp"}`,
		`{"host":"192.0.2.1","ip":"192.0.2.1","port":65535,"proto":"udp"}`,
		`{"host":"2001:db8::1","ip":"2001:db8::1","port":443,"proto":"tcp"}`,
		`{"host":"fe80::1","ip":"fe80::1","port":443,"proto":"tcp"}`,
	} {
		check(line, true)
	}
	for _, line := range nearlyCanonical {
		check(line, false)
	}
}
