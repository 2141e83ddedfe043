package target

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// pattern has the ascending values of each octet of an IPv4 address: 10.0-3.*.1,254.
type pattern [4][]byte

// parsePattern parses four octets, each * or a list of numbers and ranges, whose ends
// may be omitted as in nmap.
func parsePattern(s string) (*pattern, error) {
	octets := strings.Split(s, ".")
	if len(octets) != 4 {
		return nil, fmt.Errorf("an IPv4 address has four octets, not %d, and digits and dots are never a host name", len(octets))
	}
	var p pattern
	for i, o := range octets {
		var has [256]bool
		for item := range strings.SplitSeq(o, ",") {
			if err := markOctet(&has, item); err != nil {
				return nil, err
			}
		}
		p[i] = values(&has)
	}
	return &p, nil
}

func values(has *[256]bool) []byte {
	var list [256]byte
	n := 0
	for v, h := range has {
		if h {
			list[n] = byte(v)
			n++
		}
	}
	return bytes.Clone(list[:n])
}

// markOctet sets the values of one item of a list.
func markOctet(has *[256]bool, item string) error {
	lo, hi, isRange := strings.Cut(item, "-")
	switch {
	case item == "*":
		lo, hi = "0", "255"
	case isRange:
		lo, hi = cmp.Or(lo, "0"), cmp.Or(hi, "255")
	default:
		hi = lo
	}
	first, err := octet(lo)
	if err != nil {
		return err
	}
	last, err := octet(hi)
	if err != nil {
		return err
	}
	if first > last {
		return fmt.Errorf("octet range %s: the end is below the start", item)
	}
	for v := first; v <= last; v++ {
		has[v] = true
	}
	return nil
}

// octet parses a number from 0 to 255.
func octet(s string) (int, error) {
	if s == "" {
		return 0, errors.New("empty octet")
	}
	if len(s) > 1 && s[0] == '0' {
		return 0, fmt.Errorf("octet %s has a leading zero, which may mean octal", s)
	}
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil && strings.Trim(s, "0123456789") != "" {
		return 0, fmt.Errorf("%s is not an octet (a number 0-255, *, or a list of ranges)", strconv.Quote(s))
	}
	if err != nil || n > 255 {
		return 0, fmt.Errorf("octet %s is outside 0-255", s)
	}
	return int(n), nil
}

// mask extends the pattern to the prefixes of that length around its addresses.
func (p *pattern) mask(bits int) {
	for i := range p {
		free := 8 - min(max(bits-8*i, 0), 8)
		var has [256]bool
		for _, v := range p[i] {
			first := int(v) >> free << free
			for w := first; w < first+1<<free; w++ {
				has[w] = true
			}
		}
		p[i] = values(&has)
	}
}

// isRange reports whether the addresses are consecutive: after the first octet with
// several values, which are consecutive, all octets have all values.
func (p *pattern) isRange() bool {
	choice := false
	for _, o := range p {
		if choice && len(o) < 256 || int(o[len(o)-1])-int(o[0]) != len(o)-1 {
			return false
		}
		choice = choice || len(o) > 1
	}
	return true
}

func (p *pattern) size() uint64 {
	n := uint64(1)
	for _, o := range p {
		n *= uint64(len(o))
	}
	return n
}

func (p *pattern) at(r uint64) (n uint64) {
	for i := 3; i >= 0; i-- {
		base := uint64(len(p[i]))
		n |= uint64(p[i][r%base]) << (8 * (3 - i))
		r /= base
	}
	return n
}

// rank returns the number of addresses below n.
func (p *pattern) rank(n uint64) (r uint64) {
	rest := p.size()
	for i, o := range p {
		v := byte(n >> (8 * (3 - i)))
		rest /= uint64(len(o))
		below := 0
		for below < len(o) && o[below] < v {
			below++
		}
		r += uint64(below) * rest
		if below == len(o) || o[below] != v {
			return r
		}
	}
	return r
}

// runEnd returns the last rank of the run of consecutive last octets that contains rank
// r.
func (p *pattern) runEnd(r uint64) uint64 {
	last := p[3]
	for k := int(r % uint64(len(last))); k+1 < len(last) && last[k+1] == last[k]+1; k++ {
		r++
	}
	return r
}
