package recog

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

// document returns the text of a file with a fingerprint in line 2.
func document(fingerprint string) string {
	return "<fingerprints matches=\"x\">\n" + fingerprint + "\n</fingerprints>\n"
}

func TestLoadErrors(t *testing.T) {
	deep := strings.Repeat("<a>", 20)
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", "1: no element fingerprints"},
		{"no root", "\n<!-- only a comment -->\n", "3: no element fingerprints"},
		{"not XML", "hello", "1: no element fingerprints"},
		{"other root", "<?xml version='1.0'?>\n<project/>", `2: element "project": not a fingerprint file; its root element is fingerprints`},
		{"two roots", document("") + "<fingerprints/>", "4: second root element"},
		{"not closed", "<fingerprints>\n<fingerprint pattern=''>\n", "3: unexpected EOF"},
		{"torn", document("<fingerprint pattern='a'><param pos="), "3: unquoted or missing attribute value in element"},
		{"crossed", document("<fingerprint pattern='a'>"), "3: element <fingerprint> closed by </fingerprints>"},
		{"entity", "<!DOCTYPE x [<!ENTITY a 'b'>]>\n" + document("<fingerprint pattern='a'><description>&a;</description></fingerprint>"), "3: invalid character entity &a;"},
		{"not UTF-8", document("<fingerprint pattern='\xff'/>"), "2: invalid UTF-8"},
		{"encoding", "<?xml version='1.0' encoding='latin1'?>\n" + document(""), `1: xml: encoding "latin1" declared but Decoder.CharsetReader is nil`},
		{"deep", document(deep), `2: element "a": nested deeper than 16 elements`},
		{"preference", "<fingerprints preference='high'/>", `1: preference "high": not a number`},
		{"preference NaN", "<fingerprints preference='nan'/>", `1: preference "nan": not a number`},
		{"no pattern", document("<fingerprint/>"), "2: fingerprint without a pattern"},
		{"pattern", document("<fingerprint pattern='a(b'/>"), `2: pattern: missing closing ): "a(b"`},
		{"pattern too large", document("<fingerprint pattern='(a{1000}){1000}'/>"), `2: pattern: invalid repeat count: "{1000}"`},
		{"look-ahead", document("<fingerprint pattern='a(?=b)'/>"), `2: pattern: invalid or unsupported Perl syntax: "(?="`},
		{"flag", document("<fingerprint pattern='a' flags='REG_ICASE,REG_X'/>"), `2: flag "REG_X": not known`},
		{"no name", document("<fingerprint pattern='a'>\n<param pos='0' value='x'/></fingerprint>"), "3: param without a name"},
		{"no pos", document("<fingerprint pattern='a'>\n<param name='os.arch'/></fingerprint>"), `3: param os.arch: pos "": not the number of a group`},
		{"negative pos", document("<fingerprint pattern='a'><param name='os.arch' pos='-1'/></fingerprint>"), `2: param os.arch: pos "-1": not the number of a group`},
		{"group", document("<fingerprint pattern='(a)(?:b)'>\n\n<param name='os.arch' pos='2'/></fingerprint>"), "4: param os.arch: the pattern does not have a group 2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := load(fstest.MapFS{"x.xml": {Data: []byte(c.text)}}, "db")
			if err == nil || filepath.ToSlash(err.Error()) != "db/x.xml:"+c.want {
				t.Errorf("got  %v\nwant db/x.xml:%s", err, c.want)
			}
		})
	}
}

func TestLoadFolderErrors(t *testing.T) {
	empty, links := t.TempDir(), t.TempDir()
	if err := os.Symlink(empty, filepath.Join(links, "x.xml")); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ dir, want string }{
		{"testdata/missing", "testdata/missing: no such file or directory"},
		{"load_test.go", "load_test.go: not a directory"},
		{empty, empty + ": no fingerprint files (*.xml) here; name the folder that contains them"},
		{links, links + "/x.xml: not a regular file"},
		{"", "the name of the folder is empty"},
	} {
		if _, err := Load(c.dir); err == nil || err.Error() != c.want {
			t.Errorf("%q: got  %v\nwant %s", c.dir, err, c.want)
		}
	}
}

// TestLoadReportsTheFirstFile holds that the error does not depend on which file is
// read first.
func TestLoadReportsTheFirstFile(t *testing.T) {
	fsys := fstest.MapFS{
		"a.xml": {Data: []byte(document(strings.Repeat("<!-- -->", 1000)))},
		"b.xml": {Data: []byte(document(strings.Repeat("<!-- -->", 1000) + "<fingerprint/>"))},
		"c.xml": {Data: []byte("<other/>")},
	}
	for range 20 {
		if _, err := load(fsys, "db"); err == nil || filepath.ToSlash(err.Error()) != "db/b.xml:2: fingerprint without a pattern" {
			t.Fatal(err)
		}
	}
}

func TestReadLimitsBytes(t *testing.T) {
	fsys := fstest.MapFS{"x.xml": {Data: []byte("12345")}}
	if text, err := read(fsys, "x.xml", 5); err != nil || string(text) != "12345" {
		t.Errorf("%q, %v", text, err)
	}
	if _, err := read(fsys, "x.xml", 4); err == nil || err.Error() != "the fingerprint files have more than 64 MiB" {
		t.Error(err)
	}
}

// TestLoadIgnoresOtherElements holds that what Recog may add later is not an error.
func TestLoadIgnoresOtherElements(t *testing.T) {
	db, err := load(fstest.MapFS{
		"README": {Data: []byte("not XML")},
		"x.xml": {Data: []byte(document(`<param pos="1" name="a"/><new><fingerprint pattern="("/></new>
			<fingerprint pattern="a" certainty="0.5"><example><param pos="9" name="x"/><description>not</description></example>
			<description>one<b>two</b>three</description><param pos="0" name="os.arch" value="v" new=""/></fingerprint>`))},
	}, "db")
	if err != nil {
		t.Fatal(err)
	}
	m, ok := db.Match("x", "a")
	if !ok || m.Params["os.arch"] != "v" || len(m.Params) != 1 {
		t.Errorf("%+v, %v", m, ok)
	}
}
