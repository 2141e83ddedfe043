package recog

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// FuzzLoad reads any text as a fingerprint file. What is read can be used, and an error
// begins with a line.
func FuzzLoad(f *testing.F) {
	names, err := filepath.Glob(ownDatabase + "/*.xml")
	if err != nil || len(names) == 0 {
		f.Fatal(names, err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text), "Gatekeeper_1.2")
	}
	f.Add(document(`<fingerprint pattern="(.*)"><param pos="1" name="a"/><param pos="0" name="a" value="{a}{a}"/><param pos="0" name="a" value="{a}{a}"/></fingerprint>`), "text")
	f.Add(document(`<fingerprint pattern="(.*)"><param pos="1" name="v"/><param pos="0" name="os.cpe23" value="cpe:/o:a:b:{v}:%20::~~"/></fingerprint>`), "1:2")
	f.Fuzz(func(t *testing.T, text, banner string) {
		if len(text) > 1<<14 || len(banner) > 1<<8 {
			return
		}
		file, err := parse("x.xml", strings.NewReader(text))
		if err != nil {
			line, _, _ := strings.Cut(err.Error(), ": ")
			if n, bad := strconv.Atoi(line); bad != nil || n < 1 || n > 1+strings.Count(text, "\n") {
				t.Error(err)
			}
			return
		}
		for _, fp := range file.fingerprints {
			if len(fp.pattern) > 1<<8 || strings.Contains(fp.pattern, "{") {
				continue // repetitions take long to compile
			}
			m, _ := fp.match(banner)
			for name, value := range m.Params {
				if value == "" || len(value) > max(maxInterpolated, len(banner), len(text)) || strings.HasPrefix(name, "_tmp.") {
					t.Errorf("%s: %q", name, value)
				}
			}
			for _, cpe := range m.CPE {
				if !wellFormed.MatchString(cpe) {
					t.Error(cpe)
				}
			}
		}
	})
}

// wellFormed is a CPE 2.3 formatted string without wildcards.
var wellFormed = regexp.MustCompile(`^cpe:2\.3:[aoh](:([a-z0-9._-]|\\[!-/:-@[-^{-~` + "`" + `])+|:\*){10}$`)

// FuzzMatch holds that no text that a pattern matches is ruled out before.
func FuzzMatch(f *testing.F) {
	f.Add("^Apache/(\\d+)(?: mod_(perl|ssl))?$", "REG_ICASE", "apache/2 MOD_SSL")
	f.Add("(?i)sk", "", "\u017f\u212a")
	f.Add("^b|c$", "REG_MULTILINE", "a\nb")
	f.Add("a\\x{fffd}", "", "a\xff")
	f.Add("(?:ab){1,2}(c)+", "REG_DOT_NEWLINE", "xabcc")
	f.Fuzz(func(t *testing.T, pattern, flags, text string) {
		if len(pattern) > 1<<7 || len(text) > 1<<9 || strings.Count(pattern, "{") > 1 {
			return
		}
		var fp fingerprint
		groups, err := fp.setPattern(pattern, flags)
		if err != nil {
			return
		}
		if got := fp.regexp().NumSubexp(); got != groups {
			t.Errorf("%s: %d groups, want %d", fp.pattern, groups, got)
		}
		if fp.regexp().MatchString(text) && !fp.mayMatch(fold(text)) {
			t.Errorf("%s matches %q, which does not contain %q and %q", fp.pattern, text, fp.prefix, fp.middle)
		}
	})
}
