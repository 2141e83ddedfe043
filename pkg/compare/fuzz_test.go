package compare

import (
	"bytes"
	"strings"
	"testing"

	"portkit/pkg/ndjson"
	"portkit/pkg/record"
)

// FuzzCompare compares any two texts. All ways to compare them must write the
// same. Each line must be a change record with the user's fields that is not too
// long. A text compared with itself has no changes.
func FuzzCompare(f *testing.F) {
	f.Add([]byte(`{"ip":"10.0.0.1","port":1,"state":"open"}`), []byte(`{"ip":"10.0.0.1","port":1,"state":"closed","owner":"o"}`))
	f.Add([]byte(`{"kind":"summary","ip":"10.0.0.1","open":[1],"closed":"2-9"}`), []byte("{\"host\":\"a\",\"port\":1,\"proto\":\"udp\",\"state\":\"open|filtered\"}\n\n{\"target\":\"b\",\"port\":2,\"state\":\"open\",\"new\":1}"))
	f.Add([]byte("\xef\xbb\xbf{\"ip\":\"fe80::1%a\",\"port\":1,\"state\":\"open\"}\r\nx"), []byte(`{"state":"error"}`))
	f.Fuzz(func(t *testing.T, old, new []byte) {
		for _, o := range []Options{{All: true}, {ByIP: true}} {
			out := compared(t, string(old), string(new), o)
			if sorted, _ := forced(t, string(old), string(new), Options{All: o.All, ByIP: o.ByIP, Memory: 100}, true); sorted != out {
				t.Errorf("one way\n%s\nthe other\n%s", out, sorted)
			}
			holds(t, out, new)
		}
		if out := compared(t, string(new), string(new), Options{All: true}); out != "" {
			t.Errorf("different from itself: %s", out)
		}
	})
}

// holds checks change records.
func holds(t *testing.T, out string, new []byte) {
	var d record.Decoder
	var c record.Change
	for line := range strings.Lines(out) {
		l := ndjson.Line{No: 1, Text: []byte(strings.TrimSuffix(line, "\n"))}
		if err := d.Change(l, &c); err != nil || len(c.Host) == 0 || c.Port == 0 {
			t.Errorf("%s%v, %+v", line, err, c)
		}
		if len(line) > 2*len(new)+1<<10 {
			t.Errorf("%d bytes of a text of %d", len(line), len(new))
		}
		fields, err := ndjson.Scan(l.Text, nil)
		if err != nil {
			t.Errorf("%s%v", line, err)
		}
		for _, own := range fields {
			if string(own.Key) == "owner" && !bytes.Contains(new, own.Raw) {
				t.Errorf("%s is not in the text", own.Raw)
			}
		}
	}
}
