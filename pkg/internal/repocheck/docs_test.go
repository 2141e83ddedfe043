package repocheck

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"portkit/pkg/cli"
	"portkit/pkg/internal/lab"
	"portkit/pkg/internal/manual"
	"portkit/pkg/portdiff"
	"portkit/pkg/portfrom"
	"portkit/pkg/portgen"
	"portkit/pkg/portid"
	"portkit/pkg/portprobe"
	"portkit/pkg/portsum"
)

var update = flag.Bool("update", false, "write the manual pages and completions instead of comparing them")

func tools() []cli.Tool {
	return []cli.Tool{portgen.Tool(), portprobe.Tool(), portid.Tool(), portsum.Tool(), portdiff.Tool(), portfrom.Tool()}
}

func file(path string) string { return filepath.Join(root, filepath.FromSlash(path)) }

// TestGeneratedFilesAreCurrent compares man/ and completions/ with what the source makes; with
// -update it makes them.
func TestGeneratedFilesAreCurrent(t *testing.T) {
	files, err := manual.Files(tools())
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range files {
		if *update {
			if err := os.WriteFile(file(path), want, 0o644); err != nil {
				t.Error(err)
			}
			continue
		}
		if got, err := os.ReadFile(file(path)); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not what the source makes (%v): run make docs", path, err)
		}
	}
	for _, dir := range []string{"man", "completions"} {
		entries, err := os.ReadDir(file(dir))
		if err != nil {
			t.Error(err)
		}
		for _, e := range entries {
			if files[dir+"/"+e.Name()] == nil {
				t.Errorf("%s/%s is made from nothing", dir, e.Name())
			}
		}
	}
}

// TestProgramsReadGeneratedFiles gives the files to the programs that they are for.
func TestProgramsReadGeneratedFiles(t *testing.T) {
	for _, c := range []struct{ files, program, args string }{
		{"man/*.[157]", "mandoc", "-T lint -W all"},
		{"man/*.[157]", "groff", "-man -ww -z -Tutf8"},
		{"completions/*.bash", "bash", "-n"},
		{"completions/_*", "zsh", "-n"},
		{"completions/*.fish", "fish", "--no-execute"},
	} {
		t.Run(c.program, func(t *testing.T) {
			lab.Programs(t, c.program)
			files, err := filepath.Glob(file(c.files))
			if err != nil || len(files) < len(tools()) {
				t.Fatalf("%s: %q, %v", c.files, files, err)
			}
			for _, f := range files {
				cmd := exec.Command(c.program, append(strings.Fields(c.args), f)...)
				if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
					t.Errorf("%s: %v\n%s", f, err, out)
				}
			}
		})
	}
}

// TestHelpAndManualAreComplete holds each tool to the texts that help and manual
// are made of.
func TestHelpAndManualAreComplete(t *testing.T) {
	for _, tool := range tools() {
		d, err := cli.Describe(tool)
		if err != nil {
			t.Fatal(err)
		}
		if tool.Summary == "" || tool.Reads == "" || len(tool.Examples) == 0 {
			t.Errorf("%s lacks a summary, what it reads, or examples", tool.Name)
		}
		for _, g := range d.Groups {
			for _, f := range g.Flags {
				if !strings.HasSuffix(f.Help, ".") {
					t.Errorf("%s --%s: the help is no sentence: %q", tool.Name, f.Name, f.Help)
				}
			}
		}
		for _, a := range d.Args {
			if !strings.HasSuffix(a.Help, ".") {
				t.Errorf("%s %s: the help is no sentence: %q", tool.Name, a.Name, a.Help)
			}
		}
		if !bytes.HasPrefix(tool.Schema(), []byte("{")) {
			t.Errorf("%s --schema prints %q", tool.Name, tool.Schema())
		}
	}
}
