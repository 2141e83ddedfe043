package portgen

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"portkit/pkg/ndjson"
	"portkit/pkg/record"
	"portkit/pkg/target"
)

// reader makes entries of arguments and of lines of host lists.
type reader struct {
	plans         *plans
	fields        []ndjson.Field
	values        [][]byte
	text          []byte
	renamed       bool // a renamed field was reported
	commaReported bool // an ambiguous comma was reported
}

// word makes an entry of a TARGET. ports are those that follow it, or "".
func (r *reader) word(word, ports string) (e entry, err error) {
	only, err := r.where(&e, word, &ports)
	if err != nil {
		return entry{}, err
	}
	if e.ports, err = r.plans.of(only, ports); err != nil {
		return entry{}, fmt.Errorf("target %q: %w", word, err)
	}
	return e, nil
}

// where parses a TARGET and returns it without its ports. They are stored in ports,
// which must be empty then.
func (r *reader) where(e *entry, word string, ports *string) (string, error) {
	word, own, err := target.Split(word)
	if err != nil {
		return "", err
	}
	if own != "" && *ports != "" {
		return "", fmt.Errorf("target %q has ports and is followed by ports %q", word, *ports)
	}
	if own != "" {
		*ports = own
	}
	if e.target, err = target.Parse(word); err != nil {
		return "", err
	}
	r.keepSpelling(e, word)
	return word, nil
}

// keepSpelling stores an address as written if that is not its canonical form.
func (r *reader) keepSpelling(e *entry, word string) {
	if a, ok := isAddress(e, word); ok {
		if r.text = a.AppendTo(r.text[:0]); string(r.text) != word {
			e.detail().host = word
		}
	}
}

// isAddress returns the address that word is, if it is not a pattern, prefix, range or
// name.
func isAddress(e *entry, word string) (netip.Addr, bool) {
	a, err := netip.ParseAddr(word)
	if err != nil || e.target.Count() != num(1) {
		return a, false
	}
	only := e.target.At(number{})
	return only, a.Unmap() == only
}

// line makes an entry of a line of a list. ok is false for a comment. The error is a
// *record.Bad.
func (r *reader) line(l ndjson.Line) (e entry, ok bool, err error) {
	if l.Long {
		return e, false, record.TooLong(l)
	}
	text := bytes.TrimSpace(l.Text)
	if len(text) > 0 && text[0] == '{' {
		return r.object(l)
	}
	words := strings.Fields(string(record.Uncomment(text)))
	if len(words) == 0 {
		return e, false, nil
	}
	e, err = r.words(words)
	if err != nil {
		return e, false, record.Unreadable(l, "target", err.Error())
	}
	return e, true, nil
}

// words parses TARGET [PORTS].
func (r *reader) words(words []string) (entry, error) {
	ports := ""
	switch {
	case len(words) > 2:
		return entry{}, fmt.Errorf("%q is unexpected; a line is TARGET [PORTS] [# comment]", ndjson.Show([]byte(words[2])))
	case len(words) == 2:
		ports = words[1]
	case words[0] == "null" || words[0] == "true" || words[0] == "false":
		return entry{}, errors.New(words[0] + " is not a target or an object")
	}
	e, err := r.word(words[0], ports)
	if err == nil && ports == "" && !r.commaReported && mayMeanPort(words[0]) {
		r.commaReported = true
		e.detail().message = words[0] + " means two addresses; in a list, ports follow after a blank or a colon"
	}
	return e, err
}

// mayMeanPort detects 192.0.2.1,22: two addresses with the ports of the flags, but 22
// may have been intended as a port.
func mayMeanPort(word string) bool {
	host, number, _ := strings.Cut(word, ",")
	_, err := netip.ParseAddr(host)
	return err == nil && number != "" && strings.Trim(number, "0123456789") == ""
}
