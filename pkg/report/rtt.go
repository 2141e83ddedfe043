package report

import (
	"fmt"
	"time"

	"portkit/pkg/histogram"
)

// Bar is a bar of a histogram: the number of round-trip times of at most Max
// microseconds that are longer than the Max of the bar before.
type Bar struct {
	Max, Count int64
}

// Bars returns one bar for each power of two, without gaps.
func Bars(h *histogram.Histogram) (bars []Bar) {
	for _, b := range h.Bins {
		end := histogram.Upper(b.Bucket | 3)
		for n := len(bars); n > 0 && bars[n-1].Max < end; n++ {
			bars = append(bars, Bar{Max: bars[n-1].Max * 2})
		}
		if len(bars) == 0 {
			bars = []Bar{{Max: end}}
		}
		bars[len(bars)-1].Count += b.Count
	}
	return bars
}

// Highest returns the maximum count of bars, at least 1.
func Highest(bars []Bar) int64 {
	highest := int64(1)
	for _, b := range bars {
		highest = max(highest, b.Count)
	}
	return highest
}

// Millis returns microseconds as milliseconds with three significant digits,
// more before the decimal point if necessary.
func Millis(us float64) string {
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

// Clock returns milliseconds since 1970 as text for people.
func Clock(ms int64) string { return time.UnixMilli(ms).UTC().Format("2006-01-02 15:04:05 UTC") }
