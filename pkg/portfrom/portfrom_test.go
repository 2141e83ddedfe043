package portfrom

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"portkit/pkg/cli"
)

// runTool runs the tool in this process.
func runTool(stdin string, args ...string) (status int, stdout, stderr string) {
	var out, errs bytes.Buffer
	status = cli.Run(Tool(), cli.IO{Args: args, In: strings.NewReader(stdin), Out: &out, Err: &errs})
	return status, out.String(), errs.String()
}

// scans are files in testdata/scans. Those of nmap 7.93, masscan 1.3.2, ZMap 2.1.1, naabu
// 2.3.3 and ZGrab2 1.0.0 are real, of hosts in a network namespace; states has the numbers of
// results by state, as counted in what the scanner wrote. The one of RustScan is written after the description of
// -g in its README.
var scans = []struct {
	name, format string
	port         string // --port
	states       string
	status       int
	said         string // part of the messages
}{
	{"nmap.gnmap", "nmap-grepable", "", "14 open, 16 filtered", 0, "80 results were left out"},
	{"nmap-6.gnmap", "nmap-grepable", "", "7 open, 5 filtered", 0, "43 results were left out"},
	{"nmap-udp.gnmap", "nmap-grepable", "", "2 open, 4 closed, 2 filtered, 2 open|filtered", 0, ""},
	{"nmap-ack.gnmap", "nmap-grepable", "", "8 filtered", 0, "47 results were left out"},
	{"nmap-verbose.gnmap", "nmap-grepable", "", "7 open, 40 closed, 8 filtered", 0, ""},
	{"nmap-version.gnmap", "nmap-grepable", "", "7 open, 1 closed, 1 filtered", 0, ""},
	{"nmap-sctp.gnmap", "nmap-grepable", "", "3 open, 1 closed, 1 filtered", 0, "1 result of another protocol"},
	{"nmap-protocols.gnmap", "nmap-grepable", "", "", 0, "4 results of other protocols"},
	{"nmap-killed.gnmap", "nmap-grepable", "", "2 open, 21 closed", 1, "line 3, byte 864: the file ends before nmap's line # Nmap done"},
	{"masscan.json", "masscan-json", "", "11 open, 2 closed", 0, ""},
	{"masscan-6.json", "masscan-json", "", "2 open, 1 closed", 0, ""},
	{"masscan-killed.json", "masscan-json", "", "26 closed", 1, "line 54, byte 3980: the file ends within this object"},
	{"masscan.ndjson", "masscan-ndjson", "", "6 open, 2 closed", 0, ""},
	{"masscan-killed.ndjson", "masscan-ndjson", "", "1 open, 27 closed", 1, "line 29, byte 4084: the last line is incomplete"},
	{"masscan.list", "masscan-list", "", "6 open, 2 closed", 0, ""},
	{"masscan.gnmap", "masscan-grepable", "", "4 open, 2 closed", 0, ""},
	{"masscan-killed.gnmap", "masscan-grepable", "", "2 open, 50 closed", 1, "line 55, byte 4087: the last line is incomplete"},
	{"masscan.xml", "nmap-xml", "", "7 open, 2 closed", 0, ""},
	{"masscan-killed.xml", "nmap-xml", "", "41 closed", 1, "the file ends before </nmaprun>"},
	{"zmap.csv", "zmap", "", "3 open", 0, ""},
	{"zmap-rst.csv", "zmap", "", "3 closed", 0, ""},
	{"zmap-two.csv", "zmap", "", "3 open", 0, ""},
	{"zmap-udp.csv", "zmap", "", "1 open", 0, ""},
	{"zmap.json", "zmap-json", "", "3 open", 0, "3 repeated replies were left out"},
	{"zmap-closed.json", "zmap-json", "161", "3 closed", 0, ""},
	{"zmap-closed.json", "zmap-json", "", "", 2, "the results have no port; add it with --port"},
	{"zmap-unreach.json", "zmap-json", "9102/udp", "3 filtered", 0, ""},
	{"zmap-echo.json", "zmap-json", "", "", 0, "3 results of other protocols"},
	{"naabu.json", "naabu-json", "", "4 open", 0, ""},
	{"naabu.txt", "naabu", "", "4 open", 0, ""},
	{"naabu-6.txt", "naabu", "", "4 open", 0, ""},
	{"rustscan.txt", "rustscan", "", "4 open", 0, ""},
	{"zgrab2.json", "zgrab2", "", "10 open, 1 closed, 4 filtered", 0, ""},
	{"zgrab2-multiple.json", "zgrab2", "", "2 open", 0, ""},
}

// TestScansAreRecognized converts each file, whose format must be recognized.
func TestScansAreRecognized(t *testing.T) {
	for _, s := range scans {
		args := []string{"-v", filepath.Join("testdata", "scans", s.name)}
		if s.port != "" {
			args = append(args, "--port", s.port)
		}
		status, out, said := runTool("", args...)
		if got := states(t, out); status != s.status || got != s.states || !strings.Contains(said, s.said) {
			t.Errorf("%s: status %d, %s, said %s", s.name, status, got, said)
		}
		if !strings.Contains(said, ": format "+s.format+", written by ") {
			t.Errorf("%s: said %s\nwant format %s", s.name, said, s.format)
		}
	}
}

// states returns the numbers of records by state, such as "2 open, 1 filtered".
func states(t *testing.T, records string) string {
	t.Helper()
	n := map[string]int{}
	for line := range strings.Lines(records) {
		var r struct{ State string }
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		n[r.State]++
	}
	var parts []string
	for _, state := range []string{"open", "closed", "filtered", "open|filtered", ""} {
		if n[state] > 0 {
			parts = append(parts, fmt.Sprint(n[state], " ", state))
		}
	}
	return strings.Join(parts, ", ")
}

// TestClassificationWinsOverPortFlag gives --port another protocol than the replies have.
func TestClassificationWinsOverPortFlag(t *testing.T) {
	_, out, _ := runTool(`{"saddr":"192.0.2.7","classification":"udp","success":1}`+"\n", "--port", "53/tcp")
	if !strings.Contains(out, `"port":53,"proto":"udp","state":"open","reason":"udp-response"`) {
		t.Error(out)
	}
}

// TestMasscanFormatsAgree converts one scan in several formats.
func TestMasscanFormatsAgree(t *testing.T) {
	want := []string{
		`"port":161,"proto":"udp","state":"closed","reason":"port-unreach","service":"snmp","method":"udp"`,
		`"port":2000,"proto":"tcp","state":"closed","reason":"reset","service":"cisco-sccp","method":"syn"`,
		`"banner":"220 (vsFTPd 3.0.3)\n530 Please login with USER and PASS.","source":"masscan","masscan":{"state":"open",`,
	}
	for _, name := range []string{"masscan.json", "masscan.ndjson", "masscan.list", "masscan.gnmap", "masscan.xml"} {
		_, out, _ := runTool("", filepath.Join("testdata", "scans", name))
		for _, w := range want {
			if !strings.Contains(out, w) {
				t.Errorf("%s: got\n%s\nwant %s", name, out, w)
			}
		}
	}
}

// TestTargetsAreReported converts what may be open ports as well as targets.
func TestTargetsAreReported(t *testing.T) {
	const note = "if these are targets, probe them with portprobe"
	for _, c := range []struct {
		text   string
		noted  bool
		format string
	}{
		{"192.0.2.7:80\nwww.example:80\n", true, "naabu"},
		{`{"ip":"192.0.2.7","port":80}` + "\n", true, "naabu-json"},
		{`{"host":"www.example","ip":"192.0.2.7","port":80}` + "\n", true, "naabu-json"},
		{"\n" + `{"ip":"192.0.2.7","port":80,"timestamp":"2026-01-31T12:00:00Z","protocol":"tcp","tls":false}` + "\n", false, "naabu-json"},
		{"192.0.2.7 -> [80]\n", false, "rustscan"},
	} {
		if status, out, said := runTool(c.text); status != 0 || out == "" || strings.Contains(said, note) != c.noted {
			t.Errorf("%q: status %d, wrote %q, said %s", c.text, status, out, said)
		}
		if status, out, said := runTool(c.text, "--format", c.format); status != 0 || out == "" || said != "" {
			t.Errorf("%q with --format %s: status %d, wrote %q, said %s", c.text, c.format, status, out, said)
		}
	}
}

// TestOtherFilesAreRefused converts files that look like results.
func TestOtherFilesAreRefused(t *testing.T) {
	unicorn, err := os.ReadFile("testdata/scans/masscan.unicorn")
	if err != nil {
		t.Fatal(err)
	}
	tar := "scan.xml" + strings.Repeat("\x00", 249) + "ustar\x0000"
	for text, want := range map[string]string{
		`{"host":"192.0.2.7","ip":"192.0.2.7","port":22,"proto":"tcp","state":"open"}` + "\n":       "result records of portkit",
		`{"host":"192.0.2.7","ip":"192.0.2.7","port":22,"proto":"tcp"}` + "\n":                      "endpoint records of portkit; probe them",
		`{"kind":"summary","host":"192.0.2.7"}` + "\n":                                              "summary records of portkit",
		`{"ip":"192.0.2.7"}` + "\n":                                                                 "JSON of no known scanner",
		`[{"ip":"192.0.2.7","port":22}]` + "\n":                                                     "JSON of no known scanner",
		`{"host":"192.0.2.7","port":22}` + "\n":                                                     "if these are targets, probe them with portprobe",
		`{"ip":"192.0.2.7","port":22,"owner":"web"}` + "\n":                                         "if these are targets, probe them with portprobe",
		`{"ip":"192.0.2.7","port":22,"timestamp":"x","owner":"web"}` + "\n":                         "JSON of no known scanner",
		`{"ip":3221225991,"ip_str":"192.0.2.7","port":22,"data":"SSH-2.0-x"}` + "\n":                "JSON of no known scanner",
		`{"timestamp":"x","host":"192.0.2.7","port":"443","tls":{}}` + "\n":                         "JSON of no known scanner",
		"host,owner\n192.0.2.7,web\n":                                                               `text of no known scanner, beginning with "host,owner"`,
		"host,ip,port,protocol,tls,cdn\n":                                                           "the CSV of naabu; use its JSON",
		"192.0.2.7\nwww.example\n":                                                                  "addresses without ports; if they are from zmap, add --format zmap",
		"Open 192.0.2.7:22\nOpen 192.0.2.7:80\n":                                                    "the default output of RustScan; use its lists, from rustscan -g",
		".----. .-.\n\n[~] The config file is expected\nOpen \x1b[38;5;5m[2001:db8::7]:22\x1b[0m\n": "the default output of RustScan; use",
		"www.example\n":                        "text of no known scanner",
		"<!DOCTYPE html>\n<html>nmap</html>\n": "a page of HTML",
		"<?xml version=\"1.0\"?>\n<rss/>\n":    "XML of no known scanner",
		"masscan/1.1\ns:1796006728\n\x00\x00":  "masscan --readscan FILE -oJ -",
		string(unicorn):                        "the output of masscan -oU; use one of -oJ",
		"\x00\x01\x02":                         "binary data",
		"\xff\xfe<\x00?\x00x\x00m\x00l\x00":    "UTF-16 text; convert it with: iconv -f UTF-16 -t UTF-8",
		"\xfd7zXZ\x00\x00\x04":                 "compressed by xz; decompress it with: xz -dc FILE",
		"BZh91AY&SY":                           "compressed by bzip2; decompress it with: bzip2 -dc FILE",
		"PK\x03\x04\x14\x00":                   "a zip archive; extract its files",
		tar:                                    "a tar archive; extract its files",
		"# Nmap 7.93 scan initiated Mon Nov 30 02:39:13 2026 as: nmap\nNmap scan report for 192.0.2.7\n": "the normal output of nmap",
	} {
		if status, out, said := runTool(text); status != 3 || out != "" || !strings.Contains(said, want) {
			t.Errorf("%.40q: status %d, wrote %q, said %s\nwant %s", text, status, out, said, want)
		}
	}
}
