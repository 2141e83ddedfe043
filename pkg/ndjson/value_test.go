package ndjson

import (
	"encoding/json"
	"math/big"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestInt(t *testing.T) {
	for _, c := range []struct {
		value string
		want  int64
		err   string
	}{
		{"80", 80, ""},
		{"0", 0, ""},
		{"-0", 0, ""},
		{"80.0", 80, ""},
		{"8e1", 80, ""},
		{"800E-1", 80, ""},
		{"0.08e+3", 80, ""},
		{"0e99999999999999999999", 0, ""},
		{"0.0e-99999999999999999999", 0, ""},
		{"-9223372036854775808", -1 << 63, ""},
		{"9223372036854775807", 1<<63 - 1, ""},
		{"999999999999999999", 999999999999999999, ""},
		{"9223372036854775808", 0, "9223372036854775808 does not fit 64 bits"},
		{"1e400", 0, "1e400 does not fit 64 bits"},
		{"1e99999999999999999999", 0, "1e99999999999999999999 does not fit 64 bits"},
		{"1e-99999999999999999999", 0, "1e-99999999999999999999 is not an integer"},
		{"80.5", 0, "80.5 is not an integer"},
		{"80.00000000000000000000001", 0, "80.00000000000000000000001 is not an integer"},
		{`"80"`, 0, `"80" is a string, not an integer`},
		{"null", 0, "null is not an integer"},
		{"true", 0, "true is not an integer"},
		{"[1]", 0, "[1] is an array, not an integer"},
		{`{"a":1}`, 0, `{"a":1} is an object, not an integer`},
		{`"` + strings.Repeat("é", 100) + `"`, 0, `"` + strings.Repeat("é", 31) + `… is a string, not an integer`},
	} {
		n, err := Int([]byte(c.value))
		if n != c.want || errText(err) != c.err {
			t.Errorf("Int(%s) = %d, %v, want %d, %s", c.value, n, err, c.want, c.err)
		}
	}
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestFloat(t *testing.T) {
	for _, c := range []struct {
		value string
		want  float64
		err   string
	}{
		{"1500", 1500, ""},
		{"-0.5", -0.5, ""},
		{"1e400", 0, "1e400 does not fit a number of 64 bits"},
		{"1e3", 1000, ""},
		{`"1"`, 0, `"1" is a string, not a number`},
		{"null", 0, "null is not a number"},
		{"0.1234567890123456789", 0.1234567890123456789, ""},
	} {
		f, err := Float([]byte(c.value))
		if f != c.want || errText(err) != c.err {
			t.Errorf("Float(%s) = %v, %v, want %v, %s", c.value, f, err, c.want, c.err)
		}
	}
}

func TestText(t *testing.T) {
	for _, c := range []struct{ value, want, err string }{
		{`""`, "", ""},
		{`"plain é"`, "plain é", ""},
		{`"\"\\\/\b\f\n\r\t\u0041\u00e9"`, "\"\\/\b\f\n\r\tAé", ""},
		{`"\ud83d\ude00"`, "😀", ""},
		{`"\ud800"`, "\ufffd", ""},
		{`"\ud800x\udc00\ud800\u0041"`, "\ufffdx\ufffd\ufffdA", ""},
		{`"\ud800\ud83d\ude00"`, "\ufffd😀", ""}, // json-iterator: three U+FFFD
		{"80", "", "80 is not a string"},
		{"null", "", "null is not a string"},
		{`["a"]`, "", `["a"] is an array, not a string`},
	} {
		got, err := Text([]byte(c.value), nil)
		if string(got) != c.want || errText(err) != c.err {
			t.Errorf("Text(%s) = %q, %v, want %q, %s", c.value, got, err, c.want, c.err)
		}
	}
}

func TestAppendString(t *testing.T) {
	for in, want := range map[string]string{
		"":                         `""`,
		"a plain text of some":     `"a plain text of some"`,
		"é 😀 \u2028 \x7f <&>":      `"é 😀 ` + "\u2028 \x7f" + ` <&>"`,
		"\"\\\b\f\n\r\t/":          `"\"\\\b\f\n\r\t/"`,
		"\x00\x1f\x1b[31m":         `"\u0000\u001f\u001b[31m"`,
		"12345678\"12345678":       `"12345678\"12345678"`,
		"a\xffb\xc3":               `"a` + "\ufffd" + `b` + "\ufffd" + `"`,
		"\xed\xa0\x80 (surrogate)": `"` + "\ufffd\ufffd\ufffd" + ` (surrogate)"`,
	} {
		if got := string(AppendString([]byte("x"), in)); got != "x"+want {
			t.Errorf("%q: %s, want x%s", in, got, want)
		}
		if got := string(AppendString(nil, []byte(in))); got != want {
			t.Errorf("bytes %q: %s, want %s", in, got, want)
		}
	}
}

func TestExcerpt(t *testing.T) {
	for _, c := range []struct {
		in   string
		n    int
		want string
	}{
		{"abc", 3, "abc"},
		{"abcd", 3, "abc"},
		{"aéé", 4, "aé"},
		{"a\xff\xfe", 4, "a\ufffd"},
		{"😀", 3, ""},
		{"a\xf0\x9f\x98\x80", 5, "a😀"},
	} {
		if got := Excerpt([]byte(c.in), c.n); got != c.want {
			t.Errorf("Excerpt(%q, %d) = %q, want %q", c.in, c.n, got, c.want)
		}
	}
}

func TestValuesAllocateNothing(t *testing.T) {
	buf := make([]byte, 0, 64)
	for name, f := range map[string]func(){
		"Int":            func() { Int([]byte("443")) },
		"Text":           func() { Text([]byte(`"plain"`), buf) },
		"escaped Text":   func() { Text([]byte(`"\u0041"`), buf) },
		"AppendString":   func() { AppendString(buf, "plain") },
		"escaped String": func() { AppendString(buf, []byte("a\x00é\xff")) },
	} {
		if n := testing.AllocsPerRun(100, f); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

// FuzzValue decodes any valid string or number and compares with encoding/json,
// math/big and strconv.
func FuzzValue(f *testing.F) {
	for _, s := range []string{"80", "-0", "8e1", "80.50", "1e400", "5e-324", "0.1e+17", `"a\u0041\ud83d\ude00\ud800"`, `[1,"x",[],{}]`, "null", "123456789012345678.9"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, value []byte) {
		if !json.Valid(value) || !utf8.Valid(value) || space(value, 0) > 0 || space(value, len(value)-1) < len(value)-1 {
			return
		}
		value = value[:len(strings.TrimRight(string(value), " \t\r\n"))]
		var v any
		switch kind(value) {
		case "a string":
			got, err := Text(value, nil)
			json.Unmarshal(value, &v)
			if string(got) != v || err != nil {
				t.Errorf("Text(%s) = %q, %v, want %q", value, got, err, v)
			}
		case "a number":
			checkNumber(t, value)
		}
	})
}

func checkNumber(t *testing.T, value []byte) {
	want, wantErr := strconv.ParseFloat(string(value), 64)
	got, err := Float(value)
	if (err == nil) != (wantErr == nil) || err == nil && got != want {
		t.Errorf("Float(%s) = %v, %v, want %v, %v", value, got, err, want, wantErr)
	}
	if want > 1e30 || want < -1e30 || len(value) > 40 || want != 0 && want < 1e-30 && want > -1e-30 {
		return // too much for big.Rat to write out
	}
	exact, ok := new(big.Rat).SetString(string(value))
	if !ok {
		return // an exponent that big.Rat does not take
	}
	n, err := Int(value)
	if fits := exact.IsInt() && exact.Num().IsInt64(); fits != (err == nil) || fits && n != exact.Num().Int64() {
		t.Errorf("Int(%s) = %d, %v, want %v", value, n, err, exact)
	}
}

func FuzzAppendString(f *testing.F) {
	for _, s := range []string{"", "plain", "\x00\"\\\xff\u2028é", "1234567\x1f"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		text := AppendString(nil, s)
		var got string
		if err := json.Unmarshal(text, &got); err != nil || got != string([]rune(s)) || !utf8.Valid(text) {
			t.Errorf("%q is written as %s, which reads as %q, %v", s, text, got, err)
		}
		if back, err := Text(text, nil); string(back) != got || err != nil {
			t.Errorf("Text reads %s as %q, %v", text, back, err)
		}
	})
}
