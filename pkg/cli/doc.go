package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// Doc describes a tool's command line for help, manual and completions.
type Doc struct {
	Tool   Tool
	Usage  []string // "portgen [flags] [TARGET …]"
	Groups []FlagGroup
	Args   []ArgDoc
}

// FlagGroup is a heading and its flags, in the order of the struct.
type FlagGroup struct {
	Title string
	Flags []FlagDoc
}

// FlagDoc is one flag.
type FlagDoc struct {
	Name     string // without hyphens
	Short    string // one letter, or ""
	Value    string // placeholder of the value; "" if it accepts none
	Help     string
	Default  string   // "" if there is none, or Help contains it
	Enum     []string // the values, if these can be listed
	Repeats  bool     // may be given more than once
	List     bool     // the value is a comma-separated list
	Complete string   // file, directory, host, interface, service, field, app, or ""
}

// ArgDoc is one kind of argument.
type ArgDoc struct {
	Name, Help, Complete string
	Optional, Repeats    bool
}

// Describe returns the description of a tool's command line. An error is a
// mistake in the tool's tags.
func Describe(t Tool) (*Doc, error) {
	k, err := newParser(t, nil)
	if err != nil {
		return nil, err
	}
	return describe(t, k.Model)
}

func describe(t Tool, model *kong.Application) (*Doc, error) {
	groups, err := flagGroups(t, model.Flags)
	if err != nil {
		return nil, err
	}
	d := &Doc{Tool: t, Groups: groups}
	for _, p := range model.Positional {
		d.Args = append(d.Args, argDoc(p))
	}
	d.Usage = d.usage()
	return d, nil
}

// flagGroups sorts the flags into groups: those without one first, then the
// tool's groups, then the flags of every tool.
func flagGroups(t Tool, flags []*kong.Flag) ([]FlagGroup, error) {
	keys := []Group{{"", "Flags"}}
	keys = append(append(keys, t.Groups...), Group{textGroup, "Help"})
	byKey := map[string][]FlagDoc{}
	for _, f := range flags {
		if !slices.ContainsFunc(keys, func(g Group) bool { return g.Key == groupKey(f) }) {
			return nil, fmt.Errorf("--%s is in the group %q, which %s does not have", f.Name, groupKey(f), t.Name)
		}
		if !f.Hidden {
			byKey[groupKey(f)] = append(byKey[groupKey(f)], flagDoc(f))
		}
	}
	var groups []FlagGroup
	for _, g := range keys {
		if fs := byKey[g.Key]; len(fs) > 0 {
			groups = append(groups, FlagGroup{g.Title, fs})
		}
	}
	return groups, nil
}

func groupKey(f *kong.Flag) string {
	if f.Group == nil {
		return ""
	}
	return f.Group.Key
}

func flagDoc(f *kong.Flag) FlagDoc {
	d := FlagDoc{
		Name: f.Name, Help: f.Help, Repeats: f.IsSlice() || f.IsCounter(), List: f.IsSlice() && f.Tag.Sep == ',' || f.Tag.Has("list"),
		Complete: f.Tag.Get("complete"),
	}
	if f.Short != 0 {
		d.Short = string(f.Short)
	}
	switch values := f.Tag.Get("values"); {
	case f.Enum != "":
		d.Enum = f.EnumSlice()
	case values != "":
		d.Enum = strings.Split(values, ",")
	}
	if takesValue(f) {
		d.Value = placeholder(f)
		if f.HasDefault && !helpHasDefault(f) {
			d.Default = f.Default
		}
	}
	return d
}

// helpHasDefault reports whether the help text contains the default: "(default
// 3s)", "(0: unlimited)".
func helpHasDefault(f *kong.Flag) bool {
	return strings.Contains(f.Help, "(default") || strings.Contains(f.Help, "("+f.Default+":")
}

// placeholder returns the name of a flag's value in texts.
func placeholder(f *kong.Flag) string {
	switch {
	case f.PlaceHolder != "":
		return f.PlaceHolder
	case f.Enum != "":
		return strings.Join(f.EnumSlice(), "|")
	}
	return strings.ToUpper(f.Name)
}

func argDoc(p *kong.Positional) ArgDoc {
	name := p.Tag.PlaceHolder
	if name == "" {
		name = strings.ToUpper(p.Name)
	}
	return ArgDoc{
		Name: name, Help: p.Help, Complete: p.Tag.Get("complete"),
		Optional: !p.Required, Repeats: p.IsSlice(),
	}
}

func (d *Doc) usage() []string {
	var lines []string
	for _, u := range d.Tool.Usage {
		lines = append(lines, d.Tool.Name+" "+u)
	}
	if len(lines) > 0 {
		return lines
	}
	parts := []string{d.Tool.Name, "[flags]"}
	for _, a := range d.Args {
		s := a.Name
		if a.Repeats {
			s += " ..."
		}
		if a.Optional {
			s = fmt.Sprintf("[%s]", s)
		}
		parts = append(parts, s)
	}
	return []string{strings.Join(parts, " ")}
}
