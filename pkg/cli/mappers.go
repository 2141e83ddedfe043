package cli

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"
)

// mappers replaces kong's own readers of numbers and texts: they take 010 for
// eight, nothing at all for an empty text, and speak of 64 bit ints.
func mappers() []kong.Option {
	options := []kong.Option{
		kong.KindMapper(reflect.String, kong.MapperFunc(decodeString)),
		kong.KindMapper(reflect.Float64, kong.MapperFunc(decodeFloat)),
	}
	for k := reflect.Int; k <= reflect.Int64; k++ {
		options = append(options, kong.KindMapper(k, kong.MapperFunc(decodeInt)))
	}
	for k := reflect.Uint; k <= reflect.Uint64; k++ {
		options = append(options, kong.KindMapper(k, kong.MapperFunc(decodeUint)))
	}
	return options
}

// popText takes the flag's value. what says what the flag takes, for the case
// that there is none.
func popText(ctx *kong.DecodeContext, what string) (string, error) {
	t := ctx.Scan.Pop()
	text, ok := t.Value.(string)
	if !ok {
		return "", errors.New("requires a value: " + what)
	}
	return text, nil
}

func decodeString(ctx *kong.DecodeContext, target reflect.Value) error {
	text, err := popText(ctx, "a value")
	if err != nil {
		return err
	}
	if enum := ctx.Value.Enum; enum != "" && !slices.Contains(ctx.Value.EnumSlice(), text) {
		return fmt.Errorf("%q is not one of %s", text, strings.Join(ctx.Value.EnumSlice(), ", "))
	}
	target.SetString(text)
	return nil
}

func decodeInt(ctx *kong.DecodeContext, target reflect.Value) error {
	bits := target.Type().Bits()
	n, err := popInt(ctx, math.MinInt64>>(64-bits), math.MaxInt64>>(64-bits))
	if err == nil {
		target.SetInt(n)
	}
	return err
}

func decodeUint(ctx *kong.DecodeContext, target reflect.Value) error {
	if bits := target.Type().Bits(); bits < 64 {
		n, err := popInt(ctx, 0, 1<<bits-1)
		if err == nil {
			target.SetUint(uint64(n))
		}
		return err
	}
	text, err := popText(ctx, wholeNumber(0, math.MaxInt64))
	if err != nil {
		return err
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return fmt.Errorf("%q is not a whole number from 0 to %d", text, uint64(math.MaxUint64))
	}
	target.SetUint(n)
	return nil
}

func decodeFloat(ctx *kong.DecodeContext, target reflect.Value) error {
	text, err := popText(ctx, "a number")
	if err != nil {
		return err
	}
	lo, hi := floatBound(ctx, "min", -math.MaxFloat64), floatBound(ctx, "max", math.MaxFloat64)
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || !(f >= lo && f <= hi) {
		return fmt.Errorf("%q is not a number from %g to %g", text, lo, hi)
	}
	target.SetFloat(f)
	return nil
}

func floatBound(ctx *kong.DecodeContext, tag string, otherwise float64) float64 {
	f, err := ctx.Value.Tag.GetFloat(tag)
	if err != nil {
		return otherwise
	}
	return f
}
