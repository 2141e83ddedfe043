package readme

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"portkit/pkg/cli"
	"portkit/pkg/manual"
	"portkit/pkg/portdiff"
	"portkit/pkg/portgen"
	"portkit/pkg/portprobe"
	"portkit/pkg/portsum"
)

// theirs are the flags of other programs that the README uses.
var theirs = strings.Fields("--icsv --ijson --opprint --threads --pipe --block --jobs --joblog --resume-failed " +
	"--job-name --array --ntasks --cpus-per-task --time")

// pages are the manual pages that the README names.
var pages = map[string]string{"portgen": "man/portgen.1", "portprobe": "man/portprobe.1", "portdiff": "man/portdiff.1", "portkit": "man/portkit.5", "portkit-parallel": "man/portkit-parallel.7"}

// TestFlagsExist holds every flag that the README names to the tools' own.
func TestFlagsExist(t *testing.T) {
	known := slices.Clone(theirs)
	for _, tool := range []cli.Tool{portgen.Tool(), portprobe.Tool(), portsum.Tool(), portdiff.Tool()} {
		d, err := cli.Describe(tool)
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range d.Groups {
			for _, f := range g.Flags {
				known = append(known, "--"+f.Name)
			}
		}
	}
	found := regexp.MustCompile(`--[a-z][a-z0-9-]*`).FindAllString(readme(t), -1)
	for _, flag := range found {
		if !slices.Contains(known, flag) {
			t.Errorf("no tool has the flag %s", flag)
		}
	}
	if len(found) < 20 {
		t.Errorf("only %d flags were found", len(found))
	}
}

// TestMakeTargetsExist holds every "make x" to the Makefile.
func TestMakeTargetsExist(t *testing.T) {
	makefile, err := os.ReadFile(filepath.Join(filepath.Dir(path), "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range spans(readme(t)) {
		target, ok := strings.CutPrefix(s, "make ")
		target, _, _ = strings.Cut(target, " ")
		if ok && !strings.Contains(string(makefile), "\n"+target+":") {
			t.Errorf("the Makefile has no %s", target)
		}
	}
}

// TestSimulationIsTold holds the README to the network that its outputs come
// from.
func TestSimulationIsTold(t *testing.T) {
	if want := "`--simulate " + simulated + "`"; !strings.Contains(readme(t), want) {
		t.Errorf("the README does not say %s", want)
	}
}

// TestManyMachinesAreTheManuals: what is tried there with real machines is
// what the README shows.
func TestManyMachinesAreTheManuals(t *testing.T) {
	text := readme(t)
	for _, want := range []string{"\n" + manual.Recipe + " \\\n", "\n```bash scan.sbatch\n" + manual.Engine("scan.sbatch") + "```\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("the README does not have\n%s", want)
		}
	}
}

// TestLinksLeadSomewhere follows the links inside the README and the
// repository, and the names of manual pages.
func TestLinksLeadSomewhere(t *testing.T) {
	text := readme(t)
	headings := map[string]bool{}
	for _, h := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(text, -1) {
		headings["#"+strings.ReplaceAll(strings.ToLower(h[1]), " ", "-")] = true
	}
	files := []string{".ci/run"}
	for _, link := range regexp.MustCompile(`\]\(([^)]+)\)`).FindAllStringSubmatch(text, -1) {
		switch to := link[1]; {
		case strings.HasPrefix(to, "#"):
			if !headings[to] {
				t.Errorf("no heading answers to %s", to)
			}
		case !strings.HasPrefix(to, "https://"):
			files = append(files, to)
		}
	}
	for _, s := range spans(text) {
		if page, ok := strings.CutPrefix(s, "man "); ok {
			files = append(files, pages[page])
		}
	}
	for _, name := range files {
		if _, err := os.Stat(filepath.Join(filepath.Dir(path), name)); err != nil || name == "" {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// messages returns the first column of the table of messages.
func messages(t *testing.T) (all []string) {
	for line := range strings.Lines(section(t, readme(t), "When something goes wrong")) {
		if first := regexp.MustCompile("^\\| `([^`]+)` \\|").FindStringSubmatch(line); first != nil {
			all = append(all, first[1])
		}
	}
	return all
}
