package protocol

import (
	"bytes"
	"html"
	"strings"

	tokens "golang.org/x/net/html"
)

// htmlTitle returns the title of a page, and whether it is final: it is complete, or the
// head of the page ended without one. Of a title that is cut off, whole means that no
// more follows.
func htmlTitle(body []byte, charset string, whole bool) (title string, final bool) {
	z := tokens.NewTokenizer(bytes.NewReader(body))
	for drawings := 0; ; {
		kind := z.Next()
		if kind == tokens.ErrorToken {
			return "", false
		}
		if kind != tokens.StartTagToken && kind != tokens.EndTagToken && kind != tokens.SelfClosingTagToken {
			continue
		}
		name, attrs := z.TagName()
		switch tag := string(name); {
		case tag == "svg" && kind == tokens.StartTagToken:
			drawings++ // a title in it is that of the drawing
		case tag == "svg" && kind == tokens.EndTagToken:
			drawings--
		case tag == "head" && kind == tokens.EndTagToken:
			return "", true
		case tag == "meta" && charset == "" && attrs:
			charset = metaCharset(z)
		case tag == "title" && kind == tokens.StartTagToken && drawings <= 0:
			return titleText(z, charset, whole)
		}
	}
}

// titleText returns the text between the tags of a title.
func titleText(z *tokens.Tokenizer, charset string, whole bool) (title string, final bool) {
	kind := z.Next()
	if kind == tokens.TextToken {
		raw := z.Raw()
		// A reference may be much longer than its character.
		title = foldTitle(decodeText(raw[:min(len(raw), 8*maxText)], charset))
		kind = z.Next()
	}
	if kind != tokens.EndTagToken && !whole {
		return "", false
	}
	return title, true
}

// foldTitle decodes character references, and folds white space.
func foldTitle(s string) string {
	return clean(strings.Join(strings.Fields(html.UnescapeString(s)), " "))
}

// metaCharset returns the charset that the attributes of a meta element name, or "".
func metaCharset(z *tokens.Tokenizer) string {
	for {
		key, value, more := z.TagAttr()
		text := strings.ToLower(string(value[:min(len(value), maxText)]))
		switch string(key) {
		case "charset":
			return text
		case "content":
			if _, after, ok := strings.Cut(text, "charset="); ok {
				return strings.TrimRight(after, " ;")
			}
		}
		if !more {
			return ""
		}
	}
}

// windows1252 contains the characters of the bytes from 0x80 to 0x9f.
const windows1252 = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ"

// decodeText decodes Latin 1, which browsers take for Windows-1252 (WHATWG Encoding
// section 4.2). Any other charset is taken for UTF-8: tables of all of them would make
// the program a megabyte larger.
func decodeText(raw []byte, charset string) string {
	switch charset {
	case "iso-8859-1", "latin1", "l1", "us-ascii", "ascii", "windows-1252", "cp1252":
	default:
		return string(raw)
	}
	high := []rune(windows1252)
	var b strings.Builder
	for _, c := range raw {
		if c >= 0x80 && c < 0xa0 {
			b.WriteRune(high[c-0x80])
		} else {
			b.WriteRune(rune(c))
		}
	}
	return b.String()
}
