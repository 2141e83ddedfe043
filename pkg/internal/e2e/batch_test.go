package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"portkit/pkg/internal/lab"
	"portkit/pkg/internal/manual"
)

// parts is the number of tasks in the batch files of the manual.
const parts = 16

// TestSlurmScriptValid: all options of sbatch are before the first command, known,
// and the array has as many tasks as there are shards.
func TestSlurmScriptValid(t *testing.T) {
	head, body, _ := strings.Cut(manual.Script("scan.sbatch"), "set -euo pipefail\n")
	if !strings.HasPrefix(head, "#!/bin/bash\n") || strings.Contains(body, "#SBATCH") || !strings.Contains(body, `--shard "$i/16"`) {
		t.Errorf("head\n%s\nbody\n%s", head, body)
	}
	flags := map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^#SBATCH --([a-z-]+)=(\S+)$`).FindAllStringSubmatch(head, -1) {
		flags[m[1]] = m[2]
	}
	if strings.Count(head, "#SBATCH") != len(flags) || flags["array"] != fmt.Sprintf("1-%d", parts) {
		t.Errorf("flags %v", flags)
	}
	for name := range flags {
		if !slices.Contains([]string{"job-name", "array", "ntasks", "cpus-per-task", "time", "output"}, name) {
			t.Errorf("--%s is not known to this test: see sbatch(1)", name)
		}
	}
}

// TestSlurmTasksAddUp runs the tasks of the script without Slurm.
func TestSlurmTasksAddUp(t *testing.T) {
	t.Parallel()
	lab.Programs(t, "bash")
	dir := t.TempDir()
	script := filepath.Join(dir, "scan.sbatch")
	write(t, script, manual.Script("scan.sbatch"))
	tools := filepath.Join(dir, "tools")
	write(t, filepath.Join(tools, "portprobe"), fmt.Sprintf(simulated, lookPath(t, "portprobe")))
	tasksAddUp(t, dir, dir, func(i int) *exec.Cmd {
		cmd := exec.Command("bash", script)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "PATH="+tools+string(filepath.ListSeparator)+os.Getenv("PATH"), fmt.Sprint("SLURM_ARRAY_TASK_ID=", i))
		return cmd
	})
}

// simulated is a portprobe that sends nothing.
const simulated = `#!/bin/sh
exec '%s' --simulate seed=3,open=0.1 "$@"
`

// tasksAddUp runs all tasks, one of them twice and one after its part was cut off.
// The parts add up to what one portprobe finds.
func tasksAddUp(t *testing.T, hosts, results string, task func(i int) *exec.Cmd) {
	t.Helper()
	list := filepath.Join(hosts, "hosts.txt")
	if out, err := task(1).CombinedOutput(); err == nil {
		t.Errorf("a task without a host list succeeds:\n%s", out)
	}
	write(t, list, "192.0.2.1\nhost.example\n198.51.100.7 22,80\nnonsense! 1\n")
	run := func(cmd *exec.Cmd) string {
		t.Helper()
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v: %v", cmd, err)
		}
		return string(out)
	}
	for i := range parts {
		run(task(i + 1))
	}
	part := func(i int) string { return filepath.Join(results, fmt.Sprintf("part-%d.ndjson", i)) }
	done, err := os.ReadFile(part(3))
	if err == nil {
		err = os.Truncate(part(5), 5000)
	}
	if err != nil {
		t.Fatal(err)
	}
	run(task(3))
	run(task(5))
	if again, err := os.ReadFile(part(3)); string(again) != string(done) || err != nil {
		t.Errorf("a complete task has probed again (%v)", err)
	}
	all, err := filepath.Glob(filepath.Join(results, "part-*.ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	got := run(exec.Command("portsum", all...))
	whole := "portgen -i '" + list + "' -p 1-1024 2>/dev/null | portprobe --simulate seed=3,open=0.1 2>/dev/null | portsum"
	want := run(exec.Command("sh", "-c", whole))
	if got != want || strings.Count(got, "\n") != 4 {
		t.Errorf("the parts add up to\n%s\nthe whole is\n%s", got, want)
	}
}

func TestSlurmScriptLinted(t *testing.T) { shellcheck(t, manual.Script("scan.sbatch")) }

func shellcheck(t *testing.T, script string) {
	t.Helper()
	lab.Programs(t, "shellcheck")
	cmd := exec.Command("shellcheck", "--enable", "all", "--exclude", "SC2154,SC2312,SC2250", "-")
	cmd.Stdin = strings.NewReader(script)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func lookPath(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
}
