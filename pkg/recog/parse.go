package recog

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

const (
	// defaultPreference is Recog's, for files without the attribute.
	defaultPreference = 0.10
	// maxDepth limits nested elements. A param is at depth 3.
	maxDepth = 16
)

// file is the fingerprints of a file, in its order.
type file struct {
	kind         string
	preference   float64
	fingerprints []*fingerprint
}

// parser is the state while a file is read. Elements that it does not know, such as
// examples, are ignored with all that they contain.
type parser struct {
	file
	names       map[string]string // names of params, each stored once
	depth       int               // of the current element; 0 outside the root
	root        bool              // whether the root element was read
	current     *fingerprint      // or nil
	groups      int               // of its pattern
	description bool              // whether the current element is a description
}

// parse reads a file. Its kind is that of the attribute, or the name without ".xml".
// Errors begin with the number of the line where the element or the mistake is.
func parse(name string, r io.Reader) (*file, error) {
	d := xml.NewDecoder(r)
	p := parser{file: file{kind: strings.TrimSuffix(name, ".xml"), preference: defaultPreference}, names: map[string]string{}}
	for {
		line, _ := d.InputPos()
		t, err := d.Token()
		if err == io.EOF && p.root {
			return &p.file, nil
		}
		if err == io.EOF {
			err = errors.New("no element fingerprints")
		}
		if err == nil {
			err = p.token(t)
		}
		if s, ok := errors.AsType[*xml.SyntaxError](err); ok {
			line, err = s.Line, errors.New(s.Msg)
		}
		if err != nil {
			return nil, fmt.Errorf("%d: %w", line, err)
		}
	}
}

func (p *parser) token(t xml.Token) error {
	switch t := t.(type) {
	case xml.StartElement:
		p.depth++
		return p.start(t)
	case xml.EndElement:
		p.depth--
		p.description = false
		if p.depth < 2 {
			p.current = nil
		}
	case xml.CharData:
		if p.description {
			p.current.description += string(t)
		}
	}
	return nil
}

func (p *parser) start(e xml.StartElement) error {
	switch name := e.Name.Local; {
	case p.depth > maxDepth:
		return fmt.Errorf("element %.80q: nested deeper than %d elements", name, maxDepth)
	case p.depth == 1:
		return p.startFile(e)
	case p.depth == 2 && name == "fingerprint":
		return p.startFingerprint(e)
	case p.depth == 3 && name == "param" && p.current != nil:
		return p.addParam(e)
	case p.depth == 3 && name == "description" && p.current != nil:
		p.description = true
	}
	return nil
}

func (p *parser) startFile(e xml.StartElement) error {
	if e.Name.Local != "fingerprints" {
		return fmt.Errorf("element %.80q: not a fingerprint file; its root element is fingerprints", e.Name.Local)
	}
	if p.root {
		return errors.New("second root element")
	}
	p.root = true
	if kind, ok := attribute(e, "matches"); ok {
		p.kind = kind
	}
	if text, ok := attribute(e, "preference"); ok {
		preference, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsNaN(preference) {
			return fmt.Errorf("preference %.80q: not a number", text)
		}
		p.preference = preference
	}
	return nil
}

func (p *parser) startFingerprint(e xml.StartElement) error {
	pattern, ok := attribute(e, "pattern")
	if !ok {
		return errors.New("fingerprint without a pattern")
	}
	flags, _ := attribute(e, "flags")
	f := new(fingerprint)
	groups, err := f.setPattern(pattern, flags)
	if err != nil {
		return err
	}
	p.current, p.groups = f, groups
	p.fingerprints = append(p.fingerprints, f)
	return nil
}

func (p *parser) addParam(e xml.StartElement) error {
	name, _ := attribute(e, "name")
	pos, _ := attribute(e, "pos")
	value, _ := attribute(e, "value")
	if name == "" {
		return errors.New("param without a name")
	}
	group, err := strconv.ParseUint(pos, 10, 31)
	if err != nil {
		return fmt.Errorf("param %.80s: pos %.80q: not the number of a group", name, pos)
	}
	if int(group) > p.groups {
		return fmt.Errorf("param %.80s: the pattern does not have a group %d", name, group)
	}
	if _, ok := p.names[name]; !ok {
		p.names[name] = name
	}
	p.current.params = append(p.current.params, newParam(p.names[name], int(group), value))
	return nil
}

// attribute returns the value of an attribute, and whether the element has it.
func attribute(e xml.StartElement, name string) (string, bool) {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value, true
		}
	}
	return "", false
}
