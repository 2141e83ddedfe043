package manual

import (
	"fmt"
	"strings"

	"portkit/pkg/cli"
)

// Zsh returns the completion of a tool for zsh (zshcompsys(1), _arguments).
func Zsh(d *cli.Doc) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "#compdef %s\n# Made by \"make docs\".\n\n", d.Tool.Name)
	for _, kind := range listKinds(d) {
		list := foldCommand(kind+"_list=("+strings.Join(words(kind), " ")+")", listWidth)
		fmt.Fprintf(&b, "local -a %s_list\n%s\n\n", kind, list)
	}
	b.WriteString("_arguments -s -S")
	for _, f := range allFlags(d) {
		for _, spec := range zshFlag(f) {
			b.WriteString(" \\\n    " + quote(spec))
		}
	}
	if len(d.Args) > 0 {
		a := argument(d)
		b.WriteString(" \\\n    " + quote("*:"+zshEscape(a.Name)+":"+zshAction(a.Complete)))
	}
	b.WriteString("\n")
	return []byte(b.String())
}

// zshFlag returns a specification for each spelling of a flag. The spellings of a
// flag that may be given once exclude each other.
func zshFlag(f cli.FlagDoc) []string {
	prefix := "(" + strings.Join(spellings(f), " ") + ")"
	if f.Repeats {
		prefix = "*"
	}
	text := "[" + zshEscape(short(f)) + "]"
	var specs []string
	for _, s := range spellings(f) {
		switch {
		case f.Value == "":
			specs = append(specs, prefix+s+text)
		case strings.HasPrefix(s, "--"):
			specs = append(specs, prefix+s+"="+text+zshValue(f))
		default:
			specs = append(specs, prefix+s+"+"+text+zshValue(f))
		}
	}
	return specs
}

func zshValue(f cli.FlagDoc) string {
	action := zshAction(f.Complete)
	if listed(f.Complete) {
		action = `{ compset -P "*\:"; _sequence compadd - $` + f.Complete + "_list }"
	}
	if len(f.Enum) > 0 {
		values := make([]string, len(f.Enum))
		for i, e := range f.Enum {
			values[i] = shellWord(e)
		}
		action = "(" + strings.Join(values, " ") + ")"
		switch {
		case acceptsFile(f):
			action = "{ if compset -P @; then _files; else compadd " + strings.Join(values, " ") + "; fi }"
		case f.List:
			action = "_values -s , " + shellWord(strings.ToLower(f.Value)) + " " + strings.Join(values, " ")
		}
	}
	return ":" + zshEscape(f.Value) + ":" + action
}

// zshAction returns the action that completes a value, a space if values cannot be
// listed.
func zshAction(kind string) string {
	action, ok := map[string]string{
		"file": "_files", "directory": "_files -/", "host": "_hosts", "interface": "_net_interfaces",
	}[kind]
	if !ok {
		return " "
	}
	return action
}

func zshEscape(s string) string {
	return strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`, ":", `\:`).Replace(s)
}
