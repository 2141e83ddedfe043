package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"portkit/pkg/internal/manual"
)

// network is the one that all machines ask: in it an endpoint answers
// everybody alike.
const network = "rtt=10ms,open=0.2,silent=0.3,seed=1"

// probing is a machine's portprobe: how it is run there, and with what
// beside what the recipe says.
func probing(t *testing.T, clock, flags string) string {
	t.Helper()
	program, err := exec.LookPath("portprobe")
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf(`'%s' --simulate %s,clock=%s %s "$@"`, program, network, clock, flags)
}

// endpoints writes n endpoint records, and returns what portsum makes of
// them when one machine asks.
func (m *machines) endpoints(n int) (summary string) {
	m.t.Helper()
	m.try(m.bash(fmt.Sprintf("portgen 10.0.0.0/8 -p 1-25 --limit %d > endpoints.ndjson", n)))
	m.try(m.bash("portprobe --simulate " + network + " endpoints.ndjson | portsum > one"))
	return m.read("one")
}

func (m *machines) bash(text string) *exec.Cmd {
	cmd := exec.Command("bash", "-o", "pipefail", "-c", text)
	cmd.Dir = m.dir
	return cmd
}

// recipe is the manual's command, with some of its words replaced by pairs,
// as a user would, from endpoints.ndjson to the file of that redirection.
func (m *machines) recipe(to string, pairs ...string) *exec.Cmd {
	m.t.Helper()
	text := manual.Recipe()
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(text, pairs[i]) {
			m.t.Fatalf("the recipe has no %q:\n%s", pairs[i], text)
		}
		text = strings.Replace(text, pairs[i], pairs[i+1], 1)
	}
	return m.bash(text + " < endpoints.ndjson " + to + " results.ndjson")
}

// running is how many portprobes there are on all machines.
func (m *machines) running() (n int) {
	m.t.Helper()
	program, err := exec.LookPath("portprobe")
	if err != nil {
		m.t.Fatal(err)
	}
	links, _ := filepath.Glob("/proc/[0-9]*/exe")
	for _, link := range links {
		if to, _ := os.Readlink(link); to == program { // or the process is gone
			n++
		}
	}
	return n
}

// block is a line of parallel's log.
type block struct {
	machine string
	seconds float64
	status  string
}

func (m *machines) log() (all []block) {
	m.t.Helper()
	for _, line := range strings.Split(strings.TrimSpace(m.read("scan.log")), "\n")[1:] {
		f := strings.Split(line, "\t")
		seconds, err := strconv.ParseFloat(strings.TrimSpace(f[3]), 64)
		if err != nil {
			m.t.Fatalf("%q: %v", line, err)
		}
		all = append(all, block{machine: f[1], seconds: seconds, status: f[6]})
	}
	return all
}

// TestDeadAndSlowMachinesLoseNothing: tens of thousands of endpoints, one machine that dies with
// blocks in hand, and one that is slow. Every endpoint comes back once, and the
// slow machine holds nobody back.
func TestDeadAndSlowMachinesLoseNothing(t *testing.T) {
	const records = 40_000
	m := newMachines(t)
	want := m.endpoints(records)
	m.add("scan1", "exec "+probing(t, "virtual", ""))
	m.add("scan2", "exec "+probing(t, "real", ""))
	m.add("scan3", "exec "+probing(t, "real", "-r 300"))
	died := make(chan bool)
	go func() { // two blocks at a time: with the third begun, one is done, and one at least is not
		defer close(died)
		for until := time.Now().Add(time.Minute); m.begun("scan2") < 3 && time.Now().Before(until); {
			time.Sleep(5 * time.Millisecond)
		}
		m.kill("scan2")
	}()
	began := time.Now()
	m.try(m.recipe(">", "--block 1M", "--block 160k"))
	took := time.Since(began)
	<-died

	lines := bytes.Fields([]byte(m.read("results.ndjson")))
	if len(lines) != records {
		t.Errorf("%d records came back, want %d", len(lines), records)
	}
	m.try(m.bash("portsum results.ndjson > sum"))
	if m.read("sum") != want {
		t.Error("the summary is not that of one machine")
	}
	m.checkShares(took)
}

// checkShares holds the log of TestDeadAndSlowMachinesLoseNothing to what each machine was.
func (m *machines) checkShares(took time.Duration) {
	m.t.Helper()
	blocks, done, slow := m.log(), map[string]int{}, 0.0
	for _, b := range blocks {
		if b.status != "0" {
			m.t.Errorf("a block ended with %s on %s", b.status, b.machine)
		}
		if done[b.machine]++; b.machine == "scan3" {
			slow += b.seconds
		}
	}
	slow /= float64(max(done["scan3"], 1))
	m.t.Logf("%d blocks in %.1f s, done by %v; one takes scan3 %.1f s", len(blocks), took.Seconds(), done, slow)
	if done["scan2"] < 1 || m.begun("scan2") == done["scan2"] {
		m.t.Errorf("scan2 began %d blocks and did %d: it was to die with some in hand", m.begun("scan2"), done["scan2"])
	}
	third := len(blocks) / 3
	if even := slow * float64(third) / 2; done["scan3"] > third || took.Seconds() > even {
		m.t.Errorf("the slow machine did %d of %d blocks, in %v; an even third would have taken it %.1f s", done["scan3"], len(blocks), took, even)
	}
}

// TestFailedBlocksAreSentAgain: what has failed everywhere is known, is sent again by
// --resume-failed, and spoils nothing beside it.
func TestFailedBlocksAreSentAgain(t *testing.T) {
	m := newMachines(t)
	want := m.endpoints(2000)
	m.add("scan1", `if mkdir "$0.died" 2>/dev/null; then `+probing(t, "virtual", "")+" | awk 'NR<290 {print; next} {printf \"%.4s\", $0; exit}'; kill -9 $$; fi\n"+probing(t, "virtual", ""))
	few := []string{"--block 1M", "--block 50k", "scan1,scan2,scan3", "scan1", "--retries 3", "--retries 1"}
	var exit *exec.ExitError
	if out, err := m.recipe(">", few...).CombinedOutput(); !errors.As(err, &exit) || exit.ExitCode() != 1 {
		t.Fatalf("parallel ends with %v, want the number of blocks that failed, 1\n%s", err, out)
	}
	m.try(m.recipe(">>", append(few, "--joblog", "--resume-failed --joblog")...))
	out, err := m.bash("portsum results.ndjson > sum").CombinedOutput()
	if err == nil || strings.Count(string(out), "\n") != 1 || !strings.Contains(string(out), "not valid JSON") {
		t.Errorf("portsum says %q, want one torn line", out)
	}
	const torn = `{"kind":"summary","bad_records":1}` + "\n"
	if m.read("sum") != want+torn {
		t.Error("the summary is not that of one machine and the torn line")
	}
}

// TestErrorRecordsDoNotFailABlock: a block with a record that is an error is done,
// and is not asked again.
func TestErrorRecordsDoNotFailABlock(t *testing.T) {
	m := newMachines(t)
	m.endpoints(100)
	m.append("endpoints.ndjson", "{\"port\":70000}\n")
	m.add("scan1", "exec "+probing(t, "virtual", ""))
	m.try(m.recipe(">", "scan1,scan2,scan3", "scan1"))
	if text := m.read("results.ndjson"); m.begun("scan1") != 1 || strings.Count(text, "}\n") != 101 {
		t.Errorf("%d portprobes and the records\n%s", m.begun("scan1"), text)
	}
}

// TestInterruptedParallelResumes: what was under way is sent again, and nothing is
// left running on the machines.
func TestInterruptedParallelResumes(t *testing.T) {
	m := newMachines(t)
	want := m.endpoints(3000)
	m.add("scan1", "exec "+probing(t, "real", ""))
	few := []string{"--block 1M", "--block 50k", "scan1,scan2,scan3", "scan1"}
	cmd := m.recipe(">", few...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for until := time.Now().Add(time.Minute); m.begun("scan1") < 3 && time.Now().Before(until); {
		time.Sleep(5 * time.Millisecond)
	}
	if m.running() == 0 {
		t.Error("no portprobe is seen to run")
	}
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGINT)
	if err := cmd.Wait(); err == nil {
		t.Error("parallel ends with 0 though it was interrupted")
	}
	for until := time.Now().Add(5 * time.Second); m.running() > 0; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(until) {
			t.Fatalf("%d portprobes go on after the interrupt", m.running())
		}
	}
	done := len(m.log())
	m.try(m.recipe(">>", append(few, "--joblog", "--resume-failed --joblog")...))
	m.try(m.bash("portsum results.ndjson > sum"))
	if m.read("sum") != want {
		t.Error("the summary is not that of one machine")
	}
	if again := m.begun("scan1") - len(m.log()); done == 0 || again < 1 {
		t.Errorf("%d blocks were done at the interrupt, and %d begun twice", done, again)
	}
}
