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
	for _, kind := range listKinds(d) {
		list := foldCommand("    set -l list "+strings.Join(words(kind), " "), listWidth)
		fmt.Fprintf(&b, fishList, d.Tool.Name, kind, list)
	}
	arg := fishAction(argument(d).Complete)
	fmt.Fprintf(&b, "complete -c %s%s\n", d.Tool.Name, strings.TrimPrefix(arg, " -r"))
	for _, f := range allFlags(d) {
		fmt.Fprintf(&b, "complete -c %s", d.Tool.Name)
		if f.Short != "" {
			b.WriteString(" -s " + f.Short)
		}
		b.WriteString(" -l " + f.Name)
		if f.Value != "" {
			b.WriteString(fishValue(d.Tool.Name, f))
		}
		b.WriteString(" -d " + fishQuote(short(f)) + "\n")
	}
	return []byte(b.String())
}

// fishList defines the function that lists the values of a kind, each prefixed
// with the items before it in the current word.
const fishList = `function __%s_%s
    set -l head (commandline -ct | string replace -r '^(--[^=]*=|-[a-zA-Z])' '' | string replace -r '[^,:]*$' '')
%s
    printf '%%s\n' "$head"$list
end
`

func fishValue(tool string, f cli.FlagDoc) string {
	if listed(f.Complete) {
		return " -x -a '(__" + tool + "_" + f.Complete + ")'"
	}
	if len(f.Enum) == 0 {
		return fishAction(f.Complete)
	}
	values := make([]string, len(f.Enum))
	for i, e := range f.Enum {
		values[i] = shellWord(e)
	}
	list := strings.Join(values, " ")
	switch {
	case acceptsFile(f):
		list += " (" + fishFile + ")"
	case f.List:
		list = "(__fish_append , " + list + ")"
	}
	return " -x -a " + fishQuote(list)
}

// fishFile lists the files that complete what follows @.
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
