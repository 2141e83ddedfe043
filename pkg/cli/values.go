package cli

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"
)

// mappers replaces two mappers of kong. Its integers accept 010 as eight. Its
// texts are compared with the enum later, in an error of another style.
func mappers() []kong.Option {
	return []kong.Option{
		kong.KindMapper(reflect.String, kong.MapperFunc(decodeString)),
		kong.KindMapper(reflect.Uint64, kong.MapperFunc(decodeUint64)),
	}
}

func decodeString(ctx *kong.DecodeContext, target reflect.Value) error {
	text := ctx.Scan.Pop().String()
	if enum := ctx.Value.EnumSlice(); ctx.Value.Enum != "" && !slices.Contains(enum, text) {
		return fmt.Errorf("%q is not one of %s", text, strings.Join(enum, ", "))
	}
	target.SetString(text)
	return nil
}

func decodeUint64(ctx *kong.DecodeContext, target reflect.Value) error {
	text := ctx.Scan.Pop().String()
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return fmt.Errorf("%q is not a whole number from 0 to %d", text, uint64(math.MaxUint64))
	}
	target.SetUint(n)
	return nil
}

// Duration is a flag's duration: "3s", "500ms", "1m30s"; a bare number is
// seconds. Its bounds are a millisecond and a year, unless the tags min and max
// set others.
type Duration time.Duration

// maxDuration is the largest Duration without a tag max: longer ones are typing
// errors.
const maxDuration = 365 * 24 * time.Hour

// D returns d as a time.Duration.
func (d Duration) D() time.Duration { return time.Duration(d) }

func (d Duration) String() string { return time.Duration(d).String() }

// Decode reads the flag's value (kong.MapperValue).
func (d *Duration) Decode(ctx *kong.DecodeContext) error {
	lo, hi, err := bounds(ctx, time.Millisecond, maxDuration, time.ParseDuration)
	if err != nil {
		return err
	}
	text := ctx.Scan.Pop().String()
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

// ParseDuration parses a duration that is not negative. A bare number is
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

// bounds returns the values of the tags min and max, or lo and hi without them.
func bounds[T any](ctx *kong.DecodeContext, lo, hi T, parse func(string) (T, error)) (T, T, error) {
	var err error
	if s := ctx.Value.Tag.Get("min"); s != "" {
		if lo, err = parse(s); err != nil {
			return lo, hi, err
		}
	}
	if s := ctx.Value.Tag.Get("max"); s != "" {
		hi, err = parse(s)
	}
	return lo, hi, err
}

// shortDuration returns a duration without zero parts: 8760h, not 8760h0m0s.
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

// Count is a flag's whole number from 0.
type Count int64

// Positive is a flag's whole number from 1.
type Positive int64

// Decode reads the flag's value (kong.MapperValue).
func (c *Count) Decode(ctx *kong.DecodeContext) error {
	n, err := popInt(ctx, 0)
	*c = Count(n)
	return err
}

// Decode reads the flag's value (kong.MapperValue).
func (p *Positive) Decode(ctx *kong.DecodeContext) error {
	n, err := popInt(ctx, 1)
	*p = Positive(n)
	return err
}

// popInt reads a decimal integer within the bounds of the flag's tags.
func popInt(ctx *kong.DecodeContext, lo int64) (int64, error) {
	parse := func(s string) (int64, error) { return strconv.ParseInt(s, 10, 64) }
	lo, hi, err := bounds(ctx, lo, math.MaxInt64, parse)
	if err != nil {
		return 0, err
	}
	text := ctx.Scan.Pop().String()
	n, err := parse(text)
	switch {
	case err != nil && !errors.Is(err, strconv.ErrRange):
		return 0, fmt.Errorf("%q is not a whole number; want %s", text, wholeNumber(lo, hi))
	case err != nil || n < lo || n > hi:
		return 0, fmt.Errorf("%s is out of range; want %s", text, wholeNumber(lo, hi))
	}
	return n, nil
}

func wholeNumber(lo, hi int64) string {
	if hi < math.MaxInt64 {
		return fmt.Sprintf("a whole number from %d to %d", lo, hi)
	}
	return fmt.Sprintf("a whole number from %d", lo)
}

// Rate is a flag's number per second: 0, or from 0.001 to maxRate.
type Rate float64

const maxRate = 100_000_000

// Decode reads the flag's value (kong.MapperValue).
func (r *Rate) Decode(ctx *kong.DecodeContext) error {
	const accepted = "a number per second from 0.001, or 0"
	text := ctx.Scan.Pop().String()
	f, err := strconv.ParseFloat(text, 64)
	switch {
	case strings.Trim(text, "0123456789.") != "" || err != nil && !errors.Is(err, strconv.ErrRange):
		return fmt.Errorf("%q is not a rate; want %s", text, accepted)
	case err != nil || f > maxRate || f > 0 && f < 0.001:
		return fmt.Errorf("%s is out of range; want %s, up to %d", text, accepted, maxRate)
	}
	*r = Rate(f)
	return nil
}

func (r Rate) String() string { return strconv.FormatFloat(float64(r), 'f', -1, 64) }
