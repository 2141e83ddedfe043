package cli

import (
	"bytes"
	"strings"
	"testing"
	"testing/iotest"

	"portkit/pkg/ndjson"
)

func TestLayout(t *testing.T) {
	for text, want := range map[string]error{
		"":                                      nil,
		"[":                                     nil, // may be torn
		"[\n":                                   ndjson.ErrArray,
		"[]\n":                                  ndjson.ErrArray,
		"\ufeff\r\n [ \r\n{\"host\":\"a\"}]":    ndjson.ErrArray,
		`[{"host":"a","port":1}]`:               ndjson.ErrArray,
		`["a","b"]`:                             ndjson.ErrArray,
		`[["a"]]`:                               ndjson.ErrArray,
		"# hosts\n\n[{":                         ndjson.ErrArray,
		"[2001:db8::1]:22\n":                    nil,
		"[::1]:22\n":                            nil,
		"# a [\nhost\n[\n":                      nil, // not at the beginning
		"{\n  \"host\": \"a\"\n}\n":             ndjson.ErrIndented,
		"{\"host\": \"a\",\r\n \"port\": 22}\n": ndjson.ErrIndented,
		"{\"host\": \"a\", \"ports\": [\n":      ndjson.ErrIndented,
		"{\"host\":\n":                          ndjson.ErrIndented,
		"{\"host\":\"a\",\"port\":22}\n{\n":     nil,
		"{\"host\":\"a\",\"po\n":                nil, // torn
		"{\"host\":\"a,\n":                      nil, // torn in a string
		"{\"host\":\"a\\\",\n":                  nil,
		"{\"host\":\"a\"\n":                     nil, // torn behind a value
		"{}\n":                                  nil,
		"192.0.2.1\n{\n":                        nil,
	} {
		if got := new(layout).check([]byte(text)); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
		var bytewise layout
		var got error
		for i := 0; i < len(text) && got == nil; i++ {
			got = bytewise.check([]byte(text[i : i+1]))
		}
		if got != want {
			t.Errorf("%q byte by byte: %v, want %v", text, got, want)
		}
	}
}

// TestOtherLayoutIsOneError checks that an input that is not NDJSON is one error,
// however many lines it has.
func TestOtherLayoutIsOneError(t *testing.T) {
	const name = "toy: standard input: "
	for text, said := range map[string]error{
		"[" + strings.Repeat("\n{\"host\":\"a\"},", 500) + "\n]\n": ndjson.ErrArray,
		strings.Repeat("{\n \"host\": \"a\"\n}\n", 500):            ndjson.ErrIndented,
	} {
		var out, err bytes.Buffer
		in := iotest.OneByteReader(strings.NewReader(text))
		status := Run(toyTool(Settle), IO{In: in, Out: &out, Err: &err})
		if status != 3 || err.String() != name+said.Error()+"\n" || strings.Contains(out.String(), "host") {
			t.Errorf("status %d, %q, %q", status, out.String(), err.String())
		}
	}
}
