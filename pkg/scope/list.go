// Package scope reads lists of targets that say what may be asked, or must not
// be, and holds addresses against them.
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
	// Where says where it stands, for messages: "--deny", "FILE: line 3".
	Where string
	// Text is the entry as written.
	Text string
	// Target is what it is about.
	Target target.Target
	// Ports is its own port spec; empty: all ports.
	Ports string
}

// ParseSpecs reads comma-separated targets, each with ports of its own if it
// likes, as a flag holds them.
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

// ReadFile reads lines of TARGET [PORTS]. Blank lines and comments are skipped;
// any other line that is not such a one is an error, which says where it stands.
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
