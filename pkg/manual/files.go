package manual

import (
	"maps"

	"portkit/pkg/cli"
)

// Files returns everything that is made from the tools and from the pages in
// Markdown: the text of each file by its path in the repository, with slashes.
// An error is a mistake in a tool's tags or in a page.
func Files(tools []cli.Tool) (map[string][]byte, error) {
	files := map[string][]byte{"man/portkit.5": Records()}
	pages, err := markdownPages()
	if err != nil {
		return nil, err
	}
	maps.Copy(files, pages)
	for _, t := range tools {
		d, err := cli.Describe(t)
		if err != nil {
			return nil, err
		}
		files["man/"+t.Name+".1"] = Page(d)
		files["completions/"+t.Name+".bash"] = Bash(d)
		files["completions/_"+t.Name] = Zsh(d)
		files["completions/"+t.Name+".fish"] = Fish(d)
	}
	return files, nil
}
