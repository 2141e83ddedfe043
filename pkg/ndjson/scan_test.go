package ndjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode/utf8"
)

func nest(n int) string {
	return `{"a":` + strings.Repeat("[", n) + strings.Repeat("]", n) + `}`
}

// valid contains objects, and their decoded names and raw values.
var valid = []struct{ in, want string }{
	{`{}`, ""},
	{" \t\r\n{ \t\r\n} \t\r\n", ""},
	{`{"a":1}`, `a=1`},
	{` { "a" : 1 , "b" : "x" } `, `a=1 b="x"`},
	{`{"a":1,"a":2}`, `a=1 a=2`},
	{`{"":""}`, `=""`},
	{`{"po\u0072t":80,"\"\\\/\b\f\n\r\t":1}`, "port=80 \"\\/\b\f\n\r\t=1"},
	{`{"\ud83d\ude00\ud800":1}`, "😀\ufffd=1"},
	{`{"a":"\ud800"}`, `a="\ud800"`},
	{`{"a":[true,false,null,{},[],{"b":[{"c":{}}]}]}`, `a=[true,false,null,{},[],{"b":[{"c":{}}]}]`},
	{`{"a":[ 1 , { "b" : [ ] , "c" : 2 } ]}`, `a=[ 1 , { "b" : [ ] , "c" : 2 } ]`},
	{`{"a":-0,"b":1e400,"c":0.10,"d":-1.5E+07,"e":0e-0}`, `a=-0 b=1e400 c=0.10 d=-1.5E+07 e=0e-0`},
	{`{"équipe":"réseau 😀","x":"` + "\u2028\x7f" + `"}`, `équipe="réseau 😀" x="` + "\u2028\x7f" + `"`},
	{nest(63), "a=" + nest(63)[5:131]},
	{nest(64), "a=" + nest(64)[5:133]},
	{nest(9999), "a=" + nest(9999)[5:20003]},
}

// invalid contains texts that are not an object, with the position and the reason.
var invalid = []struct {
	in   string
	at   int
	want string
}{
	{"", 0, "an object begins with {"},
	{"null", 0, "an object begins with {"},
	{"[1]", 0, "an object begins with {"},
	{"{", 1, "a name in quotes"},
	{`{"a`, 3, "not closed"},
	{`{"a"`, 4, "a : must follow"},
	{`{"a" 1}`, 5, "a : must follow"},
	{`{"a":`, 5, "a value is missing"},
	{`{"a":}`, 5, "a value cannot begin"},
	{`{"a":1`, 6, "the object is not closed"},
	{`{"a":1,}`, 7, "a name in quotes"},
	{`{,"a":1}`, 1, "a name in quotes"},
	{`{a:1}`, 1, "a name in quotes"},
	{`{null:1}`, 1, "a name in quotes"},
	{`{"a":1 "b":2}`, 7, "a , or } must follow"},
	{`{"a":1]`, 6, "a , or } must follow"},
	{`{"a":1}x`, 7, "more text after"},
	{`{}{}`, 2, "more text after"},
	{`{} ,`, 3, "more text after"},
	{`{"a":nul}`, 5, "a value cannot begin"},
	{`{"a":True}`, 5, "a value cannot begin"},
	{`{"a":NaN}`, 5, "a value cannot begin"},
	{`{"a":'x'}`, 5, "a value cannot begin"},
	{`{"a":+1}`, 5, "a value cannot begin"},
	{`{"a":.5}`, 5, "a value cannot begin"},
	{`{"a":-}`, 6, "a digit is missing"},
	{`{"a":-x}`, 6, "a digit is missing"},
	{`{"a":01}`, 5, "may not begin with 0"},
	{`{"a":-00}`, 6, "may not begin with 0"},
	{`{"a":1.}`, 7, "after the point"},
	{`{"a":1.e1}`, 7, "after the point"},
	{`{"a":1e}`, 7, "in the exponent"},
	{`{"a":1e+}`, 8, "in the exponent"},
	{`{"a":0x10}`, 6, "a , or } must follow"},
	{"{\"a\":\"\x00\"}", 6, `\u0000`},
	{"{\"a\":\"tab\there\"}", 9, `\u0009`},
	{"{\"a\nb\":1}", 3, `\u000a`},
	{`{"a":"\x"}`, 7, "no such escape"},
	{`{"a":"\u12g4"}`, 7, "four hexadecimal"},
	{`{"a":"\u123"}`, 7, "four hexadecimal"},
	{`{"a":"\`, 7, "not closed"},
	{`{"a":"\"}`, 9, "not closed"},
	{"{\"a\":\"ok \xff\"}", 9, "invalid UTF-8"},
	{"{\"a\xc3\":1}", 3, "invalid UTF-8"},
	{"{\"a\":\"\xed\xa0\x80\"}", 6, "invalid UTF-8"},
	{"{\"a\":\xff}", 5, "a value cannot begin"},
	{"\xef\xbb\xbf{}", 0, "an object begins with {"},
	{`{"a":[1,]}`, 8, "a value cannot begin"},
	{`{"a":[1 2]}`, 8, "a , or ] must follow"},
	{`{"a":[1}`, 7, "a , or ] must follow"},
	{`{"a":{"b":1]}`, 11, "a , or } must follow"},
	{`{"a":{"b"}}`, 9, "a : must follow"},
	{`{"a":{1:2}}`, 6, "a name in quotes"},
	{`{"a":[`, 6, "a value is missing"},
	{`{"a":[1`, 7, "a , or ] must follow"},
	{nest(10000), 10004, "nested more than 10000 deep"},
	{strings.Repeat(`{"a":`, 100000), 50000, "nested more than 10000 deep"},
}

func TestScanAcceptsObjects(t *testing.T) {
	for _, c := range valid {
		fields, err := Scan([]byte(c.in), nil)
		var got []string
		for _, f := range fields {
			got = append(got, fmt.Sprintf("%s=%s", f.Key, f.Value))
		}
		if s := strings.Join(got, " "); err != nil || s != c.want {
			t.Errorf("%.80s: %.80s, %v, want %.80s", c.in, s, err, c.want)
		}
	}
}

func TestScanRejectsEverythingElse(t *testing.T) {
	for _, c := range invalid {
		_, err := Scan([]byte(c.in), nil)
		var wrong *SyntaxError
		if !errors.As(err, &wrong) || wrong.Offset != c.at || !strings.Contains(wrong.Msg, c.want) {
			t.Errorf("%.80q: %#v, want %q at %d", c.in, err, c.want, c.at)
		}
	}
}

func TestSyntaxErrorCountsFromOne(t *testing.T) {
	_, err := Scan([]byte(`{"a":1,}`), nil)
	if want := "not valid JSON at byte 8: a name in quotes must come here"; fmt.Sprint(err) != want {
		t.Errorf("%v, want %s", err, want)
	}
}

func TestRawIsAsWritten(t *testing.T) {
	line := []byte(`{ "a" : [ 1 ] ,"b":{"c": 0.10}  , "\u0061" :"x"}`)
	fields, err := Scan(line, make([]Field, 0, 1))
	if got, want := fmt.Sprintf("%s", fields), `[{"a" : [ 1 ] a [ 1 ]} {"b":{"c": 0.10} b {"c": 0.10}} {"\u0061" :"x" a "x"}]`; got != want || err != nil {
		t.Errorf("%s, %v, want %s", got, err, want)
	}
}

func TestScanAllocatesNothing(t *testing.T) {
	for _, line := range scanLines {
		text, fields := []byte(line.text), make([]Field, 0, 32)
		if n := testing.AllocsPerRun(100, func() { fields, _ = Scan(text, fields) }); n != 0 {
			t.Errorf("%s: %v allocations", line.name, n)
		}
	}
}

// oracle returns the fields of a line according to encoding/json; ok is false if it
// is not an object in valid UTF-8.
func oracle(line []byte) (fields []string, ok bool) {
	text := bytes.TrimLeft(line, " \t\r\n")
	if !json.Valid(line) || !utf8.Valid(line) || text[0] != '{' {
		return nil, false
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.Token()
	for d.More() {
		key, err := d.Token()
		var value json.RawMessage
		if err == nil {
			err = d.Decode(&value)
		}
		if err != nil && err != io.EOF {
			panic(err) // Valid said that it can be read
		}
		fields = append(fields, fmt.Sprintf("%s=%s", key, value))
	}
	return fields, true
}

func FuzzScan(f *testing.F) {
	for _, c := range valid {
		f.Add([]byte(c.in))
	}
	for _, c := range invalid {
		f.Add([]byte(c.in))
	}
	for _, c := range scanLines {
		f.Add([]byte(c.text))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		want, ok := oracle(line)
		fields, err := Scan(line, nil)
		if (err == nil) != ok {
			t.Fatalf("Scan says %v, encoding/json %v", err, ok)
		}
		var got []string
		for _, f := range fields {
			got = append(got, fmt.Sprintf("%s=%s", f.Key, f.Value))
			if !bytes.HasPrefix(f.Raw, []byte{'"'}) || !bytes.HasSuffix(f.Raw, f.Value) {
				t.Errorf("raw %q does not go from its key to its value %q", f.Raw, f.Value)
			}
		}
		if ok && fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
			t.Errorf("%q, want %q", got, want)
		}
	})
}

var scanLines = []struct{ name, text string }{
	{"endpoint", `{"host":"192.0.2.17","ip":"192.0.2.17","port":443,"proto":"tcp"}`},
	{"result", `{"host":"192.0.2.17","ip":"192.0.2.17","port":443,"proto":"tcp","state":"open","reason":"syn-ack","service":"https","rtt_ms":12.345,"attempts":1,"method":"connect","time":"2026-01-02T03:04:05.678Z"}`},
	{"unknown", `{"host":"192.0.2.17","ip":"192.0.2.17","port":443,"proto":"tcp","owner":"équipe réseau","ticket":1e400,"rack":{"row":[1,2,{"a":null}],"u":42},"tags":["a","b"]}`},
}

func BenchmarkScan(b *testing.B) {
	for _, line := range scanLines {
		b.Run(line.name, func(b *testing.B) {
			b.ReportAllocs()
			var fields []Field
			text := []byte(line.text)
			for b.Loop() {
				fields, _ = Scan(text, fields)
			}
		})
	}
}
