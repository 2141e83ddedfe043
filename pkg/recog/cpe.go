package recog

import (
	"net/url"
	"strings"
)

const (
	cpeURI       = "cpe:/"
	cpeFormatted = "cpe:2.3:"
)

// Numbers of components of a URI and of attributes of a formatted string. Between the
// first and the version are vendor and product, after the language software edition,
// target software, target hardware and other.
const (
	cpeVersion    = 3
	cpeEdition    = 5
	cpeLanguage   = 6
	cpeComponents = 7
	cpeAttributes = 11
)

// formatCPE returns the CPE 2.3 formatted string of a CPE URI with references, or "" if
// it is not one or has no vendor or product. Values are inserted as characters, so that
// a colon in a version does not begin a component. A value that is missing, or that a
// CPE cannot express, becomes "-" (not applicable), an empty component "*" (any). See
// NISTIR 7695, sections 6.1.3 and 6.2.2.
func formatCPE(pieces []piece, values map[string]string) string {
	if len(pieces) == 0 || !strings.HasPrefix(pieces[0].text, cpeURI) {
		return ""
	}
	uri := []component{{}}
	for i, p := range pieces {
		if p.ref != "" {
			uri[len(uri)-1].insert(values[p.ref])
			continue
		}
		if i == 0 {
			p.text = strings.TrimPrefix(p.text, cpeURI)
		}
		for j, text := range strings.Split(p.text, ":") {
			if j > 0 {
				uri = append(uri, component{})
			}
			uri[len(uri)-1].decode(text)
		}
	}
	if len(uri) > cpeComponents {
		return ""
	}
	attributes := strings.Split(strings.Repeat("*", cpeAttributes), "")
	for i := range uri {
		attributes[i] = uri[i].String()
	}
	unpack(attributes)
	switch attributes[0] {
	case "a", "o", "h": // application, operating system, hardware
	default:
		return ""
	}
	for _, needed := range attributes[1:cpeVersion] {
		if needed == "*" || needed == "-" {
			return ""
		}
	}
	return cpeFormatted + strings.Join(attributes, ":")
}

// unpack distributes an edition that also contains the last four attributes, separated
// by tildes.
func unpack(attributes []string) {
	packed := strings.Split(attributes[cpeEdition], `\~`)
	if len(packed) != 6 || packed[0] != "" {
		return
	}
	for i, text := range packed[1:] {
		if text == "" {
			text = "*"
		}
		if i == 0 {
			attributes[cpeEdition] = text
		} else {
			attributes[cpeLanguage+i] = text
		}
	}
}

// component is a component of a URI, in the syntax of formatted strings.
type component struct {
	text    []byte
	missing bool // a value that it depends on is missing or cannot be expressed
}

func (c *component) String() string {
	switch {
	case c.missing:
		return "-"
	case len(c.text) == 0:
		return "*"
	default:
		return string(c.text)
	}
}

// decode appends the text of a URI. Backslashes, which old databases contain, are
// ignored.
func (c *component) decode(text string) {
	text = strings.ReplaceAll(text, `\`, "")
	if decoded, err := url.PathUnescape(text); err == nil {
		text = decoded
	}
	c.add(text)
}

// insert appends a value.
func (c *component) insert(value string) {
	c.missing = c.missing || value == ""
	c.add(value)
}

// add appends characters, escaped unless they are letters, digits or one of "._-".
func (c *component) add(text string) {
	for _, r := range strings.ToLower(text) {
		switch {
		case 'a' <= r && r <= 'z', '0' <= r && r <= '9', r == '.', r == '_', r == '-':
			c.text = append(c.text, byte(r))
		case r == ' ':
			c.text = append(c.text, '_')
		case '!' <= r && r <= '~':
			c.text = append(c.text, '\\', byte(r))
		default:
			c.missing = true
		}
	}
}

// FormatCPE returns the CPE 2.3 formatted string of a CPE 2.2 URI, or "" if it is not one
// or has no vendor or product.
func FormatCPE(uri string) string { return formatCPE([]piece{{text: uri}}, nil) }
