package lab

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// portRange is ports from lo to hi, both included.
type portRange struct{ lo, hi uint16 }

// parsePorts reads "22,80-90" as ranges in order that neither touch nor
// overlap; "" is none, which in a rule means every port.
func parsePorts(s string) ([]portRange, error) {
	var out []portRange
	for _, item := range strings.FieldsFunc(s, func(r rune) bool { return r == ',' }) {
		lo, hi, found := strings.Cut(item, "-")
		if !found {
			hi = lo
		}
		a, err1 := strconv.ParseUint(lo, 10, 16)
		b, err2 := strconv.ParseUint(hi, 10, 16)
		if err1 != nil || err2 != nil || a == 0 || a > b {
			return nil, fmt.Errorf("ports %q: want numbers 1-65535 and ranges", item)
		}
		out = append(out, portRange{uint16(a), uint16(b)})
	}
	slices.SortFunc(out, func(a, b portRange) int { return int(a.lo) - int(b.lo) })
	return merge(out), nil
}

// merge joins ranges, in order, that touch or overlap.
func merge(in []portRange) []portRange {
	var out []portRange
	for _, r := range in {
		if n := len(out); n > 0 && int(r.lo) <= int(out[n-1].hi)+1 {
			out[n-1].hi = max(out[n-1].hi, r.hi)
			continue
		}
		out = append(out, r)
	}
	return out
}

// Spread returns n ports spread evenly over 1 to 65535, for Listen.
func Spread(n int) string {
	var b []byte
	for i := range n {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, int64(1+i*65535/n), 10)
	}
	return string(b)
}

// expand lists the ports of ranges, ascending, each once.
func expand(ranges []portRange) []uint16 {
	ranges = slices.Clone(ranges)
	slices.SortFunc(ranges, func(a, b portRange) int { return int(a.lo) - int(b.lo) })
	var out []uint16
	for _, r := range merge(ranges) {
		for p := int(r.lo); p <= int(r.hi); p++ {
			out = append(out, uint16(p))
		}
	}
	return out
}
