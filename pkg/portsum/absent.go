package portsum

import (
	"maps"
	"slices"
	"strings"

	"portkit/pkg/cli"
	"portkit/pkg/ndjson"
	"portkit/pkg/summary"
)

// absent finds out why fields of --by may be absent from all records.
type absent struct {
	paths     []string          // names with dots that no record has so far
	arrays    map[string]string // the arrays on such a path
	summaries bool              // summaries were read
}

func newAbsent(by []string) *absent {
	return &absent{
		paths:  slices.DeleteFunc(slices.Clone(by), func(name string) bool { return !strings.Contains(name, ".") }),
		arrays: map[string]string{},
	}
}

// result looks for the paths in a result.
func (a *absent) result(fields []ndjson.Field) {
	a.paths = slices.DeleteFunc(a.paths, func(name string) bool {
		value, array := summary.Member(fields, name)
		if array != "" {
			a.arrays[name] = array
		}
		return value != nil || array != ""
	})
}

// merge adds what another one found out.
func (a *absent) merge(b *absent) {
	maps.Copy(a.arrays, b.arrays)
	a.summaries = a.summaries || b.summaries
}

// report prints that no record has a field, and why.
func (a *absent) report(log *cli.Log, name string) {
	switch array := a.arrays[name]; {
	case array != "":
		log.Printf("--by: no record has the field %s: %s is an array; group by %[2]s", name, array)
	case a.summaries:
		log.Printf("--by: no record has the field %s; summaries contain only those that they were grouped by, read the results", name)
	default:
		log.Printf("--by: no record has the field %s", name)
	}
}
