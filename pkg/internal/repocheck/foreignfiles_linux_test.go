package repocheck

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"portkit/pkg/scanfile"
)

// foreignReaders are the tools that read records, with flags with which nothing is sent, and
// the status for an input that cannot be read.
var foreignReaders = []struct {
	line   string
	status int
}{
	{"portprobe --simulate rtt=1ms", 3},
	{"portid --deny 0.0.0.0/0,::/0", 3},
	{"portsum", 3},
	{"portdiff -", 2},
	{"portgen -p 1 -i", 3},
}

// readable are the files that a tool reads: their lines are endpoints or targets.
var readable = map[string][]string{
	"masscan-killed.ndjson": {"portprobe", "portid", "portgen"},
	"masscan.ndjson":        {"portprobe", "portid", "portgen"},
	"naabu.json":            {"portprobe", "portid", "portgen"},
	"naabu.txt":             {"portprobe", "portid", "portgen", "portsum", "portdiff"},
	"naabu-6.txt":           {"portprobe", "portid", "portgen", "portsum", "portdiff"},
	"zmap.txt":              {"portprobe", "portid", "portgen", "portsum", "portdiff"},
	"zgrab2.json":           {"portgen"},
	"zgrab2-multiple.json":  {"portgen"},
	"zmap-closed.json":      {"portgen"},
	"zmap-echo.json":        {"portgen"},
	"zmap-unreach.json":     {"portgen"},
	"zmap.json":             {"portgen"},
	"masscan-6.json":        {"portgen"},
	"masscan-killed.json":   {"portgen"},
	"masscan.json":          {"portgen"},
}

// TestResultsOfOtherScannersAreRefused gives each tool the files of other scanners: it prints one
// message, which names portfrom, and no record.
func TestResultsOfOtherScannersAreRefused(t *testing.T) {
	var files []string
	for _, pattern := range []string{"pkg/portfrom/testdata/scans/*", "pkg/scanfile/nmap/testdata/*.xml"} {
		found, err := filepath.Glob(file(pattern))
		if err != nil || len(found) < 10 {
			t.Fatalf("%s: %d files, %v", pattern, len(found), err)
		}
		files = append(files, found...)
	}
	for _, name := range files {
		for _, tool := range foreignReaders {
			words := append(strings.Fields(tool.line), name)
			read := false
			for _, t := range readable[filepath.Base(name)] {
				read = read || t == words[0]
			}
			status, out, messages := runTool(t, words, "")
			refused := status == tool.status && out == "" && strings.Count(messages, "\n") == 1 &&
				strings.Contains(messages, ": results of another scanner; convert them with: portfrom "+name)
			if refused == read {
				t.Errorf("%q: status %d, %d bytes of output\n%.300s", words, status, len(out), messages)
			}
		}
	}
}

// TestOwnInputIsNotForeign gives the tools inputs that resemble those of other scanners.
func TestOwnInputIsNotForeign(t *testing.T) {
	const state = `"state":"open","reason":"syn-ack","attempts":1,"method":"connect","time":"2026-01-02T03:04:05.000Z"`
	name := filepath.Join(t.TempDir(), "input")
	for _, in := range []string{
		"# Nmap shall not scan these\n192.0.2.1:22\n",
		"[2001:db8::1]:22\n",
		`{"ip":"192.0.2.1","data":{"protocol":"x"},"port":22,` + state + "}\n",
		`{"ip":"192.0.2.1","timestamp":1,"port":22,` + state + "}\n",
		`{"saddr":"10.0.0.1","ip":"192.0.2.1","port":22,` + state + "}\n",
		`{"kind":"summary","data":{"a":1},"host":"192.0.2.1","ip":"192.0.2.1","proto":"tcp","counts":{}}` + "\n",
	} {
		if err := os.WriteFile(name, []byte(in), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, tool := range foreignReaders {
			words := append(strings.Fields(tool.line), name)
			if _, _, messages := runTool(t, words, ""); strings.Contains(messages, "another scanner") {
				t.Errorf("%q, %s: %s", words, in, messages)
			}
		}
	}
	half := []byte(`{"saddr":"10.0.0.1","timestamp":1,"ports":1`)
	if scanfile.IsForeign(half) || scanfile.IsForeignResults(half) {
		t.Errorf("%s: the rest of the line may make it a record", half)
	}
	if _, _, messages := runTool(t, []string{"portsum"}, "\ufeff<?xml version=\"1.0\"?>\n"); messages != "portsum: standard input: results of another scanner; convert them with portfrom\n" {
		t.Errorf("from standard input: %s", messages)
	}
}
