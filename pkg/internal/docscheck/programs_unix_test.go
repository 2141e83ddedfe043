//go:build unix

package docscheck

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"portkit/pkg/internal/lab"
)

// needed are the programs that a block may want and a machine may lack; a
// block that names one that is missing is skipped.
var needed = []string{"jq", "mlr", "parallel", "sqlite3", "xargs"}

// plain are the other programs that blocks may run. None of them can send
// anything.
var plain = []string{"sh", "bash", "sort", "comm", "head", "tail", "uniq", "cat", "awk", "grep", "tee", "wc", "env", "true", "sed", "mv"}

// printed are programs that blocks name and that do nothing here but print
// their command line.
var printed = []string{"curl", "mail", "sbatch", "kubectl"}

// forParallel is what GNU parallel wants of a machine.
var forParallel = []string{"perl", "uname", "which", "ps", "id", "rm", "mkdir", "hostname", "echo", "false", "sleep"}

// programs makes a folder that holds what blocks may run: the tools built
// now, portprobe behind its script, those of printed, and
// links to programs of the machine.
func programs(t *testing.T) string {
	t.Helper()
	bin, hidden := t.TempDir(), t.TempDir()
	build := exec.Command("go", "build", "-o", hidden+"/", "./cmd/...")
	build.Dir = filepath.Dir(path)
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, tool := range []string{"portgen", "portsum", "portdiff", "portfrom"} {
		if err := os.Rename(filepath.Join(hidden, tool), filepath.Join(bin, tool)); err != nil {
			t.Fatal(err)
		}
	}
	script(t, filepath.Join(bin, "portprobe"), fmt.Sprintf(portprobeScript, filepath.Join(hidden, "portprobe")))
	script(t, filepath.Join(bin, "portid"), fmt.Sprintf(portidScript, filepath.Join(hidden, "portid")))
	for _, name := range printed {
		script(t, filepath.Join(bin, name), "#!/bin/sh\necho "+name+" \"$@\"\n")
	}
	script(t, filepath.Join(bin, notSSH), notSSHScript)
	for _, list := range [][]string{needed, plain, forParallel} {
		for _, name := range list {
			if where, err := exec.LookPath(name); err == nil {
				if err := os.Symlink(where, filepath.Join(bin, name)); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	return bin
}

// portidScript connects to this machine only. In a simulated network every endpoint is
// out of scope, an error that the block does not have elsewhere.
const portidScript = "#!/bin/sh\n%s --allow 127.0.0.0/8,::1 \"$@\" || { s=$?; [ \"$README_NETWORK$s\" != '" + likeLoopback + "1' ] && [ $s = 1 ]; }\n"

// notSSH is run by parallel as its ssh. It connects to nowhere: the other
// machine is this one, and its account has a shell, as sshd says.
const (
	notSSH       = "not-ssh"
	notSSHScript = "#!/bin/sh\nwhile [ \"$1\" != -- ]; do shift; done\nshift\nSHELL=/bin/sh exec sh -c \"$*\"\n"
)

func script(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
}

// need skips the test if a program that the block names is missing, and with -short.
func need(t *testing.T, text string) {
	t.Helper()
	lab.Slow(t, "commands of the documents")
	for _, name := range append([]string{"bash"}, needed...) {
		if name == "bash" || regexp.MustCompile(`(^|[|;\s])`+name+`\s`).MatchString(text) {
			lab.Programs(t, name)
		}
	}
}

// TestPortprobeInBlocksStaysOffTheNetwork tries to get past the script.
func TestPortprobeInBlocksStaysOffTheNetwork(t *testing.T) {
	need(t, "")
	sh := &shell{bin: programs(t), dir: t.TempDir()}
	for _, c := range []struct{ network, args, want string }{
		{"", "", "refused"},
		{"", "--simulate rtt=1ms", "refused"},
		{"--simulate", "", "refused"},
		{"--simulate ", "", "refused"},
		{"--source 127.0.0.1 -4", "", "refused"},
		{"--source 127.0.0.1", "--", "refused"},
		{"--simulate rtt=1ms", "-- -", "refused"},
		{likeOwn, "", "refused"},
		{likeOwn, "--simulate ''", "refused"},
		{likeOwn, "--simulate", "refused"},
		{likeOwn, "--simulate rtt=1ms", `"method":"simulate"`},
		{"--simulate open=1", "--simulate open=0", `"state":"open"`},
		{"--simulate open=1", "--source 127.0.0.2", `"method":"simulate"`},
		{"--source 127.0.0.1", "--source 127.0.0.2", `"method":"connect"`},
	} {
		out, err := sh.run("echo 127.0.0.1:1 | portprobe "+c.args+" 2>&1", c.network)
		if refused := err != nil; !strings.Contains(out, c.want) || refused != (c.want == "refused") {
			t.Errorf("%q told to portprobe, block with %q: %v\n%s", c.network, c.args, err, out)
		}
	}
}

// TestBlocksRunListedProgramsOnly holds that what is not listed cannot be run.
func TestBlocksRunListedProgramsOnly(t *testing.T) {
	need(t, "")
	sh := &shell{bin: programs(t), dir: t.TempDir()}
	for _, name := range []string{"ssh", "nmap", "ping", "nc", "go", "python3"} {
		if out, err := sh.run(name+" --version", ""); err == nil {
			t.Errorf("a block can run %s: %s", name, out)
		}
	}
	if out, err := sh.run("curl http://192.0.2.1/", ""); err != nil || out != "curl http://192.0.2.1/\n" {
		t.Errorf("curl: %q, %v", out, err)
	}
}

// shell runs blocks.
type shell struct{ bin, dir string }

// run runs a block with bash and returns what it prints on standard output.
// The error holds what it said on standard error.
func (s *shell) run(text, network string) (string, error) {
	var out, talk bytes.Buffer
	cmd := exec.Command("bash", "-e", "-o", "pipefail", "-c", text)
	cmd.Dir = s.dir
	cmd.Env = []string{"PATH=" + s.bin, "HOME=" + s.dir, "LC_ALL=C", "TMPDIR=" + s.dir, "README_NETWORK=" + network, "PARALLEL_SSH=" + notSSH}
	cmd.Stdout, cmd.Stderr = &out, &talk
	err := runGroup(cmd)
	if err != nil {
		err = fmt.Errorf("%w; it said:\n%s", err, &talk)
	}
	return out.String(), err
}
