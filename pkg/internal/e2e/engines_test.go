package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"portkit/pkg/internal/lab"
	"portkit/pkg/manual"
)

// parts is how many tasks the files of the manual start.
const parts = 16

func need(t *testing.T, programs ...string) {
	t.Helper()
	for _, name := range programs {
		if _, err := exec.LookPath(name); err != nil {
			lab.Skip(t, name+" is not installed")
		}
	}
}

// job is as much of a Kubernetes Job as the manual's has. Decoding is strict:
// a field that is not here is a mistake in the manual, or missing here. jobKeys
// holds their case, which Go leaves open
// (https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/job-v1/).
type job struct {
	APIVersion, Kind string
	Metadata         struct{ Name string }
	Spec             struct {
		CompletionMode                                 string
		Completions, Parallelism, BackoffLimitPerIndex int
		Template                                       struct {
			Spec struct {
				RestartPolicy                string
				AutomountServiceAccountToken bool
				Containers                   []container
				Volumes                      []struct {
					Name                  string
					ConfigMap             struct{ Name string }
					PersistentVolumeClaim struct{ ClaimName string }
				}
			}
		}
	}
}

const jobKeys = "apiVersion args automountServiceAccountToken backoffLimitPerIndex claimName command completionMode " +
	"completions configMap containers image kind metadata mountPath name parallelism persistentVolumeClaim " +
	"readOnly restartPolicy spec template volumeMounts volumes"

type container struct {
	Name, Image   string
	Command, Args []string
	VolumeMounts  []struct {
		Name, MountPath string
		ReadOnly        bool
	}
}

func readJob(t *testing.T) (j job) {
	t.Helper()
	need(t, "python3")
	if exec.Command("python3", "-c", "import yaml").Run() != nil {
		lab.Skip(t, "python3-yaml is not installed")
	}
	cmd := exec.Command("python3", "-c", "import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin), sys.stdout)")
	cmd.Stdin = strings.NewReader(manual.Script("scan-job.yaml"))
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, key := range regexp.MustCompile(`"(\w+)": `).FindAllSubmatch(out, -1) {
		if !slices.Contains(strings.Fields(jobKeys), string(key[1])) {
			t.Errorf("a Job has no field %s", key[1])
		}
	}
	d := json.NewDecoder(bytes.NewReader(out))
	d.DisallowUnknownFields()
	if err := d.Decode(&j); err != nil {
		t.Fatal(err)
	}
	return j
}

// TestJobIsWhole holds the Job to the rules that the cluster would hold it
// to, and its numbers to each other.
func TestJobIsWhole(t *testing.T) {
	j := readJob(t)
	pod := j.Spec.Template.Spec
	if j.APIVersion != "batch/v1" || j.Kind != "Job" || j.Metadata.Name == "" || j.Spec.CompletionMode != "Indexed" ||
		j.Spec.Completions != parts || j.Spec.Parallelism < 1 || pod.RestartPolicy != "Never" || len(pod.Containers) != 1 {
		t.Fatalf("%+v", j)
	}
	c := pod.Containers[0]
	if !slices.Equal(c.Command, []string{"/bin/bash", "-euo", "pipefail", "-c"}) || len(c.Args) != 1 {
		t.Errorf("it runs %q %q", c.Command, c.Args)
	}
	volumes := map[string]bool{}
	for _, v := range pod.Volumes {
		volumes[v.Name] = (v.ConfigMap.Name == "") != (v.PersistentVolumeClaim.ClaimName == "")
	}
	mounts := map[string]bool{}
	for _, m := range c.VolumeMounts {
		mounts[m.Name] = strings.HasPrefix(m.MountPath, "/") && strings.Contains(c.Args[0], m.MountPath+"/")
	}
	if want := map[string]bool{"hosts": true, "results": true}; !maps.Equal(volumes, want) || !maps.Equal(mounts, want) {
		t.Errorf("volumes %v, mounted and used %v", volumes, mounts)
	}
}

// TestBatchScriptIsWhole: what sbatch reads stands before the first command,
// each flag is one of sbatch's, and the array has the parts.
func TestBatchScriptIsWhole(t *testing.T) {
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

// scripts are what the engines run, as a file for bash each: with the pod's
// folders turned into the one at hand.
func scripts(t *testing.T) map[string]string {
	j := readJob(t)
	pod := strings.NewReplacer("/scan/", "", "/results/", "").Replace(j.Spec.Template.Spec.Containers[0].Args[0])
	return map[string]string{"slurm": manual.Script("scan.sbatch"), "kubernetes": "#!/bin/bash\nset -euo pipefail\n" + pod}
}

func TestScriptsAreLinted(t *testing.T) {
	need(t, "shellcheck")
	for engine, script := range scripts(t) {
		cmd := exec.Command("shellcheck", "--enable", "all", "--exclude", "SC2154,SC2312,SC2250", "-")
		cmd.Stdin = strings.NewReader(script)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", engine, err, out)
		}
	}
}

// TestTasks runs all tasks of each engine, one of them twice and one after
// it was ended half way: the parts are the whole.
func TestTasks(t *testing.T) {
	need(t, "bash")
	for engine, script := range scripts(t) {
		t.Run(engine, func(t *testing.T) {
			dir := t.TempDir()
			bin := filepath.Join(dir, "bin")
			write(t, filepath.Join(bin, "portprobe"), "#!/bin/sh\nexec '"+lookPath(t, "portprobe")+"' --simulate seed=3,open=0.1 \"$@\"\n")
			write(t, filepath.Join(dir, "hosts.txt"), "192.0.2.1\nhost.example\n198.51.100.7 22,80\nnonsense! 1\n")
			write(t, filepath.Join(dir, "task"), script)
			run := func(text string) string {
				t.Helper()
				cmd := exec.Command("bash", "-euo", "pipefail", "-c", text)
				cmd.Dir = dir
				cmd.Env = append(os.Environ(), "PATH="+bin+string(filepath.ListSeparator)+os.Getenv("PATH"))
				out, err := cmd.Output()
				if err != nil {
					t.Fatalf("%s: %v", text, err)
				}
				return string(out)
			}
			task := "SLURM_ARRAY_TASK_ID=%d JOB_COMPLETION_INDEX=%d bash task 2>/dev/null"
			for i := range parts {
				run(fmt.Sprintf(task, i+1, i))
			}
			before := run("cat part-3.ndjson")
			run(`head -c 5000 part-5.ndjson > torn; mv torn part-5.ndjson`)
			run(fmt.Sprintf(task, 3, 2))
			run(fmt.Sprintf(task, 5, 4))
			if run("cat part-3.ndjson") != before {
				t.Error("a task that was done asked again")
			}
			want := run("portgen -i hosts.txt -p 1-1024 2>/dev/null | portprobe 2>/dev/null | portsum || true")
			if got := run("portsum part-*.ndjson"); got != want || strings.Count(got, "\n") != 4 {
				t.Errorf("the parts give\n%s\nthe whole\n%s", got, want)
			}
		})
	}
}

// TestTasksThatCannotRun: a list that is not there fails a task.
func TestTasksThatCannotRun(t *testing.T) {
	need(t, "bash")
	for engine, script := range scripts(t) {
		cmd := exec.Command("bash", "-euo", "pipefail", "-c", script)
		cmd.Dir = t.TempDir()
		cmd.Env = append(os.Environ(), "SLURM_ARRAY_TASK_ID=1", "JOB_COMPLETION_INDEX=0")
		if out, err := cmd.CombinedOutput(); err == nil {
			t.Errorf("%s: a task without a host list is done\n%s", engine, out)
		}
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
