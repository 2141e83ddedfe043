package report

import (
	"fmt"
	"strings"
	"time"

	"portkit/pkg/histogram"
	"portkit/pkg/record"
)

// times writes the period of the results and their round-trip times.
func (t *text) times(s *record.Stats) {
	if s.Last > 0 {
		t.line("Results from: " + clock(s.First) + " to " + clock(s.Last))
	}
	if h := &s.RTT; len(h.Bins) > 0 {
		t.line(fmt.Sprintf("RTT: %d %s, min %s, median %s, 99th percentile %s, max %s",
			h.Count(), counted(int(h.Count()), "reply", "replies"), millis(float64(h.Min)), millis(h.Quantile(0.5)), millis(h.Quantile(0.99)), millis(float64(h.Max))))
	}
}

// barMost is the length of the longest bar.
const barMost = 40

// roundTrips draws the histogram of the round-trip times.
func (t *text) roundTrips(h *histogram.Histogram) {
	bars := bars(h)
	if len(bars) == 0 {
		return
	}
	most := int64(1)
	for _, b := range bars {
		most = max(most, b.Count)
	}
	t.line("")
	t.line("RTT HISTOGRAM (upper bound, replies):")
	t.line(halfRule)
	for _, b := range bars {
		length := int((b.Count*barMost + most - 1) / most)
		t.line(strings.TrimRight(fmt.Sprintf("%14s %12d %s", millis(float64(b.most)), b.Count, strings.Repeat("#", length)), " "))
	}
}

// bar is a bucket of the histogram: the round-trip times of at most most
// microseconds and more than the bucket before.
type bar struct {
	most  int64
	Count int64
}

// bars puts buckets together: one bar for each power of two, none missing
// between the first and the last.
func bars(h *histogram.Histogram) (bars []bar) {
	for _, b := range h.Bins {
		most := histogram.Most(b.Bucket | 3)
		for n := len(bars); n > 0 && bars[n-1].most < most; n++ {
			bars = append(bars, bar{most: bars[n-1].most * 2})
		}
		if len(bars) == 0 {
			bars = []bar{{most: most}}
		}
		bars[len(bars)-1].Count += b.Count
	}
	return bars
}

// millis writes microseconds as milliseconds with three digits that count, or
// all before the point.
func millis(us float64) string {
	switch ms := us / 1000; {
	case ms >= 100:
		return fmt.Sprintf("%.0f ms", ms)
	case ms >= 10:
		return fmt.Sprintf("%.1f ms", ms)
	case ms >= 1:
		return fmt.Sprintf("%.2f ms", ms)
	default:
		return fmt.Sprintf("%.3f ms", ms)
	}
}

// stamp writes milliseconds since 1970 as records have them.
func stamp(ms int64) string { return time.UnixMilli(ms).UTC().Format("2006-01-02T15:04:05.000Z") }

// clock writes milliseconds since 1970 for people.
func clock(ms int64) string { return time.UnixMilli(ms).UTC().Format("2006-01-02 15:04:05 UTC") }
