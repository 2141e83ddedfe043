package record

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"portkit/pkg/histogram"
	"portkit/pkg/ndjson"
)

// Stats sums up the times and round-trip times of results. Unlike the rest of a
// summary it counts every result, so an endpoint probed twice counts twice.
type Stats struct {
	// First and Last are the earliest and latest time of a result, in milliseconds
	// since 1970 (UTC); both 0 if no result has one.
	First, Last int64
	// RTT contains the round-trip times.
	RTT histogram.Histogram
}

// clockForm is the layout of times in records: RFC 3339, UTC, milliseconds.
const clockForm = "2006-01-02T15:04:05.000Z"

// Empty reports whether s contains neither times nor round-trip times.
func (s *Stats) Empty() bool { return s.Last == 0 && len(s.RTT.Bins) == 0 }

// Add adds one result; when is 0 and rtt negative if it has none.
func (s *Stats) Add(when int64, rtt time.Duration) {
	s.seen(when, when)
	if rtt >= 0 {
		s.RTT.Add(rtt)
	}
}

// Merge adds other, and shares no memory with it.
func (s *Stats) Merge(other *Stats) {
	s.seen(other.First, other.Last)
	s.RTT.Merge(&other.RTT)
}

func (s *Stats) seen(first, last int64) {
	if last == 0 {
		return
	}
	if s.Last == 0 {
		s.First = first
	}
	s.First, s.Last = min(s.First, first), max(s.Last, last)
}

// when parses a time and returns it in milliseconds since 1970, or 0 if it is not
// valid or not after 1970.
func (d *Decoder) when(text []byte) int64 {
	const second, whole = len(`"2006-01-02T15:04:05.`), len(`"` + clockForm + `"`)
	if len(text) == whole && text[whole-2] == 'Z' && bytes.Equal(text[:second], d.second) {
		if n, err := strconv.ParseUint(string(text[second:second+3]), 10, 16); err == nil {
			return d.secondMS + int64(n)
		}
	}
	if ms := otherTime(text).UnixMilli(); ms > 0 {
		if len(text) == whole && text[whole-2] == 'Z' { // many results share a second
			d.second, d.secondMS = append(d.second[:0], text[:second]...), ms-ms%1000
		}
		return ms
	}
	return 0
}

// otherTime parses a time as written by databases, data frames and other programs.
// It returns the zero Time if it is not valid.
func otherTime(value []byte) time.Time {
	if len(value) < 2 || value[0] != '"' {
		return epoch(value)
	}
	text := strings.ToUpper(string(value[1 : len(value)-1]))
	text = strings.Replace(text, "T", " ", 1)
	// Without an offset it is UTC, as in all records.
	for _, form := range []string{"2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05Z0700", "2006-01-02 15:04:05 Z07:00", "2006-01-02 15:04:05 Z0700", "2006-01-02 15:04:05"} {
		if t, err := time.Parse(form, text); err == nil {
			return t
		}
	}
	return time.Time{}
}

// epoch parses a number of seconds, milliseconds, microseconds or nanoseconds since
// 1970. The magnitude determines which, as results are of this century.
func epoch(value []byte) time.Time {
	n, err := ndjson.Float(value)
	if err != nil || n <= 0 {
		return time.Time{}
	}
	for _, unit := range []float64{1e3, 1, 1e-3, 1e-6} {
		if ms := n * unit; ms >= 1e11 && ms < 1e14 { // 1973 to 5138
			return time.UnixMilli(int64(math.Round(ms)))
		}
	}
	return time.Time{}
}

// object returns the field stats; nil if s is empty.
func (s *Stats) object() any {
	if s.Empty() {
		return nil
	}
	var o ndjson.Object
	if s.Last > 0 {
		o.Add("first", time.UnixMilli(s.First).UTC().Format(clockForm))
		o.Add("last", time.UnixMilli(s.Last).UTC().Format(clockForm))
	}
	if h := &s.RTT; len(h.Bins) > 0 {
		var rtt, buckets ndjson.Object
		rtt.Add("count", h.Count())
		rtt.Add("sum", h.Sum)
		rtt.Add("min", h.Min)
		rtt.Add("max", h.Max)
		for _, b := range h.Bins {
			buckets.Add(strconv.FormatInt(histogram.Upper(b.Bucket), 10), b.Count)
		}
		rtt.Add("buckets", buckets)
		o.Add("rtt_us", rtt)
	}
	return o
}

// readStats parses the field stats into s, whose storage it reuses.
func readStats(value []byte, s *Stats) error {
	*s = Stats{RTT: histogram.Histogram{Bins: s.RTT.Bins[:0]}}
	if value == nil {
		return nil
	}
	err := eachMember(ndjson.Decode(value), func(name string, v any) (err error) {
		switch name {
		case "first":
			s.First, err = readClock(v)
		case "last":
			s.Last, err = readClock(v)
		case "rtt_us":
			err = readHistogram(v, &s.RTT)
		}
		return within(name, err)
	})
	if err == nil && (s.First > s.Last || s.First == 0 && s.Last > 0) {
		err = errors.New("last is before first, or first is missing")
	}
	return within("stats", err)
}

func readClock(v any) (int64, error) {
	var d Decoder
	ms := d.when(ndjson.Append(nil, v))
	if ms == 0 {
		return 0, fmt.Errorf("%s is not a time such as 2026-01-31T12:00:00.000Z", show(v))
	}
	return ms, nil
}

// readHistogram parses the field rtt_us, except its count, which follows from the
// buckets.
func readHistogram(v any, h *histogram.Histogram) error {
	*h = histogram.Histogram{Bins: h.Bins[:0]}
	err := eachMember(v, func(name string, v any) (err error) {
		switch name {
		case "sum":
			h.Sum, err = readAmount(v)
		case "min":
			h.Min, err = readAmount(v)
		case "max":
			h.Max, err = readAmount(v)
		case "buckets":
			h.Bins, err = readBins(v, h.Bins[:0])
		}
		return within(name, err)
	})
	if err == nil && (h.Min > h.Max || h.Max > h.Sum || len(h.Bins) == 0) {
		err = errors.New("sum, min, max and buckets are inconsistent")
	}
	return err
}

func readAmount(v any) (int64, error) {
	n, err := integer(v)
	if err == nil && n < 0 {
		err = fmt.Errorf("%d is negative", n)
	}
	return n, err
}

// readBins parses the count of each bucket. An upper bound that is not that of
// a bucket counts for the bucket that contains it.
func readBins(v any, bins []histogram.Bin) ([]histogram.Bin, error) {
	sum := histogram.Histogram{Bins: bins}
	err := eachMember(v, func(name string, v any) error {
		most, err := strconv.ParseInt(name, 10, 64)
		if err != nil || most < 1 {
			return fmt.Errorf("%q is not a number of microseconds", ndjson.Show([]byte(name)))
		}
		n, err := readAmount(v)
		if err == nil && n == 0 {
			err = errors.New("0 is not a count of round trips")
		}
		sum.Merge(&histogram.Histogram{Bins: []histogram.Bin{{Bucket: histogram.BucketOf(most), Count: n}}})
		return err
	})
	return sum.Bins, err
}
