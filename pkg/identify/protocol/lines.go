package protocol

import (
	"bytes"
	"strings"
	"unsafe"
)

// maxLines bounds how many lines of a reply are read.
const maxLines = 1000

// split contains the lines of the first bytes of a reply, which many protocols read.
type split struct {
	data  []byte
	ended bool
	lines []string
	rest  string
}

// lines returns the lines of a reply without their ends, to be read only. A last line
// without an end is part of them only if nothing follows; else it is in rest.
func (r *Reply) lines() (all []string, rest string) {
	if s := &r.split; !same(s.data, r.Data) || s.ended != r.Ended {
		all, rest = r.splitLines()
		r.split = split{r.Data, r.Ended, all, rest}
	}
	return r.split.lines, r.split.rest
}

// same reports whether two slices are of the same bytes in memory.
func same(a, b []byte) bool { return len(a) == len(b) && unsafe.SliceData(a) == unsafe.SliceData(b) }

func (r *Reply) splitLines() (all []string, rest string) {
	data := r.Data
	for len(data) > 0 && len(all) < maxLines {
		line, after, ended := bytes.Cut(data, []byte("\n"))
		if !ended && !r.Ended {
			return all, string(line)
		}
		all = append(all, strings.TrimSuffix(string(line), "\r"))
		data = after
	}
	return all, ""
}

// cut reports whether a reply has ended within a line.
func (r *Reply) cut() bool { return r.Ended && !bytes.HasSuffix(r.Data, []byte("\n")) }

// mayBegin reports whether data and a literal are alike as far as both go.
func mayBegin(data, literal string) bool {
	n := min(len(data), len(literal))
	return data[:n] == literal[:n]
}

// words returns the words of a text in capitals. What contains a dot, such as a host
// name or a version, is not a word.
func words(text string) (all []string) {
	for field := range strings.FieldsSeq(text) {
		field = strings.Trim(field, ".,;:!?()[]<>{}\"'*=-~#|")
		if strings.Contains(field, ".") {
			continue
		}
		all = append(all, strings.FieldsFunc(strings.ToUpper(field), func(c rune) bool {
			return strings.ContainsRune("-/_@():;,", c)
		})...)
	}
	return all
}

// hasWord reports whether a text contains one of the words, which are in capitals.
func hasWord(text string, list ...string) bool {
	for _, word := range words(text) {
		for _, w := range list {
			if word == w {
				return true
			}
		}
	}
	return false
}

// known returns the first of the names that a text contains, and the version after it.
func known(text string, names ...string) (product, version string) {
	at := len(text)
	for _, name := range names {
		if i := indexWord(text, name); i >= 0 && i < at {
			at, product = i, name
		}
	}
	if product == "" {
		return "", ""
	}
	return product, leadingVersion(text[at+len(product):])
}

// indexWord returns where a text contains a name that no letter or digit adjoins.
func indexWord(text, name string) int {
	for from := 0; ; {
		i := strings.Index(text[from:], name)
		if i < 0 {
			return -1
		}
		i += from
		end := i + len(name)
		if (i == 0 || !isAlnum(text[i-1])) && (end == len(text) || !isAlnum(text[end])) {
			return i
		}
		from = end
	}
}

// leadingVersion returns the version that a text begins with, after the words and
// punctuation that may be before one.
func leadingVersion(text string) string {
	for range 6 {
		text = strings.TrimLeft(text, " /-_(:,")
		lower := strings.ToLower(text[:min(len(text), 8)])
		for _, word := range []string{"server", "service", "version", "release", "ver.", "v"} {
			if strings.HasPrefix(lower, word) {
				text = text[len(word):]
				break
			}
		}
	}
	if text == "" || text[0] < '0' || text[0] > '9' {
		return ""
	}
	end := strings.IndexFunc(text, func(c rune) bool {
		return c > 0x7f || !isAlnum(byte(c)) && !strings.ContainsRune(".+~_-", c)
	})
	if end < 0 {
		end = len(text)
	}
	return clean(strings.TrimRight(text[:end], ".-_"))
}

func isAlnum(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
}

// system returns the operating system that a greeting names in parentheses or after
// the version of a package.
func system(text string) string {
	for _, name := range []string{"Debian", "Ubuntu", "FreeBSD", "CentOS", "Fedora"} {
		if indexWord(text, name) >= 0 {
			return name
		}
	}
	return ""
}

// lineUpgrade returns an upgrade of one command. The greeting is complete with a line
// that begins with one of its words, the reply likewise; its first word accepts.
func lineUpgrade(greeting []string, request string, reply ...string) *Upgrade {
	return &Upgrade{
		Greeting: func(data []byte) bool { return lineWith(data, greeting) != "" },
		Steps: []UpgradeStep{{Build: send(request), Next: func(data []byte) (complete, ok bool) {
			line := lineWith(data, reply)
			return line != "", line != "" && strings.HasPrefix(line, reply[0])
		}}},
	}
}

// lineWith returns the first line of data that begins with one of the words.
func lineWith(data []byte, words []string) string {
	lines, _ := (&Reply{Data: data}).lines()
	for _, line := range lines {
		for _, word := range words {
			if strings.HasPrefix(line, word) {
				return line
			}
		}
	}
	return ""
}

// bannerLine returns the first line of a greeting without what it begins with. more
// reports whether the line may still become one.
func bannerLine(r *Reply, begin string) (rest string, more, ok bool) {
	line, _, whole := strings.Cut(string(r.Data[:min(1024, len(r.Data))]), "\n")
	if !whole {
		return "", !r.Ended && len(r.Data) < 1024 && mayBegin(line, begin), false
	}
	rest, ok = strings.CutPrefix(strings.TrimSuffix(line, "\r"), begin)
	return rest, false, ok && isText([]byte(rest))
}
