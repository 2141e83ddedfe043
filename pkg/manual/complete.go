package manual

import (
	"slices"
	"strings"
	"unicode"

	"portkit/pkg/cli"
)

// listWidth is the width that lists in completion files are folded at.
const listWidth = 100

// short is the beginning of a flag's help, as a list of completions has room
// for it: its first sentence or clause.
func short(f cli.FlagDoc) string {
	s := f.Help
	for _, end := range []string{". ", "; ", ": ", " ("} {
		if before, _, ok := strings.Cut(s, end); ok && len(before) > 8 {
			s = before
		}
	}
	return strings.TrimSuffix(s, ".")
}

// takesFile says that a flag takes the name of a file behind @ beside its
// words.
func takesFile(f cli.FlagDoc) bool { return strings.HasSuffix(f.Value, "|@FILE") }

func allFlags(d *cli.Doc) []cli.FlagDoc {
	var flags []cli.FlagDoc
	for _, g := range d.Groups {
		flags = append(flags, g.Flags...)
	}
	return flags
}

// listKinds returns the kinds of values of a tool that have a list.
func listKinds(d *cli.Doc) []string {
	var kinds []string
	for _, f := range allFlags(d) {
		if listed(f.Complete) && !slices.Contains(kinds, f.Complete) {
			kinds = append(kinds, f.Complete)
		}
	}
	return kinds
}

// spellings are the ways to write a flag: -p, --ports.
func spellings(f cli.FlagDoc) []string {
	if f.Short == "" {
		return []string{"--" + f.Name}
	}
	return []string{"-" + f.Short, "--" + f.Name}
}

// quote writes s for a POSIX shell.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// shellWord writes s as one word without quotes, with a backslash before what
// a shell would read as something else: what is put on the command line.
func shellWord(s string) string {
	var b strings.Builder
	for _, c := range s {
		if c < unicode.MaxASCII && !unicode.IsLetter(c) && !unicode.IsDigit(c) && !strings.ContainsRune("-_./:,=+%@", c) {
			b.WriteByte('\\')
		}
		b.WriteRune(c)
	}
	return b.String()
}

// argument is how the tool's arguments are completed; every tool has at most
// one kind.
func argument(d *cli.Doc) cli.ArgDoc {
	if len(d.Args) == 0 {
		return cli.ArgDoc{}
	}
	return d.Args[0]
}
