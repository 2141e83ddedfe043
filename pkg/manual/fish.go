package manual

import (
	"fmt"
	"strings"

	"portkit/pkg/cli"
)

// Fish returns the completion of a tool for fish (complete(1)).
func Fish(d *cli.Doc) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "# fish completion for %s; made by \"make docs\".\n", d.Tool.Name)
	arg := fishAction(argument(d).Complete)
	fmt.Fprintf(&b, "complete -c %s%s\n", d.Tool.Name, strings.TrimPrefix(arg, " -r"))
	for _, f := range allFlags(d) {
		fmt.Fprintf(&b, "complete -c %s", d.Tool.Name)
		if f.Short != "" {
			b.WriteString(" -s " + f.Short)
		}
		b.WriteString(" -l " + f.Name)
		if f.Value != "" {
			b.WriteString(fishValue(f))
		}
		b.WriteString(" -d " + fishQuote(short(f)) + "\n")
	}
	return []byte(b.String())
}

func fishValue(f cli.FlagDoc) string {
	if len(f.Enum) == 0 {
		return fishAction(f.Complete)
	}
	words := make([]string, len(f.Enum))
	for i, e := range f.Enum {
		words[i] = shellWord(e)
	}
	list := strings.Join(words, " ")
	switch {
	case takesFile(f):
		list += " (" + fishFile + ")"
	case f.List:
		list = "(__fish_append , " + list + ")"
	}
	return " -x -a " + fishQuote(list)
}

// fishFile lists the files that go on behind @.
const fishFile = `commandline -ct | string replace -rf '^(--[^=]*=)?@' '' | while read -l f; __fish_complete_path $f | string replace -r '^' @; end`

func fishAction(kind string) string {
	switch kind {
	case "file":
		return " -r -F"
	case "directory":
		return " -x -a '(__fish_complete_directories)'"
	case "host":
		return " -x -a '(__fish_print_hostnames)'"
	case "interface":
		return " -x -a '(__fish_print_interfaces)'"
	}
	return " -x"
}

func fishQuote(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(s) + "'"
}
