package repocheck

import (
	"go/ast"
	"os"
	"slices"
	"strings"
	"testing"
)

const (
	mostLines         = 450 // of a file
	mostFunctionLines = 60  // of a function, tests apart: a table of cases is long
)

func TestFilesAreShort(t *testing.T) {
	for _, s := range sources(t) {
		if s.lines > mostLines {
			t.Errorf("%s has %d lines; the ceiling is %d: it may want a wall", s.name, s.lines, mostLines)
		}
	}
}

func TestFunctionsAreShort(t *testing.T) {
	mapped := floors(t)
	for _, s := range sources(t) {
		if s.test || mapped[room(s.dir)] == testOnly {
			continue
		}
		for _, d := range s.syntax.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			lines := s.fset.Position(f.End()).Line - s.fset.Position(f.Pos()).Line + 1
			if lines > mostFunctionLines {
				t.Errorf("%s: %s has %d lines; the ceiling is %d", s.name, f.Name.Name, lines, mostFunctionLines)
			}
		}
	}
}

// TestNoPackageStateAndNoInit holds that importing a package runs none of its code:
// no init function.
func TestNoPackageStateAndNoInit(t *testing.T) {
	for _, s := range sources(t) {
		for _, d := range s.syntax.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
				t.Errorf("%s has an init function", s.name)
			}
		}
	}
}

// TestStreamsAreNamedInOneFile holds that standard streams and arguments
// come into the program at one place, so that everything else can be tested.
// Programs that only builders and tests run are apart.
func TestStreamsAreNamedInOneFile(t *testing.T) {
	files, mapped := map[string]bool{}, floors(t)
	for _, s := range sources(t) {
		if s.test || mapped[room(s.dir)] == testOnly || strings.Contains(s.dir, "/internal/") {
			continue
		}
		ast.Inspect(s.syntax, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok {
				x, _ := sel.X.(*ast.Ident)
				if x != nil && x.Name == "os" && slices.Contains([]string{"Stdin", "Stdout", "Stderr", "Args"}, sel.Sel.Name) {
					files[s.name] = true
				}
			}
			return true
		})
	}
	if len(files) != 1 || !files["pkg/cli/main.go"] {
		t.Errorf("os.Stdin, os.Stdout, os.Stderr and os.Args are named in %v; pkg/cli/main.go alone may", files)
	}
}

// TestTopLevel holds what shows when the repository is listed; bin and dist
// are what building leaves there, and .gitignore names them.
func TestTopLevel(t *testing.T) {
	allowed := strings.Fields("cmd pkg man completions go.mod go.sum Makefile README.md LICENSE bin dist")
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if name := e.Name(); !strings.HasPrefix(name, ".") && !slices.Contains(allowed, name) {
			t.Errorf("%s stands at the top level; only %v may", name, allowed)
		}
	}
}
