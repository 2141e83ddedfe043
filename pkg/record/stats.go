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

// Stats is what results tell of time, added up. Unlike all else of a summary
// it counts each result that went in: an endpoint met twice counts twice.
type Stats struct {
	// First and Last are the earliest and latest time of a result, in
	// milliseconds since 1970 (UTC); both 0 when no result bears one.
	First, Last int64
	// RTT is the round trips of the results that have one.
	RTT histogram.Histogram
}

// clockForm is how records write a time: RFC 3339, UTC, milliseconds.
const clockForm = "2006-01-02T15:04:05.000Z"

// Empty says that there is nothing in s.
func (s *Stats) Empty() bool { return s.Last == 0 && len(s.RTT.Bins) == 0 }

// Add counts one result; when is 0 and rtt negative where it has none.
func (s *Stats) Add(when int64, rtt time.Duration) {
	s.seen(when, when)
	if rtt >= 0 {
		s.RTT.Add(rtt)
	}
}

// Merge adds other, of which it keeps no part.
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

// when reads a time in milliseconds since 1970; 0 if it is none, or not after
// 1970.
func (d *Decoder) when(text []byte) int64 {
	const second, whole = len(`"2006-01-02T15:04:05.`), len(`"` + clockForm + `"`)
	if len(text) == whole && text[whole-2] == 'Z' && bytes.Equal(text[:second], d.second) {
		if n, err := strconv.ParseUint(string(text[second:second+3]), 10, 16); err == nil {
			return d.secondMS + int64(n)
		}
	}
	if ms := otherTime(text).UnixMilli(); ms > 0 {
		if len(text) == whole && text[whole-2] == 'Z' { // very many results share a second
			d.second, d.secondMS = append(d.second[:0], text[:second]...), ms-ms%1000
		}
		return ms
	}
	return 0
}

// otherTime reads a time as databases, data frames and programs write it; the
// zero Time if it is none.
func otherTime(value []byte) time.Time {
	if len(value) < 2 || value[0] != '"' {
		return epoch(value)
	}
	text := strings.ToUpper(string(value[1 : len(value)-1]))
	text = strings.Replace(text, "T", " ", 1)
	// Without an offset it is UTC, as all times of records are.
	for _, form := range []string{"2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05Z0700", "2006-01-02 15:04:05 Z07:00", "2006-01-02 15:04:05 Z0700", "2006-01-02 15:04:05"} {
		if t, err := time.Parse(form, text); err == nil {
			return t
		}
	}
	return time.Time{}
}

// epoch reads a number of seconds, milliseconds, microseconds or nanoseconds since
// 1970: which, follows from its size, as results are of this century.
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

// appendStats appends the field stats; nothing if s is empty.
func appendStats(dst []byte, s *Stats) []byte {
	if s.Empty() {
		return dst
	}
	dst = append(dst, `,"stats":{`...)
	if s.Last > 0 {
		dst = time.UnixMilli(s.First).UTC().AppendFormat(append(dst, `"first":"`...), clockForm)
		dst = time.UnixMilli(s.Last).UTC().AppendFormat(append(dst, `","last":"`...), clockForm)
		dst = append(dst, `",`...)
	}
	if h := &s.RTT; len(h.Bins) > 0 {
		dst = append(dst, `"rtt_us":{`...)
		for _, part := range []struct {
			name  string
			value int64
		}{{`"count":`, h.Count()}, {`"sum":`, h.Sum}, {`"min":`, h.Min}, {`"max":`, h.Max}} {
			dst = append(strconv.AppendInt(append(dst, part.name...), part.value, 10), ',')
		}
		dst = append(appendBins(dst, h.Bins), '}')
	}
	return closeObject(dst)
}

func appendBins(dst []byte, bins []histogram.Bin) []byte {
	dst = append(dst, `"buckets":{`...)
	for _, b := range bins {
		dst = strconv.AppendInt(append(dst, '"'), histogram.Most(b.Bucket), 10)
		dst = append(strconv.AppendInt(append(dst, `":`...), b.Count, 10), ',')
	}
	return closeObject(dst)
}

// readStats reads the field stats into s, whose storage it uses again.
func readStats(value []byte, s *Stats) error {
	*s = Stats{RTT: histogram.Histogram{Bins: s.RTT.Bins[:0]}}
	if value == nil {
		return nil
	}
	fields, err := scanObject(value)
	for _, f := range fields {
		switch string(f.Key) {
		case "first":
			s.First, err = readClock(f.Value)
		case "last":
			s.Last, err = readClock(f.Value)
		case "rtt_us":
			err = readHistogram(f.Value, &s.RTT)
		}
		if err != nil {
			return fmt.Errorf("stats: %s: %w", f.Key, err)
		}
	}
	if err == nil && (s.First > s.Last || s.First == 0 && s.Last > 0) {
		err = errors.New("last is before first, or first is missing")
	}
	if err != nil {
		return fmt.Errorf("stats: %w", err)
	}
	return nil
}

func readClock(value []byte) (int64, error) {
	var d Decoder
	ms := d.when(value)
	if ms == 0 {
		return 0, fmt.Errorf("%s is not a time such as 2026-01-31T12:00:00.000Z", ndjson.Show(value))
	}
	return ms, nil
}

// readHistogram reads the field rtt_us. Its count is not read: it follows
// from the buckets.
func readHistogram(value []byte, h *histogram.Histogram) error {
	fields, err := scanObject(value)
	if err != nil {
		return err
	}
	*h = histogram.Histogram{Bins: h.Bins[:0]}
	for _, f := range fields {
		switch string(f.Key) {
		case "sum":
			h.Sum, err = readAmount(f.Value)
		case "min":
			h.Min, err = readAmount(f.Value)
		case "max":
			h.Max, err = readAmount(f.Value)
		case "buckets":
			h.Bins, err = readBins(f.Value, h.Bins[:0])
		}
		if err != nil {
			return fmt.Errorf("%s: %w", f.Key, err)
		}
	}
	if h.Min > h.Max || h.Max > h.Sum || len(h.Bins) == 0 {
		return errors.New("sum, min, max and buckets are inconsistent")
	}
	return nil
}

func readAmount(value []byte) (int64, error) {
	n, err := ndjson.Int(value)
	if err == nil && n < 0 {
		err = fmt.Errorf("%d is negative", n)
	}
	return n, err
}

// readBins reads how many values each bucket has. One that is none of ours
// counts where its end falls.
func readBins(value []byte, bins []histogram.Bin) ([]histogram.Bin, error) {
	fields, err := scanObject(value)
	if err != nil {
		return bins, err
	}
	sum := histogram.Histogram{Bins: bins}
	for _, f := range fields {
		most, err := strconv.ParseInt(string(f.Key), 10, 64)
		if err != nil || most < 1 {
			return bins, fmt.Errorf("%q is not a number of microseconds", ndjson.Show(f.Key))
		}
		n, err := readAmount(f.Value)
		if err == nil && n == 0 {
			err = errors.New("0 is not a count of round trips")
		}
		if err != nil {
			return bins, err
		}
		one := [1]histogram.Bin{{Bucket: histogram.BucketOf(most), Count: n}}
		sum.Merge(&histogram.Histogram{Bins: one[:]})
	}
	return sum.Bins, nil
}
