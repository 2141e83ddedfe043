package repocheck

import (
	"debug/buildinfo"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"portkit/pkg/internal/lab"
)

// packages are what "make package" made.
type packages struct{ deb, rpm string }

const packageVersion = "1.2.3-rc1"

// makePackages makes the packages of a copy of the repository in a folder of
// its own, so that the programs in bin/ stay what they are.
func makePackages(t *testing.T, umask, zone string) packages {
	t.Helper()
	top := filepath.Join(t.TempDir(), "portkit")
	if err := os.Mkdir(top, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range strings.Fields("cmd pkg man completions go.mod go.sum Makefile README.md LICENSE .ci .github") {
		run(t, "cp", "-R", file(name), filepath.Join(top, name))
	}
	cmd := exec.Command("sh", "-c", `umask "$1"; exec make -s package VERSION="$2" COMMIT=c0ffee SOURCE_DATE_EPOCH=1234567890`, "sh", umask, packageVersion)
	cmd.Dir = top
	cmd.Env = append(slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "MAKE") }), "TZ="+zone)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("make package: %v\n%s", err, out)
	}
	var p packages
	for suffix, where := range map[string]*string{".deb": &p.deb, ".rpm": &p.rpm} {
		made, err := filepath.Glob(filepath.Join(top, "dist", "*"+suffix))
		if err != nil || len(made) != 1 {
			t.Fatalf("make package made %q (%v)", made, err)
		}
		*where = made[0]
	}
	return p
}

// run returns what a command prints, which has to succeed.
func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
	return string(out)
}

// installed are the files of the packages with their modes, the completion
// of zsh in the folder that each kind of system has for it.
func installed(t *testing.T, zsh string) map[string]fs.FileMode {
	files := map[string]fs.FileMode{
		"/usr/share/doc/portkit/README.md":           0o644,
		"/usr/share/doc/portkit/README.capabilities": 0o644,
		"/usr/share/doc/portkit/copyright":           0o644,
		"/usr/share/doc/portkit/changelog.gz":        0o644,
	}
	pages, err := filepath.Glob(file("man/*"))
	if err != nil || len(pages) == 0 {
		t.Fatalf("manual pages: %q, %v", pages, err)
	}
	for _, page := range pages {
		files["/usr/share/man/man"+page[len(page)-1:]+"/"+filepath.Base(page)+".gz"] = 0o644
	}
	for _, tool := range tools() {
		files["/usr/bin/"+tool.Name] = 0o755
		files["/usr/share/bash-completion/completions/"+tool.Name] = 0o644
		files["/usr/share/fish/vendor_completions.d/"+tool.Name+".fish"] = 0o644
		files["/usr/share/zsh/"+zsh+"/_"+tool.Name] = 0o644
	}
	return files
}

func TestPackages(t *testing.T) {
	lab.Slow(t, "packages")
	lab.Programs(t, "make", "git", "gzip", "fold", "dpkg-deb")
	nfpm := exec.Command("go", "tool", "-modfile=.ci/nfpm/go.mod", "nfpm", "--version")
	nfpm.Dir = file(".")
	if out, err := nfpm.CombinedOutput(); err != nil {
		lab.Skip(t, "needs the Go module nfpm: "+string(out))
	}
	p := makePackages(t, "022", "UTC")
	t.Run("reproducible", func(t *testing.T) {
		again := makePackages(t, "077", "Asia/Tokyo")
		run(t, "cmp", p.deb, again.deb)
		run(t, "cmp", p.rpm, again.rpm)
	})
	t.Run("deb", func(t *testing.T) { checkDeb(t, p.deb) })
	t.Run("rpm", func(t *testing.T) { checkRPM(t, p.rpm) })
	t.Run("lintian", func(t *testing.T) {
		lab.Programs(t, "lintian")
		run(t, "lintian", "--allow-root", "--fail-on", "error,warning", p.deb)
	})
	t.Run("runs", func(t *testing.T) { checkInstalled(t, install(t, p.deb)) })
}

func checkDeb(t *testing.T, deb string) {
	for field, want := range map[string]string{"Package": "portkit", "Version": "1.2.3~rc1", "Depends": "", "Architecture": "*"} {
		if got := strings.TrimSpace(run(t, "dpkg-deb", "-f", deb, field)); got != want && (want != "*" || got == "") {
			t.Errorf("%s is %q, want %q", field, got, want)
		}
	}
	// Nothing of it is run by the system, so that nothing is given or said.
	control := t.TempDir()
	run(t, "dpkg-deb", "-e", deb, control)
	if names := run(t, "ls", control); names != "control\nmd5sums\n" {
		t.Errorf("the control files are\n%s", names)
	}
	want := installed(t, "vendor-completions")
	want["/usr/share/lintian/overrides/portkit"] = 0o644
	for line := range strings.Lines(run(t, "dpkg-deb", "-c", deb)) {
		f := strings.Fields(line)
		name := strings.TrimPrefix(f[len(f)-1], ".")
		if f[1] != "root/root" || f[0][0] != 'd' && f[0] != want[name].String() || f[0][0] == 'd' && f[0] != "drwxr-xr-x" {
			t.Errorf("%s", line)
		}
		delete(want, name)
	}
	if len(want) > 0 {
		t.Errorf("it lacks %v", want)
	}
}

func checkRPM(t *testing.T, rpm string) {
	lab.Programs(t, "rpm")
	want := installed(t, "site-functions")
	for line := range strings.Lines(run(t, "rpm", "-qp", "--qf", "[%{FILEMODES:perms} %{FILEUSERNAME}/%{FILEGROUPNAME} %{FILENAMES}\n]", rpm)) {
		f := strings.Fields(line)
		if f[1] != "root/root" || f[0][0] != 'd' && f[0] != want[f[2]].String() {
			t.Errorf("%s", line)
		}
		delete(want, f[2])
	}
	if len(want) > 0 {
		t.Errorf("it lacks %v", want)
	}
	if got := run(t, "rpm", "-qp", "--qf", "%{NAME} %{VERSION} %{LICENSE} %{BUILDHOST}", "--scripts", "--requires", rpm); strings.TrimSpace(got) != "portkit 1.2.3~rc1 MIT localhost" {
		t.Errorf("it is %q", got)
	}
	run(t, "rpm", "-K", "--nosignature", rpm)
}

// install installs the package in a folder that is a system of its own to
// dpkg, which takes root; without that it is unpacked.
func install(t *testing.T, deb string) (root string) {
	root = t.TempDir()
	if _, err := exec.LookPath("dpkg"); err != nil || os.Geteuid() != 0 {
		run(t, "dpkg-deb", "-x", deb, root)
		return root
	}
	for _, dir := range []string{"info", "updates", "triggers"} {
		if err := os.MkdirAll(filepath.Join(root, "var/lib/dpkg", dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"status", "available"} {
		if err := os.WriteFile(filepath.Join(root, "var/lib/dpkg", name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	dpkg := []string{"--root=" + root, "--force-architecture"}
	run(t, "dpkg", append(dpkg, "-i", deb)...)
	if out := run(t, "dpkg", append(dpkg, "--verify", "portkit")...); out != "" {
		t.Errorf("dpkg --verify says\n%s", out)
	}
	t.Cleanup(func() {
		run(t, "dpkg", append(dpkg, "--purge", "portkit")...)
		if left, _ := filepath.Glob(filepath.Join(root, "usr/bin/*")); len(left) > 0 {
			t.Errorf("after removal there is %q", left)
		}
	})
	return root
}

// checkInstalled uses what was installed.
func checkInstalled(t *testing.T, root string) {
	bin := filepath.Join(root, "usr/bin")
	for _, tool := range tools() {
		if got, want := run(t, filepath.Join(bin, tool.Name), "--version"), tool.Name+" "+packageVersion+" (c0ffee)\n"; !strings.HasPrefix(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
	scan := exec.Command("sh", "-c", "portgen 192.0.2.0/30 -p 22,80 | portprobe --simulate open=0.5 | portsum -o text")
	scan.Env = []string{"PATH=" + bin}
	if out, err := scan.CombinedOutput(); err != nil || !strings.Contains(string(out), "TOTALS FOR 4 HOSTS") {
		t.Errorf("%v\n%s", err, out)
	}
	for _, page := range []string{"man1/portgen.1", "man7/portkit-parallel.7", "man7/portkit.7"} {
		want, err := os.ReadFile(file("man/" + path.Base(page)))
		if err != nil {
			t.Fatal(err)
		}
		if got := run(t, "gzip", "-dc", filepath.Join(root, "usr/share/man", page+".gz")); got != string(want) {
			t.Errorf("%s is another page", page)
		}
	}
	licenses := run(t, "cat", filepath.Join(root, "usr/share/doc/portkit/copyright"))
	for _, tool := range tools() {
		built, err := buildinfo.ReadFile(filepath.Join(bin, tool.Name))
		if err != nil {
			t.Fatal(err)
		}
		for _, module := range built.Deps {
			if !strings.Contains(licenses, fmt.Sprintf("\nThe programs contain %s %s, under this license:\n", module.Path, module.Version)) {
				t.Errorf("the license of %s is missing", module.Path)
			}
		}
	}
}
