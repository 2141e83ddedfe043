package ndjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

// decoded contains values, and how Append writes them after Decode.
var decoded = []struct{ in, want string }{
	{" null", "null"},
	{"true", "true"},
	{" -0 ", "-0"},
	{"0.10", "0.10"},
	{"[ 1e400, 0.9e99 ,-1E400, 123456789012345678901234567890 ]", "[1e400,0.9e99,-1E400,123456789012345678901234567890]"},
	{`[1, "a,]" ,[2,[ ]],{"b":[3]} , null ]`, `[1,"a,]",[2,[]],{"b":[3]},null]`},
	{`{ }`, "{}"},
	{"[\t]", "[]"},
	{`{"b":1,"a":[{"":{}}],"b":null}`, `{"b":1,"a":[{"":{}}],"b":null}`},
	{`{"\u0061\"":"\u0041\b\f\/é"}`, `{"a\"":"A\b\f/é"}`},
	{`"\ud83d\ude00"`, `"😀"`},
	{`"\ud800\ud83d\ude00\\ud800\ud800"`, `"` + "\ufffd😀\\\\ud800\ufffd" + `"`},
	{strings.Repeat("[", 9999) + strings.Repeat("]", 9999), strings.Repeat("[", 9999) + strings.Repeat("]", 9999)},
}

func TestDecodeAndAppend(t *testing.T) {
	for _, c := range decoded {
		if got := string(Append([]byte("x"), Decode([]byte(c.in)))); got != "x"+c.want {
			t.Errorf("%.80s: %.80s, want x%.80s", c.in, got, c.want)
		}
	}
}

func TestAppendLeavesOutEmptyMembers(t *testing.T) {
	var o, stats Object
	o.Add("host", "a\xff\x00<")
	o.Add("ip", "")
	o.AddRaw([]byte(`"owner" : "ops","":1e400`))
	o.AddRaw(nil)
	o.Add("stats", nil)
	o.Add("old", Raw("null"))
	o.Add("open", []uint16{80, 443})
	o.Add("closed", []uint16{})
	stats.Add("min", int64(0))
	o.Add("stats", stats)
	want := `{"host":"a` + "\ufffd" + `\u0000<","owner" : "ops","":1e400,"old":null,"open":[80,443],"closed":[],"stats":{"min":0}}`
	if got := string(Append(nil, o)); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// oracleTree returns what Decode should return, according to encoding/json.
func oracleTree(d *json.Decoder) any {
	token, err := d.Token()
	if err != nil && !errors.Is(err, io.EOF) {
		panic(err) // the value is valid
	}
	switch token {
	case json.Delim('{'):
		o := Object{}
		for d.More() {
			name, _ := d.Token()
			o = append(o, Member{name.(string), oracleTree(d)})
		}
		d.Token()
		return o
	case json.Delim('['):
		a := []any{}
		for d.More() {
			a = append(a, oracleTree(d))
		}
		d.Token()
		return a
	}
	return token
}

// FuzzDecode decodes and writes any valid value and compares with encoding/json.
func FuzzDecode(f *testing.F) {
	for _, c := range decoded[:len(decoded)-1] {
		f.Add([]byte(c.in))
	}
	for _, c := range valid {
		f.Add([]byte(c.in))
	}
	f.Fuzz(func(t *testing.T, value []byte) {
		if !json.Valid(value) || !utf8.Valid(value) {
			return
		}
		d := json.NewDecoder(bytes.NewReader(value))
		d.UseNumber()
		want, got := oracleTree(d), Decode(value)
		if !reflect.DeepEqual(got, want) {
			t.Errorf("Decode(%s) = %#v, want %#v", value, got, want)
		}
		text := Append(nil, got)
		if again := Decode(text); !json.Valid(text) || !utf8.Valid(text) || !reflect.DeepEqual(again, want) {
			t.Errorf("%s is written as %s", value, text)
		}
		if len(text) > 1000 {
			return // indentation grows with the square of the depth
		}
		var indented bytes.Buffer
		if json.Indent(&indented, text, "", "  "); !bytes.Equal(Indent(got), indented.Bytes()) {
			t.Errorf("%s is indented as %s, want %s", value, Indent(got), &indented)
		}
	})
}
