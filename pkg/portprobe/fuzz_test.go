package portprobe

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"portkit/pkg/cli"
)

// FuzzTool feeds arbitrary bytes to the tool. Each line that is not blank or a
// comment gives one record, all records are JSON, portkit's own text is printable
// ASCII, and the exit status is 0 or 1.
func FuzzTool(f *testing.F) {
	for _, in := range []string{
		`{"host":"10.0.0.1","port":80,"owner":{"a":[1e400,0.10]}}` + "\n10.0.0.2:80\n[2001:db8::1]:53/udp # x\nn.example:1\n",
		"\xef\xbb\xbf{\"ip\":\"fe80::1%eth0\",\"port\":1,\"timeout_ms\":5,\"retries\":2}\r\n\r\nnull\n[]\n{\"port\":70000",
		`{"host":"10.0.0.1","port":1,"state":"open","state":"error"}` + "\n" + `{"state":"error","reason":"bad-record","line":1,"input":"\ufffd"}`,
		"\xfe\xff", strings.Repeat("[", 300) + "\n{\"host\":\"\\u001b[31m\",\"port\":80}\n255.255.255.255:1\n",
	} {
		f.Add([]byte(in), false)
		f.Add([]byte(in), true)
	}
	f.Fuzz(func(t *testing.T, in []byte, resumed bool) {
		args := []string{"--simulate", "rtt=1ms,open=0.3,silent=0.1,loss=0.1", "-k"}
		var out, errs bytes.Buffer
		status := cli.Run(Tool(), cli.IO{In: bytes.NewReader(in), Out: &out, Err: &errs, Args: args})
		if status == cli.StatusIO && strings.Contains(errs.String(), "; convert ") {
			return // not UTF-8, or not one record per line
		}
		if status != 0 && status != 1 {
			t.Fatalf("exit %d: %s", status, errs.Bytes())
		}
		if got, want := bytes.Count(out.Bytes(), []byte("\n")), countRecords(in); got != want {
			t.Fatalf("%d records for %d lines: %s", got, want, out.Bytes())
		}
		for line := range bytes.Lines(out.Bytes()) {
			if !json.Valid(line) {
				t.Fatalf("%q is no JSON", line)
			}
		}
		if !resumed {
			return
		}
		// The output is accepted as input, one record for each.
		var again bytes.Buffer
		cli.Run(Tool(), cli.IO{In: bytes.NewReader(out.Bytes()), Out: &again, Err: &errs, Args: args})
		if a, b := bytes.Count(out.Bytes(), []byte("\n")), bytes.Count(again.Bytes(), []byte("\n")); a != b {
			t.Fatalf("%d records for %d when read again", b, a)
		}
	})
}

// countRecords counts the lines that are neither blank nor a comment.
func countRecords(in []byte) (n int) {
	for line := range bytes.Lines(bytes.TrimPrefix(in, []byte("\ufeff"))) {
		if text := bytes.Trim(line, " \t\r\n"); len(text) > 0 && text[0] != '#' {
			n++
		}
	}
	return n
}
