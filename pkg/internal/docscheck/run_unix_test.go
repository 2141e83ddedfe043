//go:build unix

package docscheck

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"portkit/pkg/internal/lab"
)

var update = flag.Bool("update", false, "write what the blocks print into the documents instead of comparing it")

func TestMain(m *testing.M) { lab.Main(m) }

// most is how long a block may take.
const most = 2 * time.Minute

// runGroup runs a command as a process group of its own, and ends the group
// if it takes too long.
func runGroup(cmd *exec.Cmd) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.WaitDelay = 5 * time.Second
	if err := cmd.Start(); err != nil {
		return err
	}
	late := false
	end := time.AfterFunc(most, func() {
		late = true
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	})
	err := cmd.Wait()
	if !end.Stop() && late {
		return fmt.Errorf("took longer than %v", most)
	}
	return err
}

// TestDocuments runs the command blocks of every document.
func TestDocuments(t *testing.T) {
	serveAll(t)
	answer(t)
	bin := programs(t)
	for _, d := range documents(t) {
		t.Run(d.name(), func(t *testing.T) {
			t.Parallel()
			d.run(t, &shell{bin: bin, dir: t.TempDir()})
		})
	}
}

// run runs the command blocks of a document.
func (d document) run(t *testing.T, sh *shell) {
	all, err := blocks(d.text)
	if err != nil {
		t.Fatal(err)
	}
	outputs := map[int]string{} // by the index of the block that shows it
	ran := 0
	for i, b := range all {
		switch {
		case b.name != "" && b.lang != "sh":
			if err := os.WriteFile(filepath.Join(sh.dir, b.name), []byte(b.text), 0o644); err != nil {
				t.Fatal(err)
			}
		case b.lang == "sh":
			ran++
			t.Run(fmt.Sprintf("line %d", b.line), func(t *testing.T) { runBlock(t, sh, b, all[i+1:], outputs, i+1) })
		case b.lang != "text" || i == 0 || all[i-1].lang != "sh":
			t.Errorf("line %d: a block of %q is no commands, no file, and no output of the block before", b.line, b.lang)
		}
	}
	if ran < 2 {
		t.Errorf("found only %d command blocks", ran)
	}
	t.Logf("%d command blocks", ran)
	if *update {
		d.write(t, all, outputs)
	}
}

// runBlock runs a command block and compares what it prints with the block
// after it, if that shows it. With -update it keeps that for write.
func runBlock(t *testing.T, sh *shell, b block, after []block, outputs map[int]string, index int) {
	if strings.HasPrefix(b.text, "make ") {
		for line := range strings.Lines(b.text) {
			t.Run(strings.Fields(line)[1], func(t *testing.T) { runMake(t, strings.TrimSpace(line)) })
		}
		return
	}
	need(t, b.text)
	net, err := network(b.text)
	if err != nil {
		t.Fatal(err)
	}
	out, err := sh.run(b.text, net)
	if err != nil {
		t.Fatalf("%s%v", b.text, err)
	}
	if len(after) == 0 || after[0].lang != "text" || after[0].name != "" {
		return
	}
	if net == likeLoopback && lab.Missing() != "" {
		t.Log("not compared: other programs listen on this 127.0.0.1")
		return
	}
	if want := after[0].text; form(out) != form(want) {
		if outputs[index] = out; !*update {
			t.Errorf("%sprints\n%s\nand the document shows\n%s(go test ./pkg/internal/docscheck -update writes it)", b.text, out, want)
		}
	}
}

// form takes out of an output what differs from run to run.
func form(out string) string {
	out = regexp.MustCompile(`"time":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"`).ReplaceAllString(out, `"time":"…"`)
	return regexp.MustCompile(`"rtt_ms":\d+\.\d{3}`).ReplaceAllString(out, `"rtt_ms":…`)
}

// write puts outputs into the document, the last first: positions stay valid.
func (d document) write(t *testing.T, all []block, outputs map[int]string) {
	text := d.text
	for i := len(all) - 1; i >= 0; i-- {
		if out, ok := outputs[i]; ok {
			text = text[:all[i].begin] + out + text[all[i].end:]
		}
	}
	if err := os.WriteFile(d.path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
