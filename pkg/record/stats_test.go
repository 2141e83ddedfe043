package record

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"portkit/pkg/endpoint"
	"portkit/pkg/histogram"
)

func TestStatsLine(t *testing.T) {
	s := Summary{Host: []byte("a"), Spans: []Span{{1, 1, endpoint.Open, endpoint.SynAck}}}
	for _, ms := range []int64{1767323045678, 1767323045001, 1767409445000} {
		s.Stats.Add(ms, -1)
	}
	s.Stats.Add(0, 1_234_567*time.Nanosecond)
	s.Stats.Add(0, 499*time.Nanosecond)
	s.Stats.Add(0, 1_300*time.Microsecond)
	want := `{"kind":"summary","host":"a","proto":"tcp","open":[1],"counts":{"open":1},"reasons":{"syn-ack":"1"},` +
		`"stats":{"first":"2026-01-02T03:04:05.001Z","last":"2026-01-03T03:04:05.000Z",` +
		`"rtt_us":{"count":3,"sum":2535,"min":0,"max":1300,"buckets":{"1":1,"1280":1,"1536":1}}}}` + "\n"
	var e Encoder
	line := string(e.Summary(nil, &s))
	if line != want {
		t.Errorf("line\n%swant\n%s", line, want)
	}
	again, err := readSummary(line)
	if err != nil || !cmp.Equal(again.Stats, s.Stats) {
		t.Errorf("read again: %v %v", again.Stats, err)
	}
}

func TestStatsOfOtherProgramsAreRead(t *testing.T) {
	for _, c := range []struct {
		stats string
		want  Stats
	}{
		{`{}`, Stats{}},
		{`{"new":1,"rtt_us":{"sum":9e0,"min":4,"max":5.0,"new":[],"buckets":{"5":1,"4":1}}}`, Stats{RTT: histogram.Histogram{
			Sum: 9, Min: 4, Max: 5, Bins: []histogram.Bin{{Bucket: 3, Count: 1}, {Bucket: 4, Count: 1}},
		}}},
		{`{"rtt_us":{"sum":18,"min":9,"max":9,"buckets":{"9":1,"10":1}}}`, Stats{RTT: histogram.Histogram{
			Sum: 18, Min: 9, Max: 9, Bins: []histogram.Bin{{Bucket: 8, Count: 2}},
		}}},
		{`{"first":"2026-01-02T04:04:05+01:00","last":"2026-01-02T03:04:05Z"}`, Stats{First: 1767323045000, Last: 1767323045000}},
	} {
		s, err := readSummary(`{"kind":"summary","host":"a","open":[1],"stats":` + c.stats + `}`)
		if err != nil {
			t.Errorf("%s: %v", c.stats, err)
		} else if diff := cmp.Diff(c.want, s.Stats); diff != "" {
			t.Errorf("%s (- want, + got):\n%s", c.stats, diff)
		}
	}
}

func TestDamagedStats(t *testing.T) {
	for _, c := range []struct{ stats, want string }{
		{`5`, "stats: 5 is not an object"},
		{`{"first":5,"last":"2026-01-02T03:04:05Z"}`, "stats: first: 5 is not a time"},
		{`{"last":"yesterday"}`, `stats: last: "yesterday" is not a time`},
		{`{"last":"2026-01-02T03:04:05Z"}`, "stats: last is before first, or first is missing"},
		{`{"first":"2026-01-02T03:04:06Z","last":"2026-01-02T03:04:05Z"}`, "stats: last is before first, or first is missing"},
		{`{"rtt_us":[]}`, "stats: rtt_us: [] is not an object"},
		{`{"rtt_us":{"sum":-1}}`, "stats: rtt_us: sum: -1 is negative"},
		{`{"rtt_us":{"min":0.5}}`, "stats: rtt_us: min: 0.5 is not an integer"},
		{`{"rtt_us":{"sum":3,"min":3,"max":3}}`, "stats: rtt_us: sum, min, max and buckets are inconsistent"},
		{`{"rtt_us":{"sum":3,"min":3,"max":2,"buckets":{"3":1}}}`, "stats: rtt_us: sum, min, max and buckets are inconsistent"},
		{`{"rtt_us":{"buckets":{"0":1}}}`, `stats: rtt_us: buckets: "0" is not a number of microseconds`},
		{`{"rtt_us":{"buckets":{"x":1}}}`, `stats: rtt_us: buckets: "x" is not a number of microseconds`},
		{`{"rtt_us":{"buckets":{"1":0}}}`, "stats: rtt_us: buckets: 0 is not a count of round trips"},
		{`{"rtt_us":{"buckets":{"1":"2"}}}`, `stats: rtt_us: buckets: "2" is a string`},
	} {
		s, err := readSummary(`{"kind":"summary","host":"a","open":[1],"stats":` + c.stats + `}`)
		if err != nil || s.Unusable == nil || !strings.HasPrefix(s.Unusable.Error(), "line 7: ignored: "+c.want) || !s.Stats.Empty() {
			t.Errorf("%s: error %v, ignored %v, want %q", c.stats, err, s.Unusable, c.want)
		}
	}
}

// TestTimesAreParsedAsByTimeParse parses times in a row, as the second is cached.
func TestTimesAreParsedAsByTimeParse(t *testing.T) {
	var d Decoder
	for _, text := range []string{
		"2026-01-02T03:04:05.678Z", "2026-01-02T03:04:05.001Z", "2026-01-02T03:04:05.0x1Z", "2026-01-02T03:04:05.+12Z",
		"2026-01-02T03:04:05.6789Z", "2026-01-02T03:04:05Z", "2026-01-02T03:04:05+01:00", "2026-01-02T03:04:06.001Z",
		"2026-01-02T03:04:05.678z", "1969-01-02T03:04:05.678Z", "", "now", "2026-02-30T03:04:05.678Z", "2026-01-02T03:04:05.001Z",
	} {
		want := int64(0)
		if at, err := time.Parse(time.RFC3339, strings.ToUpper(text)); err == nil {
			want = max(at.UnixMilli(), 0)
		}
		if got := d.when([]byte(`"` + text + `"`)); got != want {
			t.Errorf("%s is %d, want %d", text, got, want)
		}
	}
	for _, value := range []string{"", "5", "null", "{}"} {
		if got := d.when([]byte(value)); got != 0 {
			t.Errorf("%s is %d, want 0", value, got)
		}
	}
}
