package manual

import (
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"portkit/pkg/endpoint"
)

// need skips a test whose program is missing.
func need(t *testing.T, program string) {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		t.Skipf("%s is not installed", program)
	}
}

func write(t *testing.T, name string, text []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func pages(t *testing.T) map[string][]byte {
	t.Helper()
	all, err := Files(nil)
	if err != nil {
		t.Fatal(err)
	}
	named := map[string][]byte{"toy.1": Page(toyDoc(t))}
	for name, page := range all {
		named[path.Base(name)] = page
	}
	return named
}

func TestMandocHasNothingToSay(t *testing.T) {
	need(t, "mandoc")
	for name, page := range pages(t) {
		out, err := exec.Command("mandoc", "-T", "lint", "-W", "all", write(t, name, page)).CombinedOutput()
		if err != nil || len(out) > 0 {
			t.Errorf("%s: %v\n%s\n%s", name, err, out, page)
		}
	}
}

func TestGroffHasNothingToSay(t *testing.T) {
	need(t, "groff")
	for name, page := range pages(t) {
		cmd := exec.Command("groff", "-man", "-ww", "-z", "-Tutf8", write(t, name, page))
		if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}

// What is on the screen is what the tool says, to the character.
func TestPageOnTheScreen(t *testing.T) {
	need(t, "mandoc")
	out, err := exec.Command("mandoc", "-T", "utf8", "-O", "width=80", write(t, "toy.1", Page(toyDoc(t)))).Output()
	if err != nil {
		t.Fatal(err)
	}
	overstruck := regexp.MustCompile(`.\x08`).ReplaceAllString(string(out), "")
	screen := strings.Join(strings.Fields(overstruck), " ")
	for _, want := range []string{
		"NAME toy - copy lines SYNOPSIS toy [flags] [FILE ...]",
		`First paragraph with --order, don't touch \n and portkit(5).`,
		".Second ~ ^ ` \" é. shown -v 'as it' stands",
		"-p, --ports SPEC Ports: 22, 80-90 or -1024; it's [a set]. And more. Repeatable.",
		"--order linear|random In which order (default: linear).",
		"Only these, as --order says. Values: open, open|filtered, closed. Repeatable.",
		"-t, --timeout DURATION The longest wait (default: 3s). More -i, --list FILE",
		"OWN SECTION Own text. item (1, 2) Its --order. other That. More text. LIMITS Each tool requires 24 file descriptors",
		"EXIT STATUS 0 Success.",
		"141 The reader of standard output exited (SIGPIPE).",
		"ENVIRONMENT TOY What toys read. NO_COLOR",
		"EXAMPLES Copy. toy -p- 'a b' toy | toy Again. toy SEE ALSO portgen(1), portkit(5)",
	} {
		if !strings.Contains(screen, want) {
			t.Errorf("%q is not on the page:\n%s", want, overstruck)
		}
	}
	if strings.Contains(screen, "--secret") {
		t.Error("a hidden flag is on the page")
	}
}

func TestEveryReasonIsExplained(t *testing.T) {
	texts := reasonTexts()
	for i := range endpoint.Reasons - 1 {
		if r := endpoint.Reason(i + 1); texts[r] == "" {
			t.Errorf("%v has no text", r)
		}
	}
	page := string(Records())
	for _, want := range []string{`\fBno\-response\fR (TCP: filtered; UDP: open|filtered)`, `\fBport\fR (integer 1\-65535, required)`, `\fBbad_records\fR`} {
		if !strings.Contains(page, want) {
			t.Errorf("portkit(5) lacks %q", want)
		}
	}
}
