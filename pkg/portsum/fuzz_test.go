package portsum

import (
	"math/rand/v2"
	"strings"
	"testing"

	"portkit/pkg/cli"
)

// FuzzTool runs the tool on any bytes. It exits with 0 or names the lines that it
// could not read, and the summary of its output is the same again.
func FuzzTool(f *testing.F) {
	f.Add(resultLines(rand.New(rand.NewPCG(1, 1)), 30), "owner")
	f.Add("\xff\xfe{\x00}\x00", "")
	f.Add(`{"kind":"summary","host":"a","proto":"tcp","open":[1,2],"closed":"3-9","counts":{"open":2,"closed":7},"reasons":{"syn-ack":"1-2"},"apps":{"1":"ssh"}}`+"\n"+`{"kind":"summary","bad_records":3}`, "ip/24")
	f.Add("\xef\xbb\xbf{\"ip\":\"10.0.0.1\",\"port\":1,\"state\":\"open|filtered\"}\r\n{\"port\":", "state,port")
	f.Fuzz(func(t *testing.T, in, by string) {
		args := []string{"-o", "json"}
		if by != "" && !strings.ContainsRune(by, 0) {
			args = append(args, "--by="+by)
		}
		status, out, errs := run(in, args...)
		if status == 2 && out == "" {
			return // not a field to group by
		}
		if status == cli.StatusIO && strings.Contains(errs, "; convert ") {
			return // not UTF-8, or not one record per line
		}
		if status != 0 && (status != 1 || errs == "") {
			t.Fatalf("exit %d, messages %q", status, errs)
		}
		if status, again, errs := run(out, args...); again != out || status != 0 {
			t.Fatalf("exit %d, messages %q: the sum of\n%s is\n%s", status, errs, out, again)
		}
		if status, _, errs := run(in, append(args[2:], "-o", "text")...); status > 1 {
			t.Fatalf("text: exit %d, messages %q", status, errs)
		}
	})
}
