package portgen

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"
	"lukechampine.com/uint128"
)

// number is a count of records or addresses, which may exceed 64 bits.
type number = uint128.Uint128

func num(n uint64) number { return uint128.From64(n) }

// count is the value of --skip and --limit.
type count struct {
	n   number
	set bool
}

// Decode implements kong.MapperValue.
func (c *count) Decode(ctx *kong.DecodeContext) error {
	text, _ := ctx.Scan.Pop().Value.(string)
	const wanted = "want a whole number from 0"
	if text == "" || strings.Trim(text, "0123456789") != "" {
		return fmt.Errorf("%q is not a whole number; %s", text, wanted)
	}
	n, err := uint128.FromString(text)
	if err != nil {
		return fmt.Errorf("%s is out of range; %s below 2^128", text, wanted)
	}
	c.n, c.set = n, true
	return nil
}

// shard is the value of --shard: part i of n, from 1. The zero shard is everything.
type shard struct{ i, n uint64 }

// Decode implements kong.MapperValue.
func (s *shard) Decode(ctx *kong.DecodeContext) error {
	text, _ := ctx.Scan.Pop().Value.(string)
	part, parts, _ := strings.Cut(text, "/")
	i, err1 := strconv.ParseUint(part, 10, 64)
	n, err2 := strconv.ParseUint(parts, 10, 64)
	if err1 != nil || err2 != nil || i < 1 || i > n {
		return fmt.Errorf("%q is not a shard; want I/N with I from 1 to N, such as 1/4", text)
	}
	s.i, s.n = i, n
	return nil
}

// times returns a*b. On overflow ok is false and product is the maximum.
func times(a number, b uint64) (product number, ok bool) {
	over, hi := bits.Mul64(a.Hi, b)
	carry, lo := bits.Mul64(a.Lo, b)
	hi, c := bits.Add64(hi, carry, 0)
	if over != 0 || c != 0 {
		return uint128.Max, false
	}
	return uint128.New(lo, hi), true
}

// plus returns a+b. On overflow ok is false and sum is the maximum.
func plus(a, b number) (sum number, ok bool) {
	if sum = a.AddWrap(b); sum.Cmp(a) < 0 {
		return uint128.Max, false
	}
	return sum, true
}
