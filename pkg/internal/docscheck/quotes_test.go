package docscheck

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"portkit/pkg/cli"
	"portkit/pkg/portdiff"
	"portkit/pkg/portfrom"
	"portkit/pkg/portgen"
	"portkit/pkg/portid"
	"portkit/pkg/portprobe"
	"portkit/pkg/portsum"
)

// theirs are the flags of other programs that the README uses.
var theirs = strings.Fields("--csv --now --icsv --ijson --opprint --threads --pipe --block --jobs --joblog --resume-failed " +
	"--job-name --array --ntasks --cpus-per-task --time --nonall --tag --sshloginfile --line-buffer --ungroup --halt --from-file " +
	"--top-ports --excludefile --max-rate --scan-delay --max-parallelism --max-retries --reason --stats-every --shards --wait --source-ip --banners --min-rate --version-intensity --script")

// TestFlagsExist checks every flag that a document names.
func TestFlagsExist(t *testing.T) {
	known := slices.Clone(theirs)
	for _, tool := range []cli.Tool{portgen.Tool(), portprobe.Tool(), portid.Tool(), portsum.Tool(), portdiff.Tool(), portfrom.Tool()} {
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
	for _, d := range documents(t) {
		found := regexp.MustCompile(`--[a-z][a-z0-9-]*`).FindAllString(d.text, -1)
		for _, flag := range found {
			if !slices.Contains(known, flag) {
				t.Errorf("%s: no tool has the flag %s", d.name(), flag)
			}
		}
		if len(found) < 5 {
			t.Errorf("%s: only %d flags were found", d.name(), len(found))
		}
	}
}

// TestMakeTargetsExist checks every "make x" that a document names.
func TestMakeTargetsExist(t *testing.T) {
	makefile, err := os.ReadFile(filepath.Join(filepath.Dir(path), "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range texts(t) {
		for _, s := range spans(d.text) {
			target, ok := strings.CutPrefix(s, "make ")
			target, _, _ = strings.Cut(target, " ")
			if ok && !strings.Contains(string(makefile), "\n"+target+":") {
				t.Errorf("%s: the Makefile has no target %s", d.name(), target)
			}
		}
	}
}

// TestSimulationIsDocumented: a document whose outputs come from a simulated
// network tells its readers how to get the same.
func TestSimulationIsDocumented(t *testing.T) {
	for _, d := range documents(t) {
		text := strings.Join(strings.Fields(d.text), " ")
		if want := "`--simulate " + simulated + "`"; !strings.Contains(text, want) {
			t.Errorf("%s does not mention %s", d.name(), want)
		}
	}
}

var (
	link    = regexp.MustCompile(`\]\(([^)]+)\)`)
	heading = regexp.MustCompile(`(?m)^#+ (.*)$`)
	manPage = regexp.MustCompile(`\b(port[a-z-]*)\(([157])\)`)
)

// TestLinks follows the links of the texts inside the repository, and
// their references to manual pages.
func TestLinks(t *testing.T) {
	for _, d := range texts(t) {
		anchors := map[string]bool{}
		for _, h := range heading.FindAllStringSubmatch(d.text, -1) {
			anchors["#"+strings.ReplaceAll(strings.ToLower(h[1]), " ", "-")] = true
		}
		for _, l := range link.FindAllStringSubmatch(d.text, -1) {
			to, isPath := l[1], !strings.Contains(l[1], "://")
			if strings.HasPrefix(to, "#") && !anchors[to] {
				t.Errorf("%s: no heading for %s", d.name(), to)
			} else if isPath && to[0] != '#' {
				exists(t, d, filepath.Join(filepath.Dir(d.path), to))
			}
		}
		for _, m := range manPage.FindAllStringSubmatch(d.text, -1) {
			exists(t, d, filepath.Join(filepath.Dir(path), "man", m[1]+"."+m[2]))
		}
	}
}

// exists reports a file that a document refers to and that does not exist.
func exists(t *testing.T, d document, name string) {
	t.Helper()
	if _, err := os.Stat(name); err != nil {
		t.Errorf("%s: %v", d.name(), err)
	}
}

// messages returns the messages that portkit-troubleshooting(7) explains.
func messages(t *testing.T) (all []string) {
	for _, d := range documents(t) {
		if d.name() == "portkit-troubleshooting.md" {
			for _, m := range regexp.MustCompile("(?m)^- `([^`]+)`: ").FindAllStringSubmatch(d.text, -1) {
				all = append(all, m[1])
			}
		}
	}
	return all
}
