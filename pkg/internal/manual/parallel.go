package manual

import (
	"strings"

	"github.com/yuin/goldmark/ast"
)

// parallelPage is the source of portkit-parallel(7).
const parallelPage = "pages/portkit-parallel.md"

// Recipe returns the command of portkit-parallel(7) that distributes
// endpoints to several machines, without its redirections.
func Recipe() string {
	_, rest, _ := strings.Cut(string(source(parallelPage)), "\nparallel --pipe")
	command, _, _ := strings.Cut(rest, " \\\n  < endpoints.ndjson")
	return "parallel --pipe" + command
}

// Script returns a file that portkit-parallel(7) contains, such as scan.sbatch, ""
// if there is none of that name.
func Script(name string) string {
	text := source(parallelPage)
	for n := parse(text).FirstChild(); n != nil; n = n.NextSibling() {
		block, ok := n.(*ast.FencedCodeBlock)
		if ok && strings.HasSuffix(string(block.Info.Value(text)), " "+name) {
			return string(block.Lines().Value(text))
		}
	}
	return ""
}
