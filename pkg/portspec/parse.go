package portspec

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"portkit/pkg/endpoint"
	"portkit/pkg/lookalike"
)

// Services knows the names of ports. *service.Table is one.
type Services interface {
	// Ports calls yield for every port that bears a name that the pattern
	// matches ("*" any characters, "?" one, case ignored), and reports
	// whether there was one.
	Ports(pattern string, yield func(port uint16, p endpoint.Proto)) bool
}

// protoMask has the bit 1<<p of each protocol p in it.
type protoMask uint8

func maskOf(protos []endpoint.Proto) protoMask {
	var mask protoMask
	for _, p := range protos {
		mask |= 1 << (p & 1)
	}
	if mask == 0 {
		mask = 1 << endpoint.TCP
	}
	return mask
}

// parser is what an item is read with.
type parser struct {
	names Services
	found builder
}

// Parse reads a comma-separated spec. Its items are a port ("80"), a range
// ("80-90", "1-", "-1024", "-" or "all"), a service's name or a pattern of
// names ("ssh", "http*"), each with a protocol of its own if it likes
// ("53/udp"), or with one that holds until the next such prefix ("tcp:80",
// "U:53,161"). def holds the protocols of the items that name none; none
// given is tcp. An item met twice is there once.
//
// A name stands for the ports registered under it with those protocols; one
// that is registered for the other protocol only is an error that says so,
// since asking it over this one would find nothing. With nil names any name
// is an error. Errors name the item.
func Parse(spec string, def []endpoint.Proto, names Services) (Set, error) {
	if strings.TrimSpace(spec) == "" {
		return Set{}, fmt.Errorf("no ports given; use ports such as 22,80-90,443, a service name, or - for all")
	}
	if folded, r := lookalike.Fold(spec); r != 0 {
		return Set{}, fmt.Errorf("%s: %w", quote(spec), lookalike.Error(r, abridge(folded)))
	}
	p := parser{names: names}
	mask := maskOf(def)
	n := 0
	for text := range strings.SplitSeq(spec, ",") {
		n++
		text = strings.TrimSpace(text)
		if text == "" {
			return Set{}, fmt.Errorf("item %d of %s is empty", n, quote(spec))
		}
		rest, prefix, err := cutPrefix(text)
		if err != nil {
			return Set{}, err
		}
		if prefix != 0 {
			mask = prefix
		}
		if err := p.item(rest, mask); err != nil {
			return Set{}, err
		}
	}
	return p.found.set(), nil
}

// cutPrefix takes "tcp:", "udp:", "T:" or "U:" off an item; mask is 0 where
// there is none.
func cutPrefix(text string) (rest string, mask protoMask, err error) {
	prefix, rest, found := strings.Cut(text, ":")
	if !found {
		return text, 0, nil
	}
	switch strings.ToLower(strings.TrimSpace(prefix)) {
	case "t", "tcp":
		mask = 1 << endpoint.TCP
	case "u", "udp":
		mask = 1 << endpoint.UDP
	default:
		return "", 0, fmt.Errorf("%s: unknown protocol before the colon; use tcp, udp, T or U", quote(text))
	}
	if rest = strings.TrimSpace(rest); rest == "" {
		return "", 0, fmt.Errorf("%s: no port after the colon", quote(text))
	}
	return rest, mask, nil
}

// item adds the items that one spec of a port, a range or a name stands for.
func (p *parser) item(text string, mask protoMask) error {
	what, proto, hasProto := strings.Cut(text, "/")
	switch {
	case text == "":
		return errors.New("empty port next to a comma")
	case what == "" && proto != "" && strings.Trim(proto, "0123456789") == "":
		return fmt.Errorf("%s is a prefix length, not a port; write it right after the address", quote(text))
	case hasProto:
		named, ok := endpoint.ParseProto(strings.ToLower(strings.TrimSpace(proto)))
		if !ok {
			return fmt.Errorf("%s: unknown protocol after the slash; use tcp or udp", quote(text))
		}
		mask = 1 << named
	}
	what = strings.TrimSpace(what)
	switch {
	case what == "":
		return fmt.Errorf("%s: no port before the slash", quote(text))
	case strings.Trim(what, "0123456789-") == "":
		lo, hi, err := portRange(what)
		if err != nil {
			return err
		}
		p.found.addRange(lo, hi, mask)
		return nil
	case strings.EqualFold(what, "all"):
		p.found.addRange(1, 65535, mask)
		return nil
	}
	return p.name(what, mask)
}

// portRange reads "80", "80-90", "1-", "-1024" or "-".
func portRange(text string) (lo, hi uint16, err error) {
	low, high, isRange := strings.Cut(text, "-")
	if strings.Contains(high, "-") {
		return 0, 0, fmt.Errorf("%s is not a port range; use 80-90, 1-, -1024, or - for all", quote(text))
	}
	if !isRange {
		high = low
	}
	if lo, err = port(text, low, 1); err != nil {
		return 0, 0, err
	}
	if hi, err = port(text, high, 65535); err != nil {
		return 0, 0, err
	}
	if hi < lo {
		return 0, 0, fmt.Errorf("%s runs backwards; use %d-%d", quote(text), hi, lo)
	}
	return lo, hi, nil
}

// port reads one end of a range, all of whose characters are digits.
func port(text, digits string, absent uint16) (uint16, error) {
	if digits == "" {
		return absent, nil
	}
	n, err := strconv.ParseUint(digits, 10, 16)
	if err == nil && n > 0 {
		return uint16(n), nil
	}
	if digits == text {
		return 0, fmt.Errorf("port %s is outside 1-65535", abridge(digits))
	}
	return 0, fmt.Errorf("%s: port %s is outside 1-65535", quote(text), abridge(digits))
}

// name adds the ports registered under a name or a pattern of names.
func (p *parser) name(text string, mask protoMask) error {
	if bad := strings.IndexFunc(text, notInName); bad >= 0 {
		return fmt.Errorf("%s is not a port, range or service name; separate ports with commas", quote(text))
	}
	var wanted, all protoMask
	if p.names != nil {
		p.names.Ports(text, func(port uint16, proto endpoint.Proto) {
			all |= 1 << proto
			if bit := protoMask(1) << proto; mask&bit != 0 {
				wanted |= bit
				p.found.add(itemOf(port, proto))
			}
		})
	}
	switch {
	case wanted != 0:
		return nil
	case all != 0:
		other := endpoint.TCP
		if all == 1<<endpoint.UDP {
			other = endpoint.UDP
		}
		return fmt.Errorf("%s is registered only for %v; use %s/%v", quote(text), other, abridge(text), other)
	}
	return fmt.Errorf("unknown service name %s", quote(text))
}

// notInName is whether r is in no service's name (RFC 6335 section 5.1) and
// in no pattern of them.
func notInName(r rune) bool {
	switch {
	case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
		return false
	}
	return !strings.ContainsRune("-*?_.+", r)
}

// quote is strconv.Quote of what fits in a line that a person reads.
func quote(text string) string { return strconv.Quote(abridge(text)) }

// abridge cuts text that is too long to be shown.
func abridge(text string) string {
	const most = 60
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}
