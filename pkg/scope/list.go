// Package scope reads lists of targets that may be probed, or must not be, and
// checks addresses and names against them.
package scope

import (
	"fmt"
	"io"
	"strings"

	"portkit/pkg/ndjson"
	"portkit/pkg/record"
	"portkit/pkg/target"
)

// Entry is one line of a list.
type Entry struct {
	Where  string // for messages: "--deny", "FILE: line 3"
	Text   string // as written
	Target target.Target
	Ports  string // port spec; "": all ports
}

// ParseSpecs parses the values of a flag: comma-separated targets, optionally
// followed by :PORTS.
func ParseSpecs(where string, specs []string) (list []Entry, err error) {
	for _, spec := range specs {
		for _, word := range target.SplitList(spec) {
			e, err := parse(where, word, "")
			if err != nil {
				return nil, err
			}
			list = append(list, e)
		}
	}
	return list, nil
}

// ReadFile reads lines of TARGET [PORTS]. It skips blank lines and comments. The
// error for any other line contains its number.
func ReadFile(f io.Reader, name string) (list []Entry, err error) {
	for lines := ndjson.NewReader(f); ; {
		l, err := lines.Next()
		if err == io.EOF {
			return list, nil
		}
		if err != nil {
			return nil, err
		}
		where := fmt.Sprintf("%s: line %d", name, l.No)
		words := strings.Fields(string(record.Uncomment(l.Text)))
		if len(words) == 0 {
			continue
		}
		if l.Long || len(words) > 2 || words[0][0] == '{' {
			return nil, fmt.Errorf("%s: %s is not TARGET [PORTS]", where, ndjson.Show(l.Text))
		}
		e, err := parse(where, words[0], strings.Join(words[1:], ""))
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
}

func parse(where, word, ports string) (Entry, error) {
	text := strings.TrimSpace(word + " " + ports)
	word, own, err := target.Split(word)
	if err == nil && own != "" && ports != "" {
		err = fmt.Errorf("target %q has ports twice", word)
	}
	e := Entry{Where: where, Text: text, Ports: own + ports}
	if err == nil {
		e.Target, err = target.Parse(word)
	}
	if err != nil {
		return Entry{}, fmt.Errorf("%s: %w", where, err)
	}
	return e, nil
}
