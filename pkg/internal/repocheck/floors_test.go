package repocheck

import (
	"maps"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The map of the packages, pkg/README.md, is the table of floors: sections
// "## Floor N: …" and one for packages that only tests import, each with a
// table of packages. What is below a directory named internal has the floor of
// its parent.
const (
	mapFile  = "pkg/README.md"
	testOnly = -1 // the floor of packages that only tests import, and that may import any
	topFloor = 5
)

var (
	floorHeading = regexp.MustCompile(`^## (?:Floor (\d+): .+|For tests only)$`)
	floorRow     = regexp.MustCompile("^\\| `([^`]+)` \\| \\S.* \\|$")
)

// floors returns the floor of each package in the map by its path below pkg.
func floors(t *testing.T) map[string]int {
	t.Helper()
	text, err := os.ReadFile(file(mapFile))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]int{}
	floor, found := 0, false
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "## ") {
			m := floorHeading.FindStringSubmatch(line)
			if found = m != nil; found {
				if floor, err = strconv.Atoi(m[1]); err != nil {
					floor = testOnly
				}
			}
		}
		if m := floorRow.FindStringSubmatch(line); m != nil && found {
			if _, twice := all[m[1]]; twice {
				t.Errorf("%s: %s occurs twice", mapFile, m[1])
			}
			all[m[1]] = floor
		}
	}
	return all
}

// TestMapListsAllPackages compares the map with the packages that Go finds.
func TestMapListsAllPackages(t *testing.T) {
	list := exec.Command("go", "list", "./pkg/...")
	list.Dir = file(".")
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	mapped := floors(t)
	missing := maps.Clone(mapped)
	for _, p := range strings.Fields(string(out)) {
		name := strings.TrimPrefix(p, module+"pkg/")
		floor, ok := mapped[name]
		if !ok {
			t.Errorf("%s does not list the package %s", mapFile, name)
		}
		if parent := room("pkg/" + name); mapped[parent] != floor {
			t.Errorf("%s: %s is not on the floor of %s", mapFile, name, parent)
		}
		delete(missing, name)
	}
	for name := range missing {
		t.Errorf("%s lists %s, which does not exist", mapFile, name)
	}
}

const (
	module = "portkit/"
	jsonIt = "github.com/json-iterator/go"
)

// room returns the package in the map whose floor applies to a directory
// below pkg: itself, or the parent of an internal one. It is "" elsewhere.
func room(dir string) string {
	name, ok := strings.CutPrefix(dir, "pkg/")
	if !ok {
		return ""
	}
	name, _, _ = strings.Cut(name, "/internal/")
	return name
}

func TestPackagesImportLowerFloorsOnly(t *testing.T) {
	mapped := floors(t)
	for _, s := range sources(t) {
		name := room(s.dir)
		floor, ok := mapped[name]
		if s.test || !ok || floor == testOnly {
			continue // TestMapListsAllPackages reports packages without a floor
		}
		for _, imported := range s.imports {
			checkImport(t, mapped, s, floor, imported)
		}
	}
}

func checkImport(t *testing.T, mapped map[string]int, s source, floor int, imported string) {
	t.Helper()
	dir, ours := strings.CutPrefix(imported, module)
	if !ours {
		if floor == 0 && !standard(imported) {
			t.Errorf("%s: imports %s, but floor 0 has the standard library only", s.name, imported)
		}
		return
	}
	its, ok := mapped[room(dir)]
	switch {
	case !ok:
		t.Errorf("%s: imports %s, which is not in %s", s.name, dir, mapFile)
	case its == testOnly:
		t.Errorf("%s: imports %s, which is for tests only", s.name, dir)
	case its >= floor && room(dir) != room(s.dir):
		t.Errorf("%s: floor %d imports %s of floor %d; only lower floors may be imported", s.name, floor, dir, its)
	}
}

// standard reports whether a path is of the standard library: no dot in its
// first element.
func standard(imported string) bool {
	first, _, _ := strings.Cut(imported, "/")
	return !strings.Contains(first, ".")
}

func TestCommandsImportTheTopFloorOnly(t *testing.T) {
	mapped := floors(t)
	for _, s := range sources(t) {
		if s.test || !strings.HasPrefix(s.dir, "cmd/") {
			continue
		}
		for _, imported := range s.imports {
			floor := mapped[room(strings.TrimPrefix(imported, module))]
			if !standard(imported) || strings.HasPrefix(imported, module) && floor != topFloor {
				t.Errorf("%s: imports %s; a command imports its tool of floor 5 and the standard library", s.name, imported)
			}
		}
	}
}

func TestOnlyNdjsonImportsJSONIterator(t *testing.T) {
	importers := map[string]bool{}
	for _, s := range sources(t) {
		if slices.Contains(s.imports, jsonIt) {
			importers[s.dir] = true
		}
	}
	if got := slices.Sorted(maps.Keys(importers)); !slices.Equal(got, []string{"pkg/ndjson"}) {
		t.Errorf("%s is imported by %q; it belongs to pkg/ndjson alone", jsonIt, got)
	}
}
