package repocheck

import (
	"bytes"
	"strings"
	"testing"

	"portkit/pkg/cli"
	"portkit/pkg/translate"
)

// flagsOf returns the flags of a tool.
func flagsOf(t *testing.T, tool cli.Tool) (flags []cli.FlagDoc) {
	t.Helper()
	d, err := cli.Describe(tool)
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range d.Groups {
		flags = append(flags, g.Flags...)
	}
	return flags
}

// TestUnknownFlagNamesTheToolThatHasIt gives each tool every flag that it does not
// have and another has: the error names the tools that have it, and no others.
func TestUnknownFlagNamesTheToolThatHasIt(t *testing.T) {
	owners := map[string][]string{}
	has := map[[2]string]bool{}
	for _, tool := range tools() {
		for _, f := range flagsOf(t, tool) {
			for _, name := range []string{"--" + f.Name, "-" + f.Short} {
				if name != "-" {
					owners[name] = append(owners[name], tool.Name)
					has[[2]string{tool.Name, name}] = true
					if known := translate.Lookup(name); known.Tools != nil && known.Value != (f.Value != "") {
						t.Errorf("%s %s: value %q, but translate has %+v", tool.Name, name, f.Value, known)
					}
				}
			}
		}
	}
	for name, those := range owners {
		for _, tool := range tools() {
			if has[[2]string{tool.Name, name}] {
				continue
			}
			var out, err bytes.Buffer
			status := cli.Run(tool, cli.IO{Args: []string{name}, In: strings.NewReader(""), Out: &out, Err: &err})
			got, want := err.String(), " belongs to "+strings.Join(those, " and ")+"\n"
			if status != cli.StatusUsage || !strings.HasPrefix(got, tool.Name+": "+name) || !strings.HasSuffix(got, want) {
				t.Errorf("%s %s: status %d, %q; want %q", tool.Name, name, status, got, want)
			}
		}
	}
}

// TestHelpPrintsTheValuesOfFlags looks for every value of a flag in the help of its tool, and
// for whether it may be repeated.
func TestHelpPrintsTheValuesOfFlags(t *testing.T) {
	solid := func(s string) string { return strings.Join(strings.Fields(s), "") }
	for _, tool := range tools() {
		var out bytes.Buffer
		cli.Run(tool, cli.IO{Args: []string{"--help"}, In: strings.NewReader(""), Out: &out, Err: &out})
		for _, f := range flagsOf(t, tool) {
			text := f.Text()
			if !strings.Contains(solid(out.String()), solid("--"+f.Name+f.Value+text)) {
				t.Errorf("%s --help: --%s lacks %q", tool.Name, f.Name, text)
			}
			for _, value := range f.Enum {
				if !strings.Contains(f.Value+" "+text, value) {
					t.Errorf("%s --help: --%s lacks the value %s: %s", tool.Name, f.Name, value, text)
				}
			}
			if f.Repeats && !strings.Contains(text, "epeatable") {
				t.Errorf("%s --help: --%s may be repeated: %s", tool.Name, f.Name, text)
			}
		}
	}
}

// TestErrorsOfValuesAreOurs gives every flag that has a value one that is not a number: kong's
// own messages are of another style.
func TestErrorsOfValuesAreOurs(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, tool := range tools() {
		for _, f := range flagsOf(t, tool) {
			if f.Value == "" {
				continue
			}
			var out, messages bytes.Buffer
			cli.Run(tool, cli.IO{Args: []string{"--" + f.Name + "=30d"}, In: strings.NewReader(""), Out: &out, Err: &messages})
			if strings.Contains(messages.String(), "expected") {
				t.Errorf("%s --%s=30d: %s", tool.Name, f.Name, messages.String())
			}
		}
	}
}
