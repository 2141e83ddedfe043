package portfrom

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"portkit/pkg/ndjson"
	"portkit/pkg/record"
)

// FuzzPortfrom feeds arbitrary files to the tool in each format. Every record is accepted as
// a result or, without a state, as an endpoint.
func FuzzPortfrom(f *testing.F) {
	names := strings.Split(formatNames(), ",")
	for _, s := range scans {
		text, err := os.ReadFile(filepath.Join("testdata", "scans", s.name))
		if err != nil {
			f.Fatal(err)
		}
		for i, name := range names {
			if name == s.format {
				f.Add(text[:min(len(text), 4000)], uint8(i))
			}
		}
		f.Add(text[:min(len(text), 4000)], uint8(0))
	}
	for _, doc := range []string{
		`<nmaprun><scaninfo type="syn" protocol="tcp" services="0-300"/><host><address addr="::1" addrtype="ipv6"/><ports><extraports state="closed" count="301"/></ports></host>`,
		`<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;">]><nmaprun>&lol2;</nmaprun>`,
		"<nmaprun>" + strings.Repeat("<a>", 100), "<nmaprun><host \xff\xfe=\"\x00\">", "\x1f\x8b\x08", "\x28\xb5\x2f\xfd\x00",
	} {
		f.Add([]byte(doc), uint8(1))
	}
	f.Fuzz(func(t *testing.T, in []byte, format uint8) {
		args := []string{"--port", "53", "--format", names[int(format)%len(names)]}
		status, out, said := runTool(string(in), args...)
		if status != 0 && status != 1 && status != 3 {
			t.Fatalf("status %d, said %s", status, said)
		}
		if status != 0 && said == "" || !utf8.ValidString(out) {
			t.Fatalf("status %d, said %q, wrote %.200q", status, said, out)
		}
		var d record.Decoder
		var r record.Result
		var i record.Input
		lines := ndjson.NewReader(bytes.NewReader([]byte(out)))
		for l, err := lines.Next(); err == nil; l, err = lines.Next() {
			err := d.Result(l, &r)
			if err != nil {
				err = d.Input(l, &i)
			}
			if err != nil || r.Unusable != nil {
				t.Fatalf("%s: %v, %v", l.Text, err, r.Unusable)
			}
		}
	})
}
