//go:build unix

package docscheck

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"portkit/pkg/internal/lab"
)

// provoked is how each message of portkit-troubleshooting(7) comes about: by a
// command that asks nothing outside; or, where that is not to be had
// here, in which file of the source it stands, or which error of the system
// it is.
var provoked = []struct {
	message string
	command string // its output, of either kind, has the message
	real    bool   // the command asks loopback, not a simulated network
	source  string
	system  syscall.Errno
}{
	{message: "no ports given; use -p", command: "portgen 192.0.2.1"},
	{message: "no such file; targets belong to portgen", command: "portprobe 192.0.2.1"},
	{message: "half-open scan; use:", command: "portprobe -sS 192.0.2.1"},
	{message: "belongs to portgen", command: "portprobe --top 10 </dev/null"},
	{message: "octet 256 is outside 0-255", command: "portgen 192.0.2.256 -p 1"},
	{message: "unknown service name", command: "portgen 192.0.2.1 -p httq"},
	{message: "port 70000 is outside 1-65535", command: "echo 192.0.2.1:70000 | portprobe"},
	{message: "has no address: no such host", source: "pkg/resolve/lookup.go"},
	{message: "could not be looked up", source: "pkg/resolve/lookup.go"},
	{message: "network is unreachable", system: syscall.ENETUNREACH},
	{message: "permission denied", system: syscall.EACCES},
	{message: "is not an address of this machine", source: "pkg/origin/errors.go"},
	{message: "the descriptor limit (ulimit -n) is", command: "ulimit -n 64; echo 127.0.0.1:1 | portprobe", real: true},
	{message: "--method syn requires CAP_NET_RAW", source: "pkg/portprobe/syn.go"},
	{message: "is a broadcast or multicast address; not probed", source: "pkg/portprobe/sink.go"},
	{message: "reading a host list from the terminal", source: "pkg/portgen/tool.go pkg/cli/input.go"},
	{message: "no space left on device", system: syscall.ENOSPC},
	{message: "standard output: closed", command: "(portgen 192.0.2.1 -p 1 >&-)"},
	{message: "cannot create a file in the directory", source: "pkg/resumefile/file.go"},
	{message: "in use by another run", command: "(until [ -e end ]; do sleep 0.05; done | portprobe --resume busy) & until [ -e busy ]; do sleep 0.05; done; sleep 0.2; echo 192.0.2.1:1 | portprobe --resume busy; : >end; wait"},
	{message: "is not a result; file left unchanged", command: "echo diary >diary; echo 192.0.2.1:1 | portprobe --resume diary"},
	{message: "results of another scanner; convert them with", command: `echo '<?xml version="1.0"?>' | portsum`},
	{message: "no known format", command: "echo hello | portfrom"},
	{message: "the results have no port", command: `printf 'saddr\n192.0.2.1\n' | portfrom`},
	{message: "the file ends before", command: `echo '<nmaprun scanner="nmap" start="1"><host>' | portfrom`},
	{message: "is not an endpoint; use:", command: "echo 192.0.2.1 | portprobe"},
	{message: "is denied by --deny", command: "echo 192.0.2.1:1 | portprobe --deny 192.0.2.0/24"},
}

// TestMessages checks the messages that the manual explains.
func TestMessages(t *testing.T) {
	need(t, "")
	sh := &shell{bin: programs(t), dir: t.TempDir()}
	quoted := messages(t)
	for _, p := range provoked {
		i := slices.Index(quoted, p.message)
		if i < 0 {
			t.Errorf("portkit-troubleshooting(7) does not explain %q", p.message)
			continue
		}
		quoted = slices.Delete(quoted, i, i+1)
		t.Run(p.message, func(t *testing.T) {
			switch {
			case p.command != "":
				network := "--simulate " + simulated
				if p.real {
					network = likeLoopback
				}
				out, err := sh.run("{ "+p.command+"; } 2>&1", network)
				if !strings.Contains(out, p.message) {
					t.Errorf("%s says\n%s(%v)", p.command, out, err)
				}
			case p.source != "":
				said(t, p.message, p.source)
			case p.system.Error() != p.message:
				if lab.Missing() == "" { // other systems word it otherwise
					t.Errorf("the system says %q", p.system.Error())
				}
			}
		})
	}
	if len(quoted) > 0 {
		t.Errorf("this test does not know the messages %q", quoted)
	}
}

// said holds that files have a message's words, put together from their parts
// where there are two.
func said(t *testing.T, message, files string) {
	text := ""
	for _, name := range strings.Fields(files) {
		b, err := os.ReadFile(filepath.Join(filepath.Dir(path), filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		text += string(b)
	}
	for _, part := range strings.Split(message, " a host list ") {
		if !strings.Contains(text, part) {
			t.Errorf("%q is not in %s", part, files)
		}
	}
}
