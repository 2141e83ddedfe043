package e2e

import (
	"encoding/json"
	"fmt"
	"maps"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"portkit/pkg/internal/lab"
	"portkit/pkg/internal/manual"
)

// job is the part of a Kubernetes Job that the tests use.
type job struct {
	APIVersion, Kind string
	Metadata         struct{ Name string }
	Spec             struct {
		CompletionMode           string
		Completions, Parallelism int
		Template                 struct {
			Spec struct {
				RestartPolicy string
				Containers    []container
				Volumes       []struct {
					Name                  string
					ConfigMap             struct{ Name string }
					PersistentVolumeClaim struct{ ClaimName string }
				}
			}
		}
	}
}

type container struct {
	Command, Args []string
	VolumeMounts  []struct{ Name, MountPath string }
}

// readJob returns the manual's Job, decoded with the types of the API.
func readJob(t *testing.T) (j job) {
	t.Helper()
	lab.Slow(t, "the Kubernetes API takes half a minute to compile")
	program := filepath.Join(t.TempDir(), "kubernetes")
	if out, err := exec.Command("go", "build", "-C", "../../../.ci/kubernetes", "-o", program).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	cmd := exec.Command(program)
	cmd.Stdin = strings.NewReader(manual.Script("scan-job.yaml"))
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("scan-job.yaml: %v\n%s", err, out)
	}
	if err := json.Unmarshal(out, &j); err != nil {
		t.Fatal(err)
	}
	return j
}

// checkValues checks what is beyond the types: values that the cluster would
// refuse, and numbers and names that have to match.
func (j job) checkValues(t *testing.T) {
	t.Helper()
	pod := j.Spec.Template.Spec
	if j.APIVersion != "batch/v1" || j.Kind != "Job" || j.Metadata.Name == "" || j.Spec.CompletionMode != "Indexed" ||
		j.Spec.Completions != parts || j.Spec.Parallelism < 1 || pod.RestartPolicy != "Never" || len(pod.Containers) != 1 {
		t.Fatalf("%+v", j)
	}
	c := pod.Containers[0]
	if len(c.Args) != 1 {
		t.Fatalf("args %q, want one", c.Args)
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

// pod runs as the first process of a pod, on the root file system $1 with the
// programs of this machine in it.
const pod = `set -e
for dir in bin dev etc lib lib64 proc usr; do
	[ -e "/$dir" ] || continue
	mkdir -p "$1/$dir"
	mount --rbind "/$dir" "$1/$dir"
done
mount --bind "$TOOLS" "$1/tools"
exec chroot "$@"
`

// TestKubernetesTasksAddUp runs the command of the Job's container as it is, with
// its volumes where it expects them.
func TestKubernetesTasksAddUp(t *testing.T) {
	t.Parallel()
	lab.Need(t) // mounts stay within it
	lab.Programs(t, "bash", "chroot", "mount")
	j := readJob(t)
	j.checkValues(t)
	c := j.Spec.Template.Spec.Containers[0]
	shellcheck(t, "#!/bin/bash\nset -euo pipefail\n"+c.Args[0])
	root := t.TempDir()
	for _, v := range c.VolumeMounts {
		write(t, filepath.Join(root, v.MountPath, ".keep"), "")
	}
	write(t, filepath.Join(root, "tools", ".keep"), "")
	write(t, filepath.Join(root, "image", "portprobe"), fmt.Sprintf(simulated, "/tools/portprobe"))
	tasksAddUp(t, filepath.Join(root, "scan"), filepath.Join(root, "results"), func(i int) *exec.Cmd {
		cmd := exec.Command("sh", slices.Concat([]string{"-c", pod, "sh", root}, c.Command, c.Args)...)
		cmd.Env = []string{
			"TOOLS=" + filepath.Dir(lookPath(t, "portprobe")), "PATH=/image:/tools:/usr/sbin:/usr/bin:/sbin:/bin",
			fmt.Sprint("JOB_COMPLETION_INDEX=", i-1),
		}
		cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
		return cmd
	})
}
