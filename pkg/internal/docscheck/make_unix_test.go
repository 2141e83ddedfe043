//go:build unix

package docscheck

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"portkit/pkg/internal/lab"
)

// makes are the lines with make that the README may have, and how each is
// run: as it stands, into a folder of the test's own, or, with the reason,
// only asked for (make -n).
var makes = map[string]struct{ destdir, only string }{
	"make demo":                            {},
	"make install PREFIX=\"$HOME/.local\"": {destdir: "yes"},
	"make test":                            {only: "it would run this test, which would run it"},
}

func runMake(t *testing.T, line string) {
	lab.Slow(t, "commands of the documents")
	how, ok := makes[line]
	if !ok {
		t.Fatalf("%s: the test knows no way to run this line", line)
	}
	lab.Programs(t, "make")
	home, dest := t.TempDir(), t.TempDir()
	switch {
	case how.only != "":
		line += " -n"
	case how.destdir != "":
		line += " DESTDIR='" + dest + "'"
	}
	cmd := exec.Command("sh", "-c", line)
	cmd.Dir = filepath.Dir(path)
	cmd.Env = append(withoutMake(t, os.Environ()), "HOME="+home)
	out := &strings.Builder{}
	cmd.Stdout, cmd.Stderr = out, out
	if err := runGroup(cmd); err != nil {
		t.Fatalf("%s: %v\n%s", line, err, out)
	}
	if how.destdir != "" {
		installed(t, filepath.Join(dest, home, ".local"))
	}
}

// installed checks that programs and manual pages were installed.
func installed(t *testing.T, prefix string) {
	for _, name := range []string{"portgen", "portprobe", "portid", "portsum", "portdiff", "portfrom"} {
		out, err := exec.Command(filepath.Join(prefix, "bin", name), "--version").CombinedOutput()
		if err != nil || !strings.HasPrefix(string(out), name+" ") {
			t.Errorf("installed %s --version: %v\n%s", name, err, out)
		}
		if _, err := os.Stat(filepath.Join(prefix, "share/man/man1", name+".1")); err != nil {
			t.Error(err)
		}
	}
	pages, err := filepath.Glob(filepath.Join(filepath.Dir(path), "man", "*.[57]"))
	if err != nil || len(pages) < 2 {
		t.Errorf("manual pages: %q, %v", pages, err)
	}
	for _, page := range pages {
		section := "man" + strings.TrimPrefix(filepath.Ext(page), ".")
		if _, err := os.Stat(filepath.Join(prefix, "share/man", section, filepath.Base(page))); err != nil {
			t.Error(err)
		}
	}
}

// withoutMake is the environment that a person's shell has: this test may be
// run by make itself, which hands its own flags down. Where Go keeps what it
// has built does not follow a new HOME.
func withoutMake(t *testing.T, env []string) (clean []string) {
	for _, v := range env {
		name, _, _ := strings.Cut(v, "=")
		switch name {
		case "MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "PREFIX", "DESTDIR", "HOME":
		default:
			clean = append(clean, v)
		}
	}
	for _, name := range []string{"GOCACHE", "GOMODCACHE", "GOPATH"} {
		out, err := exec.Command("go", "env", name).Output()
		if err != nil {
			t.Fatal(err)
		}
		clean = append(clean, name+"="+strings.TrimSpace(string(out)))
	}
	return clean
}
