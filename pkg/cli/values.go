package cli

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"
)

// MaxDuration is the longest a Duration may be unless its max tag says
// otherwise: a year. Longer ones are slips of the keyboard.
const MaxDuration = 365 * 24 * time.Hour

// Duration is a flag's span of time: "3s", "500ms", "1m30s"; a bare number is
// seconds. It is at least a millisecond and at most MaxDuration unless the tags
// min and max say otherwise.
type Duration time.Duration

// Count is a flag's whole number from 0.
type Count int64

// Positive is a flag's whole number from 1.
type Positive int64

// Rate is a flag's number per second, in thousandths: at least 0.001, or 0.
type Rate float64

// MaxRate is the largest Rate.
const MaxRate = 100_000_000

// D returns d as the library's type.
func (d Duration) D() time.Duration { return time.Duration(d) }

func (d Duration) String() string { return time.Duration(d).String() }

// Decode reads the flag's value (kong.MapperValue).
func (d *Duration) Decode(ctx *kong.DecodeContext) error {
	text, err := popText(ctx, "a duration such as 3s or 500ms")
	if err != nil {
		return err
	}
	lo, hi, err := durationBounds(ctx.Value.Tag)
	if err != nil {
		return err
	}
	v, err := ParseDuration(text)
	if err == nil && (v < lo || v > hi) {
		err = fmt.Errorf("%q is out of range", text)
	}
	if err != nil {
		return fmt.Errorf("%w; want a duration from %s to %s, such as 3s or 500ms (a bare number is seconds)",
			err, shortDuration(lo), shortDuration(hi))
	}
	*d = Duration(v)
	return nil
}

// ParseDuration reads a duration that is not negative. A bare number is
// seconds.
func ParseDuration(s string) (time.Duration, error) {
	if strings.HasPrefix(s, "-") {
		return 0, fmt.Errorf("%q is negative", s)
	}
	unit := ""
	if s != "" && strings.Trim(s, "0123456789.") == "" {
		unit = "s"
	}
	d, err := time.ParseDuration(s + unit)
	if err != nil {
		return 0, fmt.Errorf("%q is not a duration", s)
	}
	return d, nil
}

func durationBounds(tag *kong.Tag) (lo, hi time.Duration, err error) {
	lo, hi = time.Millisecond, MaxDuration
	if s := tag.Get("min"); s != "" {
		if lo, err = time.ParseDuration(s); err != nil {
			return 0, 0, err
		}
	}
	if s := tag.Get("max"); s != "" {
		hi, err = time.ParseDuration(s)
	}
	return lo, hi, err
}

// shortDuration is a duration without its zero parts: 8760h, not 8760h0m0s.
func shortDuration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// Decode reads the flag's value (kong.MapperValue).
func (c *Count) Decode(ctx *kong.DecodeContext) error {
	n, err := popInt(ctx, 0, math.MaxInt64)
	*c = Count(n)
	return err
}

// Decode reads the flag's value (kong.MapperValue).
func (p *Positive) Decode(ctx *kong.DecodeContext) error {
	n, err := popInt(ctx, 1, math.MaxInt64)
	*p = Positive(n)
	return err
}

// Decode reads the flag's value (kong.MapperValue).
func (r *Rate) Decode(ctx *kong.DecodeContext) error {
	const accepted = "a number per second from 0.001, or 0"
	text, err := popText(ctx, accepted)
	if err != nil {
		return err
	}
	if strings.Trim(text, "0123456789.") != "" {
		return fmt.Errorf("%q is not a rate; want %s", text, accepted)
	}
	f, err := strconv.ParseFloat(text, 64)
	switch {
	case err != nil && !errors.Is(err, strconv.ErrRange):
		return fmt.Errorf("%q is not a rate; want %s", text, accepted)
	case err != nil || f > MaxRate || f > 0 && f < 0.001:
		return fmt.Errorf("%s is out of range; want %s, up to %d", text, accepted, MaxRate)
	}
	*r = Rate(f)
	return nil
}

func (r Rate) String() string { return strconv.FormatFloat(float64(r), 'f', -1, 64) }

// popInt takes a decimal integer within the bounds of the flag's tags.
func popInt(ctx *kong.DecodeContext, lo, hi int64) (int64, error) {
	lo, hi, err := intBounds(ctx.Value.Tag, lo, hi)
	if err != nil {
		return 0, err
	}
	text, err := popText(ctx, wholeNumber(lo, hi))
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseInt(text, 10, 64)
	switch {
	case err != nil && !isInteger(text):
		return 0, fmt.Errorf("%q is not a whole number; want %s", text, wholeNumber(lo, hi))
	case err != nil || n < lo || n > hi:
		return 0, fmt.Errorf("%s is out of range; want %s", text, wholeNumber(lo, hi))
	}
	return n, nil
}

func isInteger(s string) bool {
	digits := strings.TrimLeft(s, "+-")
	return len(s)-len(digits) <= 1 && digits != "" && strings.Trim(digits, "0123456789") == ""
}

func intBounds(tag *kong.Tag, lo, hi int64) (int64, int64, error) {
	var err error
	if s := tag.Get("min"); s != "" {
		if lo, err = strconv.ParseInt(s, 10, 64); err != nil {
			return 0, 0, err
		}
	}
	if s := tag.Get("max"); s != "" {
		hi, err = strconv.ParseInt(s, 10, 64)
	}
	return lo, hi, err
}

func wholeNumber(lo, hi int64) string {
	switch {
	case hi < math.MaxInt64:
		return fmt.Sprintf("a whole number from %d to %d", lo, hi)
	case lo > math.MinInt64:
		return fmt.Sprintf("a whole number from %d", lo)
	}
	return "a whole number"
}
