package summary

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"portkit/pkg/ndjson"
)

// By is the fields to group results by.
type By []byField

type byField struct {
	name string
	bits int // of ip/BITS; otherwise -1
}

// own are the fields of summary records that cannot be grouped by: a field of
// the same name could not be distinguished from them.
var own = []string{
	"kind", "open", "closed", "filtered", "open_filtered", "error",
	"counts", "reasons", "apps", "products", "certs", "accepts_all", "unidentified", "stats", "bad_records",
}

// keyed are the fields that always identify a summary record.
var keyed = []string{"host", "ip", "proto"}

// ParseBy parses names of fields. ip/BITS is the prefix of an address with that
// length: 0 to 128, for IPv4 at most 32. A name with dots is that of a member of an
// object, such as tls.issuer, unless a field has that very name. Names of fields that
// summary records have themselves are an error.
func ParseBy(names []string) (By, error) {
	var by By
	for _, name := range names {
		f := byField{name: name, bits: -1}
		switch {
		case name == "":
			return nil, fmt.Errorf("empty field name")
		case slices.Contains(own, outermost(name)):
			return nil, fmt.Errorf("%s is a field of summaries; use a field of the results or ip/BITS", outermost(name))
		case strings.HasPrefix(name, "ip/"):
			bits, err := strconv.ParseUint(name[3:], 10, 8)
			if err != nil || bits > 128 {
				return nil, fmt.Errorf("%s: the prefix length must be 0 to 128, as in ip/24", name)
			}
			f.bits = int(bits)
		}
		if !slices.Contains(keyed, name) && !slices.Contains(by, f) {
			by = append(by, f)
		}
	}
	return by, nil
}

// Append appends those of a record's fields that are grouped by to dst, as a
// summary record contains them. Missing fields are omitted.
func (b By) Append(dst []byte, fields []ndjson.Field, addr netip.Addr) []byte {
	start := len(dst)
	for _, f := range b {
		value := f.value(fields, addr)
		if value == nil {
			continue
		}
		if len(dst) > start {
			dst = append(dst, ',')
		}
		dst = append(ndjson.AppendString(dst, f.name), ':')
		dst = append(dst, value...)
	}
	return dst
}

// value returns the value of f as written, nil if there is none.
func (f byField) value(fields []ndjson.Field, addr netip.Addr) []byte {
	if f.bits >= 0 {
		if !addr.IsValid() {
			return nil
		}
		p, _ := addr.WithZone("").Prefix(min(f.bits, addr.BitLen()))
		return ndjson.AppendString(nil, p.String())
	}
	value, _ := Member(fields, f.name)
	return value
}

// outermost returns the part of a name before its first dot.
func outermost(name string) string {
	name, _, _ = strings.Cut(name, ".")
	return name
}

// Member returns the value of the field with a name as written, or of the member that a
// name with dots is the path of; nil if there is none. array is the part of such a path
// that leads to an array, whose elements have no names; "" if there is none.
func Member(fields []ndjson.Field, name string) (value []byte, array string) {
	if value = ndjson.Last(fields, name); value != nil {
		return value, ""
	}
	for i := range name {
		if name[i] != '.' {
			continue
		}
		outer := ndjson.Last(fields, name[:i])
		switch {
		case len(outer) == 0:
		case outer[0] == '[':
			array = name[:i]
		case outer[0] == '{':
			members, _ := ndjson.Scan(outer, nil) // valid, as part of a record
			value, inner := Member(members, name[i+1:])
			if value != nil {
				return value, ""
			}
			if inner != "" {
				array = name[:i+1] + inner
			}
		}
	}
	return nil, array
}

// group is the values of the fields in a text from By.Append.
type group map[string]groupValue

// groupValue is a value with its rank in the order of groups.
type groupValue struct {
	rank   int
	number string
	prefix netip.Prefix
	raw    string
}

const (
	rankNegative = iota + 1
	rankInteger
	rankOther
	rankPrefix
)

// newGroup parses a text from By.Append, which is always valid.
func newGroup(by string) group {
	fields, _ := ndjson.Scan([]byte("{"+by+"}"), nil)
	g := group{}
	for _, f := range fields {
		g[string(f.Key)] = newGroupValue(string(f.Value))
	}
	return g
}

func newGroupValue(raw string) groupValue {
	v := groupValue{rank: rankOther, raw: raw}
	digits := strings.TrimPrefix(raw, "-")
	if digits != "" && strings.Trim(digits, "0123456789") == "" {
		v.rank, v.number = rankInteger, digits
		if len(digits) < len(raw) {
			v.rank = rankNegative
		}
	} else if p, err := netip.ParsePrefix(strings.Trim(raw, `"`)); err == nil {
		v.rank, v.prefix = rankPrefix, p
	}
	return v
}

// compare orders groups field by field: groups without the field, integers by
// number, strings and other values by their bytes, prefixes by number.
func (b By) compare(x, y group) int {
	for _, f := range b {
		if c := x[f.name].compare(y[f.name]); c != 0 {
			return c
		}
	}
	return 0
}

func (v groupValue) compare(w groupValue) int {
	if c := cmp.Compare(v.rank, w.rank); c != 0 {
		return c
	}
	number := cmp.Or(cmp.Compare(len(v.number), len(w.number)), cmp.Compare(v.number, w.number))
	if v.rank == rankNegative {
		number = -number
	}
	return cmp.Or(number, v.prefix.Addr().Compare(w.prefix.Addr()),
		cmp.Compare(v.prefix.Bits(), w.prefix.Bits()), cmp.Compare(v.raw, w.raw))
}
