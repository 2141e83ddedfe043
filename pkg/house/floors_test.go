package house

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// floors is the floor of each package below pkg. What stands below a folder
// named internal is of its parent's floor. manual stands above cli, because
// it describes what cli.Describe tells of a tool.
var floors = map[string]int{
	"endpoint":      0,
	"lookalike":     0,
	"ndjson":        1,
	"target":        1,
	"portspec":      1,
	"order":         1,
	"names":         1,
	"service":       1,
	"histogram":     1,
	"wire":          1,
	"payload":       1,
	"record":        2,
	"probe":         2,
	"scope":         3,
	"journal":       3,
	"summary":       3,
	"compare":       3,
	"probe/connect": 3,
	"probe/udp":     3,
	"probe/syn":     3,
	"probe/simnet":  3,
	"report":        4,
	"cli":           3,
	"manual":        5,
	"portgen":       5,
	"portprobe":     5,
	"portsum":       5,
	"portdiff":      5,
}

// testOnly is the packages that only tests import, and that may import any.
var testOnly = []string{"lab", "house"}

const (
	module = "portkit/"
	jsonIt = "github.com/json-iterator/go"
)

// room is the name of a folder in the table; ok is false where it has none.
func room(dir string) (name string, ok bool) {
	name, ok = strings.CutPrefix(dir, "pkg/")
	if parent, _, found := strings.Cut(name, "/internal/"); found {
		name = parent
	}
	return name, ok
}

func isTestOnly(name string) bool {
	return slices.ContainsFunc(testOnly, func(only string) bool {
		return name == only || strings.HasPrefix(name, only+"/")
	})
}

func TestPackagesImportLowerFloorsOnly(t *testing.T) {
	for _, s := range sources(t) {
		name, ok := room(s.dir)
		if s.test || !ok || isTestOnly(name) {
			continue
		}
		floor, ok := floors[name]
		if !ok {
			t.Errorf("%s: %s has no floor: give it one in the table of floors", s.name, s.dir)
			continue
		}
		for _, imported := range s.imports {
			checkImport(t, s, floor, imported)
		}
	}
}

func checkImport(t *testing.T, s source, floor int, imported string) {
	dir, ours := strings.CutPrefix(imported, module)
	if !ours {
		if floor == 0 && !standard(imported) {
			t.Errorf("%s: imports %s, but floor 0 has the standard library only", s.name, imported)
		}
		return
	}
	name, _ := room(dir)
	mine, _ := room(s.dir)
	its, ok := floors[name]
	switch {
	case isTestOnly(name):
		t.Errorf("%s: imports %s, which is for tests only", s.name, dir)
	case !ok:
		t.Errorf("%s: imports %s, which has no floor", s.name, dir)
	case its >= floor && name != mine:
		t.Errorf("%s: floor %d imports %s of floor %d; only lower floors may be imported", s.name, floor, dir, its)
	}
}

// standard is whether a path is of the standard library: no dot in its first
// element.
func standard(imported string) bool {
	first, _, _ := strings.Cut(imported, "/")
	return !strings.Contains(first, ".")
}

func TestCommandsImportTheTopFloorOnly(t *testing.T) {
	for _, s := range sources(t) {
		if s.test || !strings.HasPrefix(s.dir, "cmd/") {
			continue
		}
		for _, imported := range s.imports {
			name, _ := room(strings.TrimPrefix(imported, module))
			if floor, ok := floors[name]; !standard(imported) || strings.HasPrefix(imported, module) && (!ok || floor != 5) {
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
