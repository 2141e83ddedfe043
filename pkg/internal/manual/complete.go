package manual

import (
	"slices"
	"strings"
	"unicode"

	"portkit/pkg/cli"
)

// listWidth is the maximum width of lists in completion files.
const listWidth = 100

// short returns the first sentence or clause of a flag's help, for a list of
// completions.
func short(f cli.FlagDoc) string {
	s := f.Help
	for _, end := range []string{". ", "; ", ": ", " ("} {
		if before, _, ok := strings.Cut(s, end); ok && len(before) > 8 {
			s = before
		}
	}
	return strings.TrimSuffix(s, ".")
}

// acceptsFile reports whether a flag accepts a file name after @ beside its words.
func acceptsFile(f cli.FlagDoc) bool { return strings.HasSuffix(f.Value, "|@FILE") }

func allFlags(d *cli.Doc) []cli.FlagDoc {
	var flags []cli.FlagDoc
	for _, g := range d.Groups {
		flags = append(flags, g.Flags...)
	}
	return flags
}

// listKinds returns the kinds of values of a tool for which words has a list.
func listKinds(d *cli.Doc) []string {
	var kinds []string
	for _, f := range allFlags(d) {
		if listed(f.Complete) && !slices.Contains(kinds, f.Complete) {
			kinds = append(kinds, f.Complete)
		}
	}
	return kinds
}

// spellings returns the ways to write a flag: -p, --ports.
func spellings(f cli.FlagDoc) []string {
	if f.Short == "" {
		return []string{"--" + f.Name}
	}
	return []string{"-" + f.Short, "--" + f.Name}
}

// quote returns s in quotes for a POSIX shell.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// shellWord returns s as one word of a command line, with backslashes before
// characters that are special in a shell.
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

// argument returns the arguments of the tool. Every tool has at most one kind.
func argument(d *cli.Doc) cli.ArgDoc {
	if len(d.Args) == 0 {
		return cli.ArgDoc{}
	}
	return d.Args[0]
}
