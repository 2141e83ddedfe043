package portdiff

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"portkit/pkg/endpoint"
	"portkit/pkg/ndjson"
	"portkit/pkg/record"
)

// FuzzTool runs the tool on any two texts, as two scans and as a scan and its
// expectations. The exit status must match the output, trouble must have a
// message, the output must be change records, and the page must not contain
// elements from a text.
func FuzzTool(f *testing.F) {
	f.Add(`{"ip":"192.0.2.1","port":22,"state":"open"}`, `{"kind":"summary","host":"<b>","ip":"192.0.2.1","closed":"20-30"}`)
	f.Add("192.0.2.0/30 22,53/udp # who\nwww.example ssh\n", "{\"host\":\"www.example\",\"port\":1,\"state\":\"error\",\"error\":\"<script>\"}\nx")
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, old, new string) {
		name := filepath.Join(dir, "old")
		if err := os.WriteFile(name, []byte(old), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, args := range [][]string{{"--all", name, "-"}, {"--by-ip", name, "-"}, {"--expect", name}} {
			status, out, said := run(new, args...)
			if status < 0 || status > 2 || status == 2 && said == "" {
				t.Errorf("%q: status %d, said %q", args, status, said)
			}
			different := false
			var d record.Decoder
			var c record.Change
			for line := range strings.Lines(out) {
				if err := d.Change(ndjson.Line{No: 1, Text: []byte(strings.TrimSuffix(line, "\n"))}, &c); err != nil {
					t.Errorf("%q: %s%v", args, line, err)
				}
				different = different || c.Change != endpoint.ChangeUnknown || args[0] == "--expect"
			}
			if status < 2 && different != (status == 1) {
				t.Errorf("%q: status %d with\n%s", args, status, out)
			}
			_, page, _ := run(new, append(args, "-o", "html")...)
			if strings.Contains(page, "<script") || strings.Contains(page, "<b>") {
				t.Errorf("%q: the page has an element of the text's", args)
			}
		}
	})
}
