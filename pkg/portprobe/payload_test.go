package portprobe

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"portkit/pkg/cli"
)

func TestInvalidPayloads(t *testing.T) {
	dir := t.TempDir()
	long := filepath.Join(dir, "long")
	if err := os.WriteFile(long, make([]byte, maxPayload+1), 0o600); err != nil {
		t.Fatal(err)
	}
	cases := map[string]string{
		"some":              `"some" is not auto, none, hex:BYTES or @FILE`,
		"hex:0":             `"0" is not an even number of hexadecimal digits`,
		"@" + dir:           dir + ": is a directory",
		"@" + dir + "/none": dir + "/none: no such file or directory",
		"@" + long:          "longer than a datagram, which holds at most 65507 bytes",
		"hex:" + strings.Repeat("00", maxPayload+1): "longer than a datagram, which holds at most 65507 bytes",
	}
	if _, err := os.Stat("/dev/zero"); err == nil {
		cases["@/dev/zero"] = "longer than a datagram, which holds at most 65507 bytes"
	}
	for payload, want := range cases {
		r := tool(t, "", "--simulate", "rtt=1ms", "--payload", payload)
		if want = "portprobe: --payload: " + want + "\n"; r.status != cli.StatusUsage || r.err != want {
			t.Errorf("%.40s: status %d, %q, want %q", payload, r.status, r.err, want)
		}
	}
}
