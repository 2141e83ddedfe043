package xmlstream

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// tokens returns the tokens of a document as lines, and the error that ends it.
func tokens(in io.Reader) (lines []string, err error) {
	r := NewReader(in)
	text := ""
	flush := func() {
		if text != "" {
			lines = append(lines, fmt.Sprintf("text %q", text))
		}
		text = ""
	}
	for {
		kind, err := r.Next()
		if err != nil {
			flush()
			return lines, err
		}
		switch kind {
		case Text:
			text += string(Decode(nil, r.Text))
		case Start:
			flush()
			line := "start " + string(r.Name)
			for _, a := range r.Attrs {
				line += fmt.Sprintf(" %s=%q", a.Name, Decode(nil, a.Value))
			}
			lines = append(lines, line)
		case End:
			flush()
			lines = append(lines, "end "+string(r.Name))
		}
	}
}

// oracle is tokens by encoding/xml.
func oracle(in string) (lines []string, err error) {
	d := xml.NewDecoder(strings.NewReader(in))
	text := ""
	flush := func() {
		if text != "" {
			lines = append(lines, fmt.Sprintf("text %q", text))
		}
		text = ""
	}
	for {
		t, err := d.RawToken()
		if err != nil {
			flush()
			return lines, err
		}
		switch t := t.(type) {
		case xml.CharData:
			text += string(t)
		case xml.StartElement:
			flush()
			line := "start " + t.Name.Local
			for _, a := range t.Attr {
				line += fmt.Sprintf(" %s=%q", a.Name.Local, a.Value)
			}
			lines = append(lines, line)
		case xml.EndElement:
			flush()
			lines = append(lines, "end "+t.Name.Local)
		}
	}
}

var documents = []string{
	`<?xml version="1.0"?><!DOCTYPE nmaprun><a x="1" y='"2"'>t&lt;&#x41;&#66;<b/>u<!-- <c> --><![CDATA[<&]]>v</a>`,
	"<a>\r\n<b  x = \"1\r\n2\"  />\r</a >",
	`<a><!-- - -- --></a>`,
	`<?xml-stylesheet href="x?>y"?><a/>`,
	"\xef\xbb\xbf<a/>",
	`<a x="&quot;&apos;&gt;&amp;&bogus;&#0;&#xfffffff;&;&"/>`,
	`<a><b></a></b>`,
	`<a x=1/>`, `<a x/>`, `<a/ >`, `<a`, `<a x="`, `<`, `</`, `<!`, `<!-`, `<!--`, `<?`, `<![CDATA[`, `<!ELEMENT a>`, `</a>`, `<a></b>`, `<a>x`,
}

// TestTokensAreThoseOfEncodingXML reads each document whole and byte by byte.
func TestTokensAreThoseOfEncodingXML(t *testing.T) {
	for _, doc := range documents {
		compare(t, doc)
	}
}

func compare(t *testing.T, doc string) {
	whole, wholeErr := tokens(strings.NewReader(doc))
	slow, slowErr := tokens(iotest.OneByteReader(strings.NewReader(doc)))
	if strings.Join(whole, "\n") != strings.Join(slow, "\n") || wholeErr != slowErr {
		t.Errorf("%q: whole %q, %v; byte by byte %q, %v", doc, whole, wholeErr, slow, slowErr)
	}
	if strings.ContainsAny(doc, ":") || len(doc) > MaxValue {
		return // encoding/xml splits names at a colon
	}
	want, err := oracle(doc)
	if err != io.EOF {
		return
	}
	// RawToken accepts tags that do not match, and a document type with declarations.
	if strings.Contains(doc, "<!") && wholeErr == errSyntax {
		return // a declaration outside of a document type
	}
	if wholeErr == errNested || wholeErr == ErrDoctype || wholeErr == errDeep || wholeErr == io.ErrUnexpectedEOF {
		return
	}
	if wholeErr != io.EOF || strings.Join(whole, "\n") != strings.Join(want, "\n") {
		t.Errorf("%q:\ngot  %q, %v\nwant %q", doc, whole, wholeErr, want)
	}
}

func FuzzReader(f *testing.F) {
	for _, doc := range documents {
		f.Add(doc)
	}
	f.Fuzz(compare)
}

func TestErrors(t *testing.T) {
	deep := strings.Repeat("<a>", MaxDepth+1)
	for doc, want := range map[string]error{
		"":                      io.EOF,
		"<a>":                   io.ErrUnexpectedEOF,
		"<a></a":                io.ErrUnexpectedEOF,
		"<a><b x=\"":            io.ErrUnexpectedEOF,
		"<!-- ":                 io.ErrUnexpectedEOF,
		"<a/>\n":                io.EOF,
		"<a/><a/>":              io.EOF,
		"text":                  io.EOF,
		"</a>":                  errNested,
		"<a></b>":               errNested,
		"<a b></a>":             errSyntax,
		"<a =\"\"></a>":         errSyntax,
		"<>":                    errSyntax,
		"<!DOCTYPE a [<!ENTITY": ErrDoctype,
		deep:                    errDeep,
		"<" + strings.Repeat("a", maxName+2) + ">":                         errLong,
		"<a" + strings.Repeat(` b=""`, maxAttrs+1) + ">":                   errLong,
		"<a" + strings.Repeat(" ", maxBuffer) + ">":                        errLong,
		"<a b=\"" + strings.Repeat("\u20ac", MaxValue) + "\"></a>":         io.EOF,
		"<a>" + strings.Repeat("x", 3*MaxValue) + "<b/></a>":               io.EOF,
		"<a><![CDATA[" + strings.Repeat("]]", 2*MaxValue) + "]]>y<b/></a>": io.EOF,
	} {
		if _, err := tokens(strings.NewReader(doc)); !errors.Is(err, want) {
			t.Errorf("%.40q: %v, want %v", doc, err, want)
		}
	}
}

// repeated is a reader of n times the same text between two others.
func repeated(before, text string, n int, after string) io.Reader {
	return io.MultiReader(strings.NewReader(before), io.LimitReader(&endless{[]byte(text), 0}, int64(n*len(text))), strings.NewReader(after))
}

type endless struct {
	text []byte
	at   int
}

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = e.text[e.at]
		e.at = (e.at + 1) % len(e.text)
	}
	return len(p), nil
}

// TestMemoryIsBounded reads 8 MiB of what no buffer holds.
func TestMemoryIsBounded(t *testing.T) {
	const n = 1 << 20 // times 8 bytes
	for name, in := range map[string]io.Reader{
		"value":   repeated(`<a><b x="`, "lollol\n&", n, `" y="2"/></a>`),
		"text":    repeated(`<a>`, "lollol\n&", n, `<b y="2"/></a>`),
		"comment": repeated(`<a><!--`, "lollol\n-", n, `--><b y="2"/></a>`),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		r := NewReader(in)
		found := false
		for {
			kind, err := r.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if kind == Start && string(r.Name) == "b" {
				last := r.Attrs[len(r.Attrs)-1]
				found = string(last.Name) == "y" && string(last.Value) == "2"
			}
			for _, a := range r.Attrs {
				if len(a.Value) > MaxValue {
					t.Errorf("%s: a value of %d bytes", name, len(a.Value))
				}
			}
		}
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > 4<<20 || !found {
			t.Errorf("%s: %d bytes allocated, found what follows: %v", name, used, found)
		}
		if r.Line() != n+1 || r.Offset() < 8*n {
			t.Errorf("%s: line %d, byte %d", name, r.Line(), r.Offset())
		}
	}
}

// TestNoAllocations holds the reader to one buffer.
func TestNoAllocations(t *testing.T) {
	doc := "<a>" + strings.Repeat(`<port portid="80"><state state="open"/></port>`+"\n", 1000) + "</a>"
	if n := testing.AllocsPerRun(5, func() {
		r := NewReader(strings.NewReader(doc))
		for {
			if _, err := r.Next(); err != nil {
				break
			}
		}
	}); n > 20 {
		t.Errorf("%v allocations", n)
	}
}

// TestRestartAndRecover reads documents behind torn ones.
func TestRestartAndRecover(t *testing.T) {
	r := NewReader(strings.NewReader(`<a><b>x<a c="1"><d/></a><a>` + "<b <b></a>" + `<a e="2"/>`))
	var got []string
	next := func() {
		kind, err := r.Next()
		got = append(got, fmt.Sprint(kind, " ", string(r.Name), " ", len(r.Attrs), " ", r.Depth(), " ", err))
	}
	for range 4 {
		next()
	}
	r.Restart()
	for range 5 {
		next()
	}
	got = append(got, fmt.Sprint(r.Recover("a")))
	for range 3 {
		next()
	}
	got = append(got, fmt.Sprint(r.Recover("a")))
	want := []string{
		"0 a 0 1 <nil>", "0 b 0 2 <nil>", "2 b 0 2 <nil>", "0 a 1 3 <nil>",
		"0 d 0 2 <nil>", "1 d 0 1 <nil>", "1 a 0 0 <nil>", "0 a 0 1 <nil>", "0 a 0 1 not well-formed XML",
		"<nil>", "0 a 1 1 <nil>", "1 a 1 0 <nil>", "0 a 1 0 EOF", "EOF",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
