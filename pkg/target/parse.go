package target

import (
	"errors"
	"fmt"
	"math/bits"
	"net/netip"
	"strconv"
	"strings"

	"lukechampine.com/uint128"
)

// Parse parses a TARGET without ports:
//
//	192.0.2.7, fe80::1%eth0         address
//	192.0.2.0/24, fe80::%eth0/120  prefix, with any host bits (zone: RFC 4007 section 11.7)
//	192.0.2.1-192.0.2.9             range
//	10.0-3.*.1,254                  octet pattern (IPv4)
//	host.example                    name
//
// IPv4-mapped addresses become IPv4. Digits and dots that are not an address are an
// error, never a name. So are characters that resemble them.
func Parse(s string) (Target, error) {
	t, err := parse(s)
	if err != nil {
		err = commaHint(s, err)
		return Target{}, fmt.Errorf("target %s: %w", strconv.Quote(clip(s)), err)
	}
	return t, nil
}

// clip truncates a word for a message.
func clip(s string) string {
	const limit = 200
	if len(s) <= limit {
		return s
	}
	return s[:limit] + "…"
}

func parse(s string) (Target, error) {
	if err := CheckASCII(s); err != nil {
		return Target{}, err
	}
	switch {
	case s == "":
		return Target{}, errors.New("empty")
	case strings.Contains(s, ":"):
		return parse6(s)
	case strings.Trim(s, "0123456789.*-,/") == "":
		return parse4(s)
	case strings.Contains(s, "/"):
		return Target{}, slashError(s)
	}
	if err := checkName(s); err != nil {
		return Target{}, err
	}
	return Target{family: named, more: &detail{name: s}}, nil
}

func parse4(s string) (Target, error) {
	if a, err := netip.ParseAddr(s); err == nil {
		return between(a, a)
	}
	if lo, hi, ok := addrPair(s); ok {
		return between(lo, hi)
	}
	s, length, isPrefix := strings.Cut(s, "/")
	if s == "" {
		return Target{}, fmt.Errorf("no address before the slash; use ADDRESS/%s, without a blank", length)
	}
	p, err := parsePattern(s)
	if err != nil {
		return Target{}, err
	}
	if isPrefix {
		n, err := prefixLen4(length)
		if err != nil {
			return Target{}, err
		}
		p.mask(n)
	}
	lo, hi := uint128.From64(p.at(0)), uint128.From64(p.at(p.size()-1))
	if p.isRange() {
		return ranged(v4, lo, hi, "")
	}
	t := Target{lo: lo, hi: hi, family: v4, more: &detail{pattern: p}}
	return t.without([]span{{}}), nil // 0.0.0.0
}

func parse6(s string) (Target, error) {
	if a, err := parseAddr(s); err == nil {
		return between(a, a)
	}
	if lo, hi, ok := addrPair(s); ok {
		return between(lo, hi)
	}
	if i := strings.IndexByte(s, '/'); i >= 0 {
		return parsePrefix6(s[:i], s[i+1:])
	}
	if strings.Contains(s, "-") && !strings.Contains(s, "%") {
		return Target{}, errors.New("not a range of IPv6 addresses; write both in full, as in 2001:db8::1-2001:db8::9")
	}
	_, err := parseAddr(s)
	return Target{}, err
}

func parsePrefix6(s, length string) (Target, error) {
	a, err := netip.ParseAddr(s)
	if err != nil {
		_, err = parseAddr(s)
		return Target{}, err
	}
	ones, err := prefixLen(length, 128)
	if err != nil {
		return Target{}, err
	}
	if err := checkZone(a); err != nil {
		return Target{}, err
	}
	if a.Zone() != "" && ones < 10 {
		return Target{}, errors.New("a zone requires link-local addresses, and the prefix is wider than fe80::/10")
	}
	b := a.As16()
	n := uint128.FromBytesBE(b[:])
	host := uint128.Max.Rsh(uint(ones))
	if ones == 128 {
		host = number{}
	}
	lo, hi := n.And(host.Xor(uint128.Max)), n.Or(host)
	if m := mapped(); lo.Cmp(m.lo) >= 0 && hi.Cmp(m.hi) <= 0 {
		return ranged(v4, uint128.From64(lo.Lo&0xffffffff), uint128.From64(hi.Lo&0xffffffff), "")
	}
	return ranged(v6, lo, hi, a.Zone())
}

// prefixLen4 parses the length of an IPv4 prefix or a netmask.
func prefixLen4(s string) (int, error) {
	mask, err := netip.ParseAddr(s)
	if err != nil || !mask.Is4() {
		return prefixLen(s, 32)
	}
	_, n := split(mask)
	ones := bits.LeadingZeros32(^uint32(n.Lo))
	if uint32(n.Lo) == ^uint32(0)<<(32-ones) {
		return ones, nil
	}
	if zeros := bits.LeadingZeros32(uint32(n.Lo)); uint32(n.Lo) == ^uint32(0)>>zeros {
		return 0, fmt.Errorf("%s is a wildcard mask, not a netmask; use /%d", s, zeros)
	}
	return 0, fmt.Errorf("%s is not a netmask: its ones are not all before its zeros", s)
}

func prefixLen(s string, maximum int) (int, error) {
	n, err := strconv.ParseUint(s, 10, 64)
	if s == "" || strings.Trim(s, "0123456789") != "" {
		return 0, fmt.Errorf("prefix length %s is not a number 0-%d", strconv.Quote(s), maximum)
	}
	if err != nil || n > uint64(maximum) {
		return 0, fmt.Errorf("prefix length %s is outside 0-%d", s, maximum)
	}
	return int(n), nil
}

// addrPair parses ADDR-ADDR. It tries every hyphen, since zones may contain hyphens.
func addrPair(s string) (lo, hi netip.Addr, ok bool) {
	for i := range len(s) {
		if s[i] != '-' {
			continue
		}
		lo, err := parseAddr(s[:i])
		if err != nil {
			continue
		}
		if hi, err := parseAddr(s[i+1:]); err == nil {
			return lo, hi, true
		}
	}
	return lo, hi, false
}

func parseAddr(s string) (netip.Addr, error) {
	a, err := netip.ParseAddr(s)
	if err != nil {
		return a, errors.New("not an IPv6 address" + bracketHint(s))
	}
	if err := checkZone(a); err != nil {
		return a, err
	}
	return a.Unmap(), nil
}

func bracketHint(s string) string {
	if strings.ContainsAny(s, "[]") {
		return " (brackets go round the whole target: [2001:db8::/120]:22)"
	}
	return ""
}

// between returns the range from one address to another.
func between(lo, hi netip.Addr) (Target, error) {
	zone := lo.Zone()
	switch {
	case lo.Is4() != hi.Is4():
		return Target{}, errors.New("one end of the range is IPv4, the other IPv6")
	case zone != "" && hi.Zone() != "" && zone != hi.Zone():
		return Target{}, errors.New("the ends of the range have different zones")
	case zone == "":
		zone = hi.Zone()
	}
	if zone != "" && (checkZone(lo.WithZone(zone)) != nil || checkZone(hi.WithZone(zone)) != nil) {
		return Target{}, errors.New("a zone requires a link-local address")
	}
	f, first := split(lo)
	_, last := split(hi)
	return ranged(f, first, last, zone)
}

// ranged returns the target of the numbers from lo to hi that are hosts.
func ranged(f family, lo, hi number, zone string) (Target, error) {
	if lo.Cmp(hi) > 0 {
		return Target{}, errors.New("the end of the range is below its start")
	}
	if hi.IsZero() {
		return Target{}, errors.New("the unspecified address is not a host")
	}
	if lo.IsZero() {
		lo = uint128.From64(1)
	}
	t := Target{lo: lo, hi: hi, family: f}
	if zone != "" {
		t.more = &detail{zone: zone}
	}
	if m := mapped(); f == v6 && lo.Cmp(m.hi) <= 0 && hi.Cmp(m.lo) >= 0 {
		t = t.without([]span{m})
	}
	return t, nil
}
