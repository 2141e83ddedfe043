package portspec

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"portkit/pkg/endpoint"
	"portkit/pkg/lookalike"
)

// Services has the names of ports. *service.Table implements it.
type Services interface {
	// Ports calls yield for every port that has a name matching pattern, and reports
	// whether there is one. * matches any characters, ? one; case does not matter.
	Ports(pattern string, yield func(port uint16, p endpoint.Proto)) bool
}

// protoMask has bit 1<<p set for each protocol p.
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

type parser struct {
	names Services
	found builder
}

// Parse parses a comma-separated spec. Its items are a port (80), a range (80-90, 1-,
// -1024, - or all), and a service name or pattern of names (ssh, http*), each with an
// optional protocol (53/udp), or with a protocol that applies until the next one
// (tcp:80, U:53,161). def are the protocols of other items, by default TCP.
//
// A name means the ports that are registered under it for the item's protocols. A name
// that is registered only for the other protocol is an error, and so is any name if
// names is nil. Errors contain the item.
func Parse(spec string, def []endpoint.Proto, names Services) (Set, error) {
	return parse(spec, def, names, nil)
}

// Labeled is an item of a spec with the label behind it.
type Labeled struct {
	Ports Set
	Label string
}

// ParseLabeled is Parse for a spec in which a label may follow each item: 22=ssh,U:53=dns.
// It also returns the items that have a label, in the order given.
func ParseLabeled(spec string, def []endpoint.Proto, names Services) (all Set, labeled []Labeled, err error) {
	all, err = parse(spec, def, names, func(ports Set, label string) { labeled = append(labeled, Labeled{ports, label}) })
	return all, labeled, err
}

// parse is Parse. It calls label for the items that have a label. If label is nil, none
// may have one.
func parse(spec string, def []endpoint.Proto, names Services, label func(Set, string)) (Set, error) {
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
		if text = strings.TrimSpace(text); text == "" {
			return Set{}, fmt.Errorf("item %d of %s is empty", n, quote(spec))
		}
		name, hasLabel := "", false
		if label != nil {
			text, name, hasLabel = strings.Cut(text, "=")
		}
		rest, prefix, err := cutPrefix(text)
		if err != nil {
			return Set{}, err
		}
		if prefix != 0 {
			mask = prefix
		}
		one := &p
		if hasLabel {
			one = &parser{names: names}
		}
		if err := one.item(rest, mask); err != nil {
			return Set{}, err
		}
		if hasLabel {
			ports := one.found.set()
			p.found.addSet(ports)
			label(ports, strings.TrimSpace(name))
		}
	}
	return p.found.set(), nil
}

// cutPrefix splits off tcp:, udp:, T: or U:. mask is 0 if there is none.
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

// item adds the items of a port, range or name.
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

// portRange parses 80, 80-90, 1-, -1024 or -.
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

// port parses one end of a range, which consists of digits. absent is the value of an
// omitted end.
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

// notInName reports whether r occurs neither in names of services (RFC 6335 section
// 5.1) nor in patterns.
func notInName(r rune) bool {
	switch {
	case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
		return false
	}
	return !strings.ContainsRune("-*?_.+", r)
}

// quote quotes a text for a message.
func quote(text string) string { return strconv.Quote(abridge(text)) }

// abridge truncates a text for a message.
func abridge(text string) string {
	const limit = 60
	if len(text) <= limit {
		return text
	}
	return strings.ToValidUTF8(text[:limit], "") + "…"
}
