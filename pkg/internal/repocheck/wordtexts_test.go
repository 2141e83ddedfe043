package repocheck

import (
	"fmt"
	"go/ast"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"portkit/pkg/cli"
)

// userText is a text that users read, without its code.
type userText struct{ where, text string }

// userTexts returns help, manual, README and the like, the page's texts, and the
// string literals of the product.
func userTexts(t *testing.T) (all []userText) {
	t.Helper()
	for _, from := range []struct {
		pattern string
		least   int
		prose   func(string) string
	}{
		{"README.md", 1, markdownProse},
		{"pkg/README.md", 1, markdownProse},
		{".github/*.md", 1, markdownProse},
		{"pkg/internal/manual/pages/*.md", 5, markdownProse},
		{"man/*.[15]", 5, roffProse},
		{"pkg/report/html/*.html", 3, htmlProse},
		{"Makefile", 1, makeProse},
	} {
		names, err := filepath.Glob(file(from.pattern))
		if err != nil || len(names) < from.least {
			t.Fatalf("%s: %q, %v", from.pattern, names, err)
		}
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for block := range strings.SplitSeq(from.prose(string(text)), "\n\n") {
				all = append(all, userText{filepath.ToSlash(strings.TrimPrefix(name, root+string(filepath.Separator))), prose(block)})
			}
		}
	}
	return append(append(all, helpTexts(t)...), literals(t)...)
}

// helpTexts returns what --help prints beside its layout.
func helpTexts(t *testing.T) (all []userText) {
	t.Helper()
	for _, tool := range tools() {
		d, err := cli.Describe(tool)
		if err != nil {
			t.Fatal(err)
		}
		add := func(text string) { all = append(all, userText{tool.Name + " --help", prose(text)}) }
		add(tool.Summary)
		for _, a := range d.Args {
			add(a.Help)
		}
		for _, g := range d.Groups {
			add(g.Title)
			for _, f := range g.Flags {
				add(f.Help)
			}
		}
		for _, e := range tool.Examples {
			add(e.Text)
		}
	}
	return all
}

// literals returns the string literals of the product that have a space:
// messages, reports, help and manual. Names and formats have none.
func literals(t *testing.T) (all []userText) {
	t.Helper()
	mapped := floors(t)
	for _, s := range sources(t) {
		if s.test || mapped[room(s.dir)] == testOnly {
			continue
		}
		ast.Inspect(s.syntax, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				text, err := strconv.Unquote(lit.Value)
				if err == nil && strings.Contains(text, " ") {
					all = append(all, userText{fmt.Sprintf("%s:%d", s.name, s.fset.Position(lit.Pos()).Line), prose(listItem.ReplaceAllString(text, ""))})
				}
			}
			return true
		})
	}
	if len(all) < 1000 {
		t.Fatalf("found only %d literals", len(all))
	}
	return all
}

var (
	listItem      = regexp.MustCompile(`(?m)^.*\n\t`) // the name of an item in a manual's list
	codeSpan      = regexp.MustCompile("`[^`]+`")
	flagValue     = regexp.MustCompile(`(^|[\s(\[])--?[A-Za-z][\w-]*([ =](json|syn|udp|tcp|icmp|csv|html)\b)?`)
	quotedWord    = regexp.MustCompile(`"[a-z|]+"`)
	fenced        = regexp.MustCompile("(?ms)^ *```.*?^ *```$")
	roffBold      = regexp.MustCompile(`\\fB[^\\]*(\\[^f][^\\]*)*\\fR( (json|syn|udp|tcp|icmp|csv|html)\b)?`)
	roffExample   = regexp.MustCompile(`(?ms)^\.EX$.*?^\.EE$`)
	roffParagraph = regexp.MustCompile(`(?m)^\.(PP|TP|SH|SS|RS|RE|TH|IP).*$`)
	htmlTag       = regexp.MustCompile(`(?s)<(style|script|svg).*?</(style|script|svg)>|<[^>]*>|\{\{[^}]*\}\}`)
)

// prose removes code, flags with their values and quoted words.
func prose(text string) string {
	text = codeSpan.ReplaceAllString(text, "X")
	text = flagValue.ReplaceAllString(text, "${1}X")
	return quotedWord.ReplaceAllString(text, "X")
}

func markdownProse(text string) string { return fenced.ReplaceAllString(text, "\n\n") }

func roffProse(text string) string {
	text = roffExample.ReplaceAllString(text, "\n\n")
	text = roffBold.ReplaceAllString(strings.ReplaceAll(text, `\-`, "-"), "X")
	text = strings.NewReplacer(`\fI`, "", `\fR`, "", `\(dq`, `"`, `\(aq`, "'", `\&`, "").Replace(text)
	return roffParagraph.ReplaceAllString(text, "\n\n")
}

func htmlProse(text string) string { return htmlTag.ReplaceAllString(text, "\n\n") }

// makeProse returns what "make help" prints.
func makeProse(text string) string {
	var all []string
	for line := range strings.Lines(text) {
		if _, help, ok := strings.Cut(line, ":"); ok {
			if _, help, ok := strings.Cut(help, "## "); ok {
				all = append(all, help)
			}
		}
	}
	return strings.Join(all, "\n\n")
}
