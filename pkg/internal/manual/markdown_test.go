package manual

import (
	"strings"
	"testing"
)

const toyTitle = "# toy-kit: do it\n\n"

// TestMarkdown renders each kind of block that a page may have.
func TestMarkdown(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"title", "", ".SH NAME\ntoy\\-kit \\- do it\n"},
		{"headings", "## Two words\n\nText.\n\n### Sub it", ".SH TWO WORDS\nText.\n.SS Sub it\n"},
		{"paragraphs", "## H\n\nOne\ntwo.\n\nThree.", "\nOne two.\n.PP\nThree.\n"},
		{"inline", "Use `portgen -p` and *FILE*, **not** toy-kit(7).", `Use \fBportgen \-p\fR and \fIFILE\fR, \fBnot\fR \fBtoy\-kit\fR(7).`},
		{"a control character first", "`x`\n\n.so file", "\n\\&.so file\n"},
		{"list", "- one\n  two\n- three", ".IP \\(bu 2\none two\n.IP \\(bu 2\nthree\n"},
		{"numbers", "2. one\n3. two", ".IP 2. 4\none\n.IP 3. 4\ntwo\n"},
		{"terms", "- `a: b`, or `-p 1`: Ports: all.\n- **Loss.** Text: x.", ".TP\n\\fBa: b\\fR, or \\fB\\-p 1\\fR\nPorts: all.\n.IP \\(bu 2\n\\fBLoss.\\fR Text: x.\n"},
		{"terms with more", "- `a` (x: y): z.", ".TP\n\\fBa\\fR (x: y)\nz.\n"},
		{"a word in pieces", "A \\*, [-b|c], `d`", "A *, [\\-b|c], \\fBd\\fR"},
		{"fields", "{{fields change}}", ".TP\n\\fBhost\\fR (string, required)\n"},
		{"code", "## H\n\n```sh\na -b 'c'\n\n.d\n```", ".SH H\n.RS 2\n.EX\na \\-b \\(aqc\\(aq\n\n\\&.d\n.EE\n.RE\n"},
		{"table", "Text.\n\n| a | bc |\n|--|--|\n| `x\\|y` | z |", ".PP\n.RS 2\n.EX\n\\fBa     bc\\fR\nx|y   z\n.EE\n.RE\n"},
	} {
		page, err := Markdown([]byte(toyTitle+c.text), "7", nil)
		if err != nil || !strings.Contains(string(page), c.want) {
			t.Errorf("%s: %v\n%s\nlacks\n%s", c.name, err, page, c.want)
		}
	}
}

func TestMarkdownRefusesOtherBlocks(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"Text.", "does not begin with a title"},
		{"# toy", "is not NAME: SUMMARY"},
		{toyTitle + "#### Deep", "a heading of level 4"},
		{toyTitle + "{{options}}", "without a tool"},
		{toyTitle + "> quoted", "Blockquote is not supported"},
		{toyTitle + "<b>x</b>", "HTML"},
		{toyTitle + "![x](y.png)", "Image is not supported"},
		{toyTitle + "[x](y)", "Link is not supported"},
		{toyTitle + "- one\n\n  two", "Paragraph inside a list item is not supported"},
		{toyTitle + "- one\n  - two", "List inside a list item is not supported"},
	} {
		if page, err := Markdown([]byte(c.text), "7", nil); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %s\n%s", c.text, err, c.want, page)
		}
	}
}

func TestScripts(t *testing.T) {
	for name, want := range map[string]string{"scan.sbatch": "#!/bin/bash\n", "scan-job.yaml": "apiVersion: ", "other": ""} {
		if got := Script(name); !strings.HasPrefix(got, want) || (got == "") != (want == "") {
			t.Errorf("%s is %q", name, got)
		}
	}
	if got := Recipe(); !strings.HasPrefix(got, "parallel --pipe --block ") || !strings.HasSuffix(got, "$? = 1'") {
		t.Errorf("the recipe is %q", got)
	}
}
