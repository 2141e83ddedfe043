package repocheck

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const root = "../../.."

// source is one Go file of cmd or pkg, whatever systems it is built for.
type source struct {
	name    string // from the root: "pkg/ndjson/scan.go"
	dir     string // "pkg/ndjson"
	test    bool
	lines   int
	imports []string
	syntax  *ast.File
	fset    *token.FileSet
}

// sources reads every Go file under cmd and pkg.
func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	for _, top := range []string{"cmd", "pkg"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(name string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && d.Name() == "testdata":
				return filepath.SkipDir
			case d.IsDir() || filepath.Ext(name) != ".go":
				return nil
			}
			s, err := read(name)
			all = append(all, s)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(all) < 20 {
		t.Fatalf("found only %d files: looked in the wrong place", len(all))
	}
	return all
}

func read(name string) (source, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return source{}, err
	}
	fset := token.NewFileSet()
	syntax, err := parser.ParseFile(fset, name, text, parser.SkipObjectResolution)
	if err != nil {
		return source{}, err
	}
	rel := filepath.ToSlash(strings.TrimPrefix(name, filepath.FromSlash(root)+string(filepath.Separator)))
	s := source{
		name: rel, dir: path.Dir(rel), test: strings.HasSuffix(rel, "_test.go"),
		lines: strings.Count(string(text), "\n"), syntax: syntax, fset: fset,
	}
	for _, i := range syntax.Imports {
		imported, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			return source{}, err
		}
		s.imports = append(s.imports, imported)
	}
	return s, nil
}
