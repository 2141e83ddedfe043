package portid

import (
	"bytes"
	"context"
	"encoding/json"
	"net/netip"
	"strings"
	"testing"
	"unicode/utf8"

	"portkit/pkg/cli"
	"portkit/pkg/endpoint"
	"portkit/pkg/identify"
)

// hostile identifies without a network, by the number of the port, and fills the finding
// with bytes that a service chose.
type hostile struct{ text []byte }

func (h hostile) HostConcurrency(_ netip.Addr, n int) int { return n }

func (h hostile) Stop() {}

func (h hostile) Identify(_ context.Context, t identify.Target) (o identify.Outcome, err error) {
	o = identify.Outcome{Connected: true}
	o.Evidence, o.Banner = "unrecognized", h.text
	if t.Addr.Port()%2 == 0 {
		text := string(h.text)
		o.App, o.Evidence, o.Product, o.Version, o.OS = "http", "http", text, text, text
		o.CPE = []string{text}
		o.HTTP = &endpoint.HTTP{Status: 200, Server: text, Title: text, Location: text}
		o.SSH = &endpoint.SSH{Banner: text, Keys: []endpoint.SSHKey{{Type: text, SHA256: text}}}
		o.TLS = &endpoint.TLS{Subject: text, Names: []string{text}}
	}
	return o, nil
}

// testAddress resolves every name, without a query.
type testAddress struct{}

func (testAddress) LookupNetIP(context.Context, string, string) ([]netip.Addr, error) {
	return []netip.Addr{netip.MustParseAddr("192.0.2.1")}, nil
}

// FuzzPortid feeds arbitrary lines to the tool, and arbitrary bytes as those of the
// services. Each line that is not blank or a comment gives one record, all records are
// JSON in valid UTF-8 and at most 16 KiB longer, and the exit status is 0 or 1. The output
// is accepted as input.
func FuzzPortid(f *testing.F) {
	for _, in := range []string{
		`{"host":"10.0.0.1","port":80,"state":"open","owner":{"a":[1e400,0.10]}}` + "\n10.0.0.2:80\n[2001:db8::1]:53/udp # x\n",
		"\xef\xbb\xbf{\"ip\":\"fe80::1%eth0\",\"port\":1,\"state\":\"open\",\"rtt_ms\":1e9}\r\n\r\nnull\n[]\n{\"port\":70000",
		`{"host":"10.0.0.1","port":1,"state":"open","state":"closed","app":"ssh"}` + "\n" + `{"state":"error","reason":"bad-record","line":1,"input":"\ufffd"}`,
		`{"host":"10.0.0.1","port":2,"state":"open","evidence":"http","app":"ssh","tls":{"a":1},"http":7,"product":"mine"}`,
		`{"host":"10.0.0.1","port":2,"state":"open","product":"mine","tls":[]}` + "\n224.0.0.1:1\n255.255.255.255:1\n",
		"\xfe\xff", strings.Repeat("[", 300) + "\n{\"host\":\"\\u001b[31m\",\"port\":80}\n",
	} {
		f.Add([]byte(in), []byte("SSH-2.0-x\r\n"))
		f.Add([]byte(in), bytes.Repeat([]byte{0, 0x1b, 0xff, 0xe2, 0x80}, 1000))
	}
	f.Fuzz(func(t *testing.T, in, text []byte) {
		status, out, errs := runHostile(in, text)
		if status == cli.StatusIO && strings.Contains(errs, "; convert ") {
			return // not UTF-8, or not one record per line
		}
		if status != 0 && status != cli.StatusRecords {
			t.Fatalf("exit %d: %s", status, errs)
		}
		lines := records(in)
		if got := bytes.Count(out, []byte("\n")); got != len(lines) {
			t.Fatalf("%d records for %d lines: %s", got, len(lines), out)
		}
		i := 0
		for line := range bytes.Lines(out) {
			bad := bytes.Contains(line, []byte(`"reason":"bad-record"`)) // contains its line escaped
			switch passed := bytes.Equal(bytes.TrimSpace(line), lines[i]); {
			case passed:
			case !json.Valid(line) || !utf8.Valid(line):
				t.Fatalf("%q is not JSON", line)
			case !bad && len(line) > len(lines[i])+16<<10:
				t.Fatalf("%d bytes for %d", len(line), len(lines[i]))
			}
			i++
		}
		if _, again, errs := runHostile(out, text); bytes.Count(again, []byte("\n")) != len(lines) {
			t.Fatalf("read again:\n%s\nfor\n%s%s", again, out, errs)
		}
	})
}

func runHostile(in, text []byte) (status int, out []byte, errs string) {
	tool := Tool()
	tool.Command = &Command{engine: hostile{text}, names: testAddress{}}
	var stdout, stderr bytes.Buffer
	args := []string{"-k", "--deny", "198.51.100.0/24"}
	status = cli.Run(tool, cli.IO{Args: args, In: bytes.NewReader(in), Out: &stdout, Err: &stderr})
	return status, stdout.Bytes(), stderr.String()
}

// records returns the lines that are neither blank nor a comment.
func records(in []byte) (lines [][]byte) {
	for line := range bytes.Lines(bytes.TrimPrefix(in, []byte("\ufeff"))) {
		if text := bytes.Trim(line, " \t\r\n"); len(text) > 0 && text[0] != '#' {
			lines = append(lines, text)
		}
	}
	return lines
}
