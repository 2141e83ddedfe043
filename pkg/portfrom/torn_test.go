package portfrom

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestTornFilesGiveWholeRecords cuts each file at many bytes.
func TestTornFilesGiveWholeRecords(t *testing.T) {
	const step = 89 // a prime, so that the cuts differ from line to line
	for _, s := range scans {
		if s.name == "zmap-closed.json" && s.port == "" || s.format == "nmap-xml" {
			continue
		}
		text, err := os.ReadFile(filepath.Join("testdata", "scans", s.name))
		if err != nil {
			t.Fatal(err)
		}
		args := []string{"--format", s.format}
		if s.port != "" {
			args = append(args, "--port", s.port)
		}
		_, whole, _ := runTool(string(text), args...)
		for n := step; n < len(text); n += step {
			status, out, said := runTool(string(text[:n]), args...)
			if !strings.HasPrefix(whole, out) || status > 1 {
				t.Errorf("%s: status %d after %d bytes, said %s, wrote\n%s", s.name, status, n, said, out)
			}
			if end := text[n-1]; status == 0 && !strings.ContainsRune("\n}]", rune(end)) {
				t.Errorf("%s: no error although it ends after %d bytes with %q", s.name, n, text[max(0, n-20):n])
			}
		}
	}
}
