package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"portkit/pkg/internal/lab"
	"portkit/pkg/internal/manual"
)

// cluster is a Slurm controller and two nodes on this machine, in process, mount
// and host name namespaces of their own.
type cluster struct {
	t   *testing.T
	dir string
}

// slurmConf: MessageTimeout and BatchStartTimeout leave time to a loaded machine.
// A requeued task starts after cred_expire. Nodes are larger than the machine,
// so that all tasks run at once.
const slurmConf = `ClusterName=portkit
SlurmctldHost=head(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=%[1]s/munge.socket,cred_expire=5
StateSaveLocation=%[1]s
SlurmctldPidFile=%[1]s/slurmctld.pid
SlurmdSpoolDir=%[1]s/%%n
SlurmdPidFile=%[1]s/%%n.pid
SlurmdParameters=config_overrides
MailProg=/bin/true
MessageTimeout=60
BatchStartTimeout=120
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=batch_sched_delay=0,sched_interval=1,bf_interval=1
NodeName=node[1-2] NodeAddr=127.0.0.1 Port=6821-6822 CPUs=16
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
`

// startCluster runs as the first process of the cluster. It ends with its
// standard input, and all others with it.
const startCluster = `set -e
mount --make-rprivate /
mount -t proc proc /proc
hostname head
cd "$1"
munged --foreground --force --key-file="$1/munge.key" --socket="$1/munge.socket" \
	--pid-file="$1/munge.pid" --log-file="$1/munge.log" --seed-file="$1/munge.seed" &
slurmctld -D -i &
slurmd -D -N node1 &
slurmd -D -N node2 &
read -r _
`

// newCluster starts a cluster and waits for its nodes. It skips the test where
// Slurm cannot run.
func newCluster(t *testing.T) *cluster {
	t.Helper()
	lab.Need(t)
	lab.Programs(t, "munged", "slurmctld", "slurmd", "sbatch", "scontrol", "mount", "hostname")
	lab.Root(t, "slurmd")
	lab.New(t).Host("") // getaddrinfo(3) with AI_ADDRCONFIG wants an address besides loopback's
	c := &cluster{t: t, dir: t.TempDir()}
	write(t, c.path("slurm.conf"), fmt.Sprintf(slurmConf, c.dir))
	write(t, c.path("cgroup.conf"), "CgroupPlugin=cgroup/v1\n") // is not used, but is loaded: the default fails without systemd
	write(t, c.path("munge.key"), strings.Repeat("portkit.", 4))
	for _, name := range []string{"node1", "node2", "shared"} {
		write(t, c.path(name+"/.keep"), "")
	}
	for name, mode := range map[string]os.FileMode{"munge.key": 0o600, "slurm.conf": 0o644} {
		if err := os.Chmod(c.path(name), mode); err != nil {
			t.Fatal(err)
		}
	}
	log, err := os.Create(c.path("output"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	init := exec.Command("sh", "-c", startCluster, "sh", c.dir)
	init.Env = append(os.Environ(), "SLURM_CONF="+c.path("slurm.conf"))
	init.Stdout, init.Stderr = log, log
	init.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWPID | syscall.CLONE_NEWNS | syscall.CLONE_NEWUTS}
	stdin, err := init.StdinPipe()
	if err == nil {
		err = init.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close()
		_ = init.Wait()
		if text, err := os.ReadFile(log.Name()); t.Failed() && err == nil {
			t.Logf("%s", text)
		}
	})
	c.await("two idle nodes", func() bool {
		out, _ := c.command("sinfo", "--noheader", "--states=idle", "--format=%D").Output() // fails until there is a controller
		return strings.TrimSpace(string(out)) == "2"
	})
	return c
}

func (c *cluster) path(name string) string { return filepath.Join(c.dir, name) }

// command returns one of Slurm's commands, which ends after three minutes.
func (c *cluster) command(name string, args ...string) *exec.Cmd {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), 3*time.Minute)
	c.t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = c.path("shared")
	cmd.Env = append(os.Environ(), "SLURM_CONF="+c.path("slurm.conf"), "PATH="+c.path("bin")+":"+os.Getenv("PATH"))
	return cmd
}

// await waits up to a minute until a condition holds.
func (c *cluster) await(what string, holds func() bool) {
	c.t.Helper()
	for until := time.Now().Add(time.Minute); !holds(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(until) {
			c.t.Fatalf("no %s", what)
		}
	}
}

// slowOnce is the portprobe of the nodes. It records each start. The first one of
// task 5 takes 20 s, so that it is caught half way.
const slowOnce = `#!/bin/sh
echo "$SLURM_ARRAY_TASK_ID $SLURMD_NODENAME" >> ../starts
case $SLURM_ARRAY_TASK_ID.$SLURM_RESTART_COUNT in
5.) set -- --simulate %[2]s,clock=real -r 50 "$@" ;;
*) set -- --simulate %[2]s "$@" ;;
esac
exec '%[1]s' "$@"
`

// TestSlurmTaskRequeued runs the manual's script on two nodes and requeues a task
// half way. The parts add up to what one machine finds.
func TestSlurmTaskRequeued(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	write(t, c.path("bin/portprobe"), fmt.Sprintf(slowOnce, lookPath(t, "portprobe"), network))
	for _, name := range []string{"scan.sbatch", "hosts.txt"} {
		write(t, c.path("shared/"+name), manual.Script(name))
	}
	batch := c.command("sbatch", "--wait", "--parsable", "scan.sbatch")
	job := &strings.Builder{}
	batch.Stdout, batch.Stderr = job, os.Stderr
	if err := batch.Start(); err != nil {
		t.Fatal(err)
	}
	var before string
	c.await("results of task 5", func() bool {
		text, _ := os.ReadFile(c.path("shared/part-5.ndjson")) // not before the task runs
		before = string(text)
		return strings.Contains(before, "\n")
	})
	c.run("scontrol", "requeue", strings.TrimSpace(job.String())+"_5")
	if err := batch.Wait(); err != nil {
		t.Fatalf("sbatch: %v", err)
	}

	starts := map[string]int{}
	nodes := map[string]bool{}
	for line := range strings.Lines(c.run("cat", "../starts")) {
		task, node, _ := strings.Cut(strings.TrimSpace(line), " ")
		starts[task]++
		nodes[node] = true
	}
	if len(starts) != parts || starts["5"] != 2 || len(nodes) != 2 {
		t.Errorf("starts of each task %v, on nodes %v; want 16 tasks, task 5 twice, on 2 nodes", starts, nodes)
	}
	before = before[:strings.LastIndex(before, "\n")+1]
	if after := c.run("cat", "part-5.ndjson"); !strings.HasPrefix(after, before) {
		t.Errorf("task 5 has lost results that it had before it was requeued:\n%s", before)
	}
	want := c.run("bash", "-c", "portgen -i hosts.txt -p 1-1024 | '"+lookPath(t, "portprobe")+"' --simulate "+network+" | portsum")
	if got := c.run("bash", "-c", "portsum part-*.ndjson"); got != want || strings.Count(got, "\n") != 16 {
		t.Errorf("the parts add up to\n%s\none machine's are\n%s", got, want)
	}
}

// run returns the standard output of a command that has to succeed.
func (c *cluster) run(name string, args ...string) string {
	c.t.Helper()
	cmd := c.command(name, args...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		c.t.Fatalf("%v: %v", cmd, err)
	}
	return string(out)
}
