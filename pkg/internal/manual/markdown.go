package manual

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"portkit/pkg/cli"
)

//go:embed pages
var sources embed.FS

// Files returns all pages and completions: the text of each file by its path
// in the repository, with slashes. An error is a mistake in a tool's tags or in
// a page.
func Files(tools []cli.Tool) (map[string][]byte, error) {
	files := map[string][]byte{}
	docs := map[string]*cli.Doc{}
	for _, t := range tools {
		d, err := cli.Describe(t)
		if err != nil {
			return nil, err
		}
		docs[t.Name] = d
		files["completions/"+t.Name+".bash"] = Bash(d)
		files["completions/_"+t.Name] = Zsh(d)
		files["completions/"+t.Name+".fish"] = Fish(d)
	}
	err := fs.WalkDir(sources, "pages", func(name string, entry fs.DirEntry, err error) error {
		page := strings.TrimSuffix(path.Base(name), ".md")
		tool, isTool := strings.CutSuffix(page, ".1")
		if err != nil || entry.IsDir() || isTool && docs[tool] == nil {
			return err
		}
		if path.Ext(page) == "" {
			page += ".7"
		}
		files["man/"+page], err = Markdown(source(name), path.Ext(page)[1:], docs[tool])
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return nil
	})
	return files, err
}

func source(name string) []byte {
	text, err := sources.ReadFile(name)
	if err != nil {
		panic(err) // the file is part of the program
	}
	return text
}

func parse(source []byte) ast.Node {
	return goldmark.New(goldmark.WithExtensions(extension.Table)).Parser().Parse(text.NewReader(source))
}

// Markdown returns the manual page of a text in Markdown. Its title is
// "NAME: SUMMARY", or "NAME" on the page of a tool d, which is nil elsewhere. The
// text may have headings of three levels, paragraphs, lists, tables and fenced
// blocks; anything else is an error, as is HTML.
//
// A list item that begins with a literal and a colon becomes a tagged
// paragraph. A table is aligned, and its last column is folded. A paragraph
// {{NAME}} is replaced by what generate writes.
func Markdown(source []byte, section string, d *cli.Doc) ([]byte, error) {
	w := &pageWriter{source: source, section: section, tool: d}
	for n := parse(source).FirstChild(); n != nil; n = n.NextSibling() {
		if err := w.block(n); err != nil {
			return nil, err
		}
	}
	return w.roff.bytes(), nil
}

// pageWriter renders the blocks of a Markdown document.
type pageWriter struct {
	source  []byte
	section string
	tool    *cli.Doc
	roff    *roff
	first   bool // the next paragraph follows a heading
}

func (w *pageWriter) block(n ast.Node) error {
	if _, isHeading := n.(*ast.Heading); w.roff == nil && !isHeading {
		return fmt.Errorf("the page does not begin with a title")
	}
	var err error
	switch n := n.(type) {
	case *ast.Heading:
		err = w.heading(n)
		w.first = true
		return err
	case *ast.Paragraph:
		err = w.paragraph(n)
	case *ast.FencedCodeBlock:
		w.verbatim(w.code(n))
	case *ast.List:
		err = w.list(n)
	case *extast.Table:
		w.table(n)
	default:
		err = fmt.Errorf("%v is not supported", n.Kind())
	}
	w.first = false
	return err
}

func (w *pageWriter) paragraph(n *ast.Paragraph) error {
	if name, ok := strings.CutPrefix(w.plain(n), "{{"); ok {
		return w.roff.generate(strings.TrimSuffix(name, "}}"), w.tool)
	}
	if !w.first {
		w.roff.line(".PP")
	}
	return w.filled(n)
}

func (w *pageWriter) heading(n *ast.Heading) error {
	title := w.plain(n)
	switch n.Level {
	case 1:
		name, summary, ok := strings.Cut(title, ": ")
		switch {
		case !ok && w.tool != nil:
			summary = w.tool.Tool.Summary
		case !ok:
			return fmt.Errorf("%q is not NAME: SUMMARY", title)
		}
		w.roff = newPage(name, w.section)
		w.roff.section("Name")
		w.roff.line(escape(name) + ` \- ` + escape(summary))
	case 2:
		w.roff.section(title)
	case 3:
		w.roff.subsection(title)
	default:
		return fmt.Errorf("%q is a heading of level %d", title, n.Level)
	}
	return nil
}

// code returns the lines of a fenced block.
func (w *pageWriter) code(n *ast.FencedCodeBlock) []string {
	return strings.Split(escape(strings.TrimSuffix(string(n.Lines().Value(w.source)), "\n")), "\n")
}

// verbatim writes lines of roff as a paragraph that is not filled.
func (w *pageWriter) verbatim(lines []string) {
	if !w.first {
		w.roff.line(".PP")
	}
	w.roff.unfilled(lines)
}

func (w *pageWriter) list(n *ast.List) error {
	number := n.Start
	for item := n.FirstChild(); item != nil; item = item.NextSibling() {
		content := item.FirstChild()
		tag, rest, err := w.tag(content)
		switch {
		case err != nil:
			return err
		case tag != "":
			w.roff.line(".TP\n" + tag)
			w.roff.fill(rest)
		case n.IsOrdered():
			w.roff.line(fmt.Sprintf(".IP %d. 4", number))
			err = w.filled(content)
			number++
		default:
			w.roff.line(`.IP \(bu 2`)
			err = w.filled(content)
		}
		if err != nil {
			return err
		}
		if more := content.NextSibling(); more != nil {
			return fmt.Errorf("%v inside a list item is not supported", more.Kind())
		}
	}
	return nil
}

// tag splits the content of a list item that begins with a literal and a
// colon into the roff of the literal and of what follows the colon.
func (w *pageWriter) tag(content ast.Node) (tag, rest string, err error) {
	switch content.FirstChild().(type) {
	case *ast.CodeSpan, *ast.Emphasis:
	default:
		return "", "", nil
	}
	all, err := w.inline(content)
	if err != nil {
		return "", "", err
	}
	if m := taggedItem.FindStringSubmatch(all); m != nil {
		return m[1], m[2], nil
	}
	return "", "", nil
}

// taggedItem matches the roff of a literal, a colon and what follows. The
// literal may be followed by text in parentheses.
var taggedItem = regexp.MustCompile(`^(.*?\\fR(?: \([^()]*\))?): (.*)$`)

// table aligns the columns of a table and folds the last one.
func (w *pageWriter) table(n *extast.Table) {
	var rows [][]string
	for row := n.FirstChild(); row != nil; row = row.NextSibling() {
		var cells []string
		for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
			cells = append(cells, w.plain(cell))
		}
		rows = append(rows, cells)
	}
	var lines []string
	for i, row := range align(rows) {
		if i == 0 {
			lines = append(lines, bold(row))
			continue
		}
		lines = append(lines, strings.Split(escape(foldRow(row, verbatimWidth)), "\n")...)
	}
	w.verbatim(lines)
}

// align pads the cells of a table to the widths of their columns, except for the
// last one.
func align(rows [][]string) (lines []string) {
	widths := map[int]int{}
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for _, row := range rows {
		line := ""
		for i, cell := range row {
			line += cell
			if i < len(row)-1 {
				line += strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)+3)
			}
		}
		lines = append(lines, line)
	}
	return lines
}

// filled writes the inline content of a node as filled text.
func (w *pageWriter) filled(n ast.Node) error {
	text, err := w.inline(n)
	w.roff.fill(text)
	return err
}

// inline returns the roff of a node's content: literals are bold.
func (w *pageWriter) inline(n ast.Node) (string, error) {
	var b strings.Builder
	var run string // of text nodes, which may end within a word
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Text:
			run += string(util.UnescapePunctuations(c.Segment.Value(w.source)))
			if c.SoftLineBreak() {
				run += " "
			}
			if next := c.NextSibling(); next == nil || next.Kind() != ast.KindText {
				b.WriteString(emphasizeWords(run))
				run = ""
			}
		case *ast.String:
			b.WriteString(escape(string(c.Value)))
		case *ast.CodeSpan:
			b.WriteString(bold(w.plain(c)))
		case *ast.Emphasis:
			inner := italic(w.plain(c))
			if c.Level == 2 {
				inner = bold(w.plain(c))
			}
			b.WriteString(inner)
		case *ast.AutoLink:
			b.WriteString(escape(string(c.URL(w.source))))
		default:
			return "", fmt.Errorf("%v is not supported", c.Kind())
		}
	}
	return b.String(), nil
}

// plain returns the text of a node without its markup.
func (w *pageWriter) plain(n ast.Node) string {
	var b bytes.Buffer
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(*ast.Text); ok {
			b.Write(t.Segment.Value(w.source))
			if t.SoftLineBreak() {
				b.WriteByte(' ')
			}
			continue
		}
		b.WriteString(w.plain(c))
	}
	return b.String()
}
