package target

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Split splits a TARGET word into the target and its ports ("" if there are none):
// host:80,443, 10.0.0.0/24:80, [2001:db8::/120]:22. An IPv6 target without brackets has
// ports only after a prefix length.
func Split(s string) (target, ports string, err error) {
	target, ports, hasPorts, err := cut(s)
	switch {
	case err != nil:
	case s == "":
		err = errors.New("empty")
	case strings.Contains(s, "://"):
		err = urlError(s)
	case target == "":
		err = errors.New("the target before the colon is empty")
	case hasPorts && ports == "":
		err = errors.New("no ports after the colon")
	default:
		return target, ports, nil
	}
	return "", "", fmt.Errorf("target %s: %w", strconv.Quote(clip(s)), err)
}

func urlError(s string) error {
	if word, ok := FromURL(s); ok {
		return fmt.Errorf("a URL is not a target; use %s", clip(word))
	}
	return errors.New("a URL is not a target; use its host and port, as in host.example:443")
}

func cut(s string) (target, ports string, hasPorts bool, err error) {
	if rest, ok := strings.CutPrefix(s, "["); ok {
		return cutBrackets(rest)
	}
	from := 0
	if looksLike6(s) {
		if from = strings.IndexByte(s, '/'); from < 0 {
			return s, "", false, nil
		}
	}
	target, ports, hasPorts = strings.Cut(s[from:], ":")
	return s[:from] + target, ports, hasPorts, nil
}

// cutBrackets is cut for the text after an opening bracket.
func cutBrackets(s string) (target, ports string, hasPorts bool, err error) {
	target, rest, ok := strings.Cut(s, "]")
	if !ok {
		return "", "", false, errors.New("the bracket is not closed")
	}
	ports, hasPorts = strings.CutPrefix(rest, ":")
	if !hasPorts && rest != "" {
		if strings.HasPrefix(rest, "/") {
			return "", "", false, fmt.Errorf("the prefix length belongs inside the brackets, before %q", "]")
		}
		return "", "", false, fmt.Errorf("want :PORTS after the bracket, not %s", strconv.Quote(clip(rest)))
	}
	return target, ports, hasPorts, nil
}

// looksLike6 distinguishes an IPv6 address at the beginning of s from a short
// hexadecimal host name (db:80, fe:tcp:80): the address has two colons before any other
// character.
func looksLike6(s string) bool {
	colons := 0
	for i, c := range []byte(s) {
		switch {
		case c == ':':
			colons++
		case colons == 0 && (i >= 4 || c == '.'):
			return false
		case strings.IndexByte("0123456789abcdefABCDEF.", c) < 0:
			return colons > 1
		}
	}
	return colons > 1
}

// SplitList splits a comma-separated list of targets. Octets continue the octet pattern
// before them: 10.0.0.1,3,host is 10.0.0.1,3 and host. Port numbers continue the ports
// before them: 10.0.0.1:22,80-90,host is 10.0.0.1:22,80-90 and host.
func SplitList(s string) []string {
	var list []string
	for piece := range strings.SplitSeq(s, ",") {
		piece = strings.TrimSpace(piece)
		if n := len(list); n > 0 && (continues(list[n-1], piece) || continuesPorts(list[n-1], piece)) {
			list[n-1] += "," + piece
			continue
		}
		list = append(list, piece)
	}
	return list
}

// continues reports whether piece has further values of the octet pattern before it:
// the pattern has fewer than four octets, or piece has no dot.
func continues(before, piece string) bool {
	const octets = "0123456789-*"
	if piece == "" || strings.Trim(before, octets+",.") != "" || strings.Trim(piece, octets+".") != "" {
		return false
	}
	dots := strings.Count(before, ".")
	return dots > 0 && dots+strings.Count(piece, ".") <= 3
}

// continuesPorts reports whether piece has further ports of the target before it: it
// cannot be a target.
func continuesPorts(before, piece string) bool {
	numbers, proto, _ := strings.Cut(piece, "/")
	if numbers == "" || strings.Trim(numbers, "0123456789-") != "" || strings.Trim(proto, "0123456789") != proto {
		return false
	}
	_, ports, err := Split(before)
	return err == nil && ports != ""
}
