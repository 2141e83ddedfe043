// Package translate turns a command line in the style of nmap, masscan, naabu
// or nc into the pipe of portkit's tools that does the same.
//
// Line reads the arguments of a tool by three tables: rows are the flags of
// other scanners, letters those of nc, and toolFlags those of portkit's own
// tools, which may have been given to the wrong one. It understands all of the
// arguments or returns nothing: a flag in no table may be a typing error, which the
// caller reports.
package translate

import (
	"slices"
	"strings"
)

// Suggestion is the command line to type instead.
type Suggestion struct {
	Why  string   // what a flag means here, or that it has no equivalent; "" if every flag is one of portkit's
	Line string   // the command line to use; "" if there is none
	Args []string // the arguments of the tool that was typed, in Line
}

// Line returns what to type instead of a tool with args; exists reports whether
// there is a file. ok is false where args are not all understood, or belong to
// the tool.
func Line(tool string, args []string, exists func(name string) bool) (s Suggestion, ok bool) {
	if !slices.Contains([]string{"portgen", "portprobe", "portid", "portsum"}, tool) {
		return s, false
	}
	r := &reader{tool: tool, left: args, exists: exists, nc: slices.ContainsFunc(args, isNC)}
	if !r.read() {
		return s, false
	}
	foreign := len(r.absent)+len(r.others) > 0
	switch {
	case len(r.absent) > 0:
		s.Why = strings.Join(slices.Compact(r.absent), "; ")
	case foreign:
		s.Why = r.others[0]
	case !r.misplaced || !r.hasTarget():
		return s, false
	}
	if list := r.stages(tool); list != nil && !r.incomplete {
		s.Line = r.line(list)
		s.Args = list[slices.IndexFunc(list, func(s stage) bool { return s.tool == tool })].args
	}
	return s, s.Why != "" || s.Line != ""
}

// Sole reports whether arg is a flag of another scanner that must not be read
// as a short flag with a value, as -iL as -i L.
func Sole(arg string) bool {
	name, _, _ := strings.Cut(arg, "=")
	return slices.ContainsFunc(rows(), func(row row) bool { return row.sole && row.flag == name })
}
