package recog

import "testing"

func TestRequired(t *testing.T) {
	for _, c := range []struct{ pattern, flags, prefix, middle string }{
		{"^nginx$", "", "NGINX", ""},
		{"nginx", "", "", "NGINX"},
		{"^Apache/(\\d+) mod_perl", "", "APACHE/", " MOD_PERL"},
		{"^(Apache)/2", "", "APACHE", ""},
		{"^(?:(Apa)che)/2", "", "APA", ""},
		{"(?i)^nginx", "", "NGINX", ""},
		{"^nginx", "REG_ICASE", "NGINX", ""},
		{"^nginx", "REG_MULTILINE", "", "NGINX"}, // at the beginning of any line
		{"\\Anginx\\z", "", "NGINX", ""},
		{"(?:nginx)?x", "", "", "X"},
		{"(?:nginx)*", "", "", ""},
		{"(?:nginx)+", "", "", "NGINX"},
		{"(?:nginx){0,2}", "", "", ""},
		{"(?:nginx){2}", "", "", "NGINX"},
		{"^(?:nginx|apache)$", "", "", ""},
		{"^(?:nginx|nginy)", "", "NGIN", ""},
		{"[a-z]", "", "", ""},
		{"^$", "", "", ""},
		{"^", "", "", ""},
		{"", "", "", ""},
		{"größe", "", "", "GRÖßE"},
		{"(?i)\u017f\u212a", "", "", "SK"}, // long s and the Kelvin sign are equal to s and k
	} {
		var f fingerprint
		if _, err := f.setPattern(c.pattern, c.flags); err != nil {
			t.Error(err)
		}
		if f.prefix != c.prefix || f.middle != c.middle {
			t.Errorf("%s %s: %q, %q; want %q, %q", c.pattern, c.flags, f.prefix, f.middle, c.prefix, c.middle)
		}
	}
}

func TestFold(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "Az09_-": "AZ09_-", "\x00\x7f": "\x00\x7f", "é": "É", "\u017f\u212a": "SK", "a\xffz": "A\ufffdZ", "\xc3": "\ufffd",
	} {
		if got := fold(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestFlags(t *testing.T) {
	for flags, want := range map[string]string{
		"": "", "REG_ICASE": "(?i)", "IGNORECASE": "(?i)", "REG_DOT_NEWLINE": "(?s)", "REG_LINE_ANY_CRLF": "(?s)",
		"REG_MULTILINE": "(?sm)", "REG_DOT_NEWLINE,REG_ICASE": "(?si)", "REG_ICASE, REG_MULTILINE": "(?ism)",
	} {
		if got, err := inlineFlags(flags); got != want || err != nil {
			t.Errorf("%s: %q, %v", flags, got, err)
		}
	}
}
