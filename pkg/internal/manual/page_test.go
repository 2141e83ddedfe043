package manual

import (
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"portkit/pkg/endpoint"
	"portkit/pkg/internal/lab"
	"portkit/pkg/payload"
)

// need skips the test if a program is missing.
func need(t *testing.T, program string) {
	t.Helper()
	lab.Programs(t, program)
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
	named := map[string][]byte{"toy.1": toyPage(t)}
	for name, page := range all {
		named[path.Base(name)] = page
	}
	return named
}

func TestMandocFindsNoErrors(t *testing.T) {
	need(t, "mandoc")
	for name, page := range pages(t) {
		out, err := exec.Command("mandoc", "-T", "lint", "-W", "all", write(t, name, page)).CombinedOutput()
		if err != nil || len(out) > 0 {
			t.Errorf("%s: %v\n%s\n%s", name, err, out, page)
		}
	}
}

func TestGroffFindsNoErrors(t *testing.T) {
	need(t, "groff")
	for name, page := range pages(t) {
		cmd := exec.Command("groff", "-man", "-ww", "-z", "-Tutf8", write(t, name, page))
		if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}

// TestPageIsRendered compares the page on the screen with the texts of the tool.
func TestPageIsRendered(t *testing.T) {
	need(t, "mandoc")
	out, err := exec.Command("mandoc", "-T", "utf8", "-O", "width=80", write(t, "toy.1", toyPage(t))).Output()
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

// TestPagesReferToTheTools checks that pages refer to all tools, and to no page that does not
// exist.
func TestPagesReferToTheTools(t *testing.T) {
	texts := map[string]string{}
	for _, dir := range []string{"pages", "pages/reference"} {
		entries, err := sources.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			name, ok := strings.CutSuffix(e.Name(), ".md")
			if ok && path.Ext(name) == "" {
				name += ".7"
			}
			if ok {
				texts[name] = string(source(path.Join(dir, e.Name())))
			}
		}
	}
	reference := regexp.MustCompile(`\b(port(?:gen|probe|id|sum|diff|from|kit)(?:-[a-z]+)?)(?:\(([157])\)|\.[157]\b)`)
	for name, text := range texts {
		_, also, _ := strings.Cut(text, "\n## See also\n")
		for _, tool := range []string{"portgen", "portprobe", "portid", "portsum", "portdiff", "portfrom"} {
			if name != tool+".1" && name != "portkit-performance.7" && !strings.Contains(also, tool+"(1)") {
				t.Errorf("%s does not refer to %s(1)", name, tool)
			}
		}
		for _, m := range reference.FindAllStringSubmatch(text, -1) {
			if texts[m[1]+"."+m[2]] == "" {
				t.Errorf("%s refers to %s", name, m[0])
			}
		}
	}
}

// TestPagesHaveNoEmptyParentheses finds terms whose details are missing.
func TestPagesHaveNoEmptyParentheses(t *testing.T) {
	for name, page := range pages(t) {
		for line := range strings.Lines(string(page)) {
			if strings.Contains(line, " ()") {
				t.Errorf("%s: %s", name, line)
			}
		}
	}
}

// TestEveryReasonIsExplained checks that portkit(5) lists each reason with the
// state, or the states by protocol, that it is the evidence for.
func TestEveryReasonIsExplained(t *testing.T) {
	page := string(source("pages/reference/portkit.5.md"))
	for i := range endpoint.Reasons - 1 {
		reason := endpoint.Reason(i + 1)
		states := reason.State(endpoint.TCP).String()
		if udp := reason.State(endpoint.UDP).String(); udp != states {
			states = "TCP: " + states + "; UDP: " + udp
		}
		if reason == endpoint.PortUnreach {
			states += " or filtered" // from another address
		}
		if item := fmt.Sprintf("\n- `%s` (%s): ", reason, states); !strings.Contains(page, item) {
			t.Errorf("portkit(5) lacks %q", item)
		}
	}
}

func TestFieldsAreListed(t *testing.T) {
	page := string(pages(t)["portkit.5"])
	for _, want := range []string{`\fBport\fR (integer 1\-65535, required)`, `\fBbad_records\fR`} {
		if !strings.Contains(page, want) {
			t.Errorf("portkit(5) lacks %q", want)
		}
	}
}

// TestRequestsAreListed checks that portprobe(1) lists each protocol and port
// that a UDP request is sent to, and why a reply may be large.
func TestRequestsAreListed(t *testing.T) {
	var requests, large, silent roff
	requests.requests(payload.All())
	large.largeReplies(payload.All())
	silent.silentServices(payload.Silent())
	text := func(r *roff) string { return strings.Join(strings.Fields(r.b.String()), " ") }
	for _, q := range payload.All() {
		if n := strings.Count(text(&requests), ".TP "+bold(q.App)+" ("); n != 1 {
			t.Errorf("%s is listed %d times", q.App, n)
		}
		notes := &requests
		if q.Large {
			notes = &large
		}
		if q.Large && q.Note == "" || !strings.Contains(text(notes), escape(q.Note)) || !strings.Contains(text(&requests), escape(q.Source)+".") {
			t.Errorf("%s: the source %q or the note %q is missing", q.App, q.Source, q.Note)
		}
	}
	for _, m := range payload.Silent() {
		if !strings.Contains(text(&silent), bold(m.Name)+" ("+portList(m.Ports)+") "+escape(m.Why)) {
			t.Errorf("%s is missing", m.Name)
		}
	}
	if got := portList([]uint16{7, 9, 7}); got != "7, 9" {
		t.Errorf("the ports are %q", got)
	}
}
