package docscheck

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const path = "../../../README.md"

// document is a Markdown file whose command blocks are run.
type document struct{ path, text string }

func (d document) name() string { return filepath.Base(d.path) }

// documents returns the README and the sources of the manual pages.
func documents(t *testing.T) []document {
	t.Helper()
	return read(t, path, "../manual/pages/*.md")
}

// texts returns the documents and the others whose links are checked only.
func texts(t *testing.T) []document {
	t.Helper()
	return append(documents(t), read(t, "../../README.md", "../../../.github/*.md")...)
}

func read(t *testing.T, patterns ...string) (all []document) {
	t.Helper()
	for _, pattern := range patterns {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %q, %v", pattern, files, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, document{file, string(text)})
		}
	}
	return all
}

// block is a fenced block.
type block struct {
	line       int    // of its first line of text, from 1
	lang, name string // the words behind the fence
	text       string
	begin, end int // position of the text in the document
}

var fence = regexp.MustCompile("(?m)^```([a-z]*)(?: (\\S+))?\n((?s:.*?))^```$")

// blocks returns the fenced blocks of a Markdown text.
func blocks(text string) (all []block, err error) {
	for _, m := range fence.FindAllStringSubmatchIndex(text, -1) {
		b := block{
			line: 2 + strings.Count(text[:m[0]], "\n"), lang: text[m[2]:m[3]],
			text: text[m[6]:m[7]], begin: m[6], end: m[7],
		}
		if m[4] >= 0 {
			b.name = text[m[4]:m[5]]
		}
		all = append(all, b)
	}
	if n := len(regexp.MustCompile("(?m)^\\s*```").FindAllString(text, -1)); n != 2*len(all) {
		return nil, fmt.Errorf("%d fences, but %d blocks: a block is indented, not closed, or closed by something else", n, len(all))
	}
	return all, nil
}

var span = regexp.MustCompile("`([^`\n]+)`")

// spans returns the code spans outside of fenced blocks.
func spans(text string) (all []string) {
	for _, m := range span.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
		all = append(all, strings.ReplaceAll(m[1], `\|`, "|"))
	}
	return all
}

func TestBlocks(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"a\n```sh\nx\ny\n```\nb\n", `[{3 sh  "x\ny\n"}]`},
		{"```json a.b\n{}\n```\n```text\n```\n", `[{2 json a.b "{}\n"} {5 text  ""}]`},
		{"```sh\nx\n", "2 fences"},
		{"  ```sh\nx\n```\n", "fences"},
	} {
		all, err := blocks(c.text)
		got := "["
		for i, b := range all {
			if i > 0 {
				got += " "
			}
			got += fmt.Sprintf("{%d %s %s %q}", b.line, b.lang, b.name, b.text)
		}
		got += "]"
		if err != nil {
			got = err.Error()
		}
		if got != c.want && (err == nil || !strings.Contains(got, "fences")) {
			t.Errorf("%q: got %s, want %s", c.text, got, c.want)
		}
	}
}
