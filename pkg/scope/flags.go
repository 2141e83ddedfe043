package scope

import (
	"context"
	"fmt"
	"io"
)

// Environment variables for lists of an administrator, which no flag overrides.
const (
	AllowVariable = "PORTKIT_ALLOW_FILE"
	DenyVariable  = "PORTKIT_DENY_FILE"
)

// Flags are the values of the flags of a tool.
type Flags struct {
	Allow, Deny         []string // of --allow and --deny
	AllowFile, DenyFile []string
	Link                string // of --interface; "" if absent

	options Options
	open    func(name string) (io.ReadCloser, error)
	getenv  func(name string) string
}

// namedList is one of the scope's lists, named by its flag or variable and its file.
type namedList struct {
	what, file string
	entries    []Entry
}

// Read reads all lists, including those of the environment. If any part cannot be read
// or resolved, it returns an error, so that nothing is sent with an incomplete scope.
func (f Flags) Read(ctx context.Context, o Options, open func(name string) (io.ReadCloser, error), getenv func(name string) string) (*Scope, error) {
	f.options, f.open, f.getenv = o, open, getenv
	allow, err := f.lists("--allow", f.Allow, f.AllowFile, AllowVariable)
	if err != nil {
		return nil, err
	}
	deny, err := f.lists("--deny", f.Deny, f.DenyFile, DenyVariable)
	if err != nil {
		return nil, err
	}
	s := &Scope{Link: f.Link}
	if len(allow)+len(deny) == 0 {
		return s, nil
	}
	if s.Allow, err = f.sets(ctx, allow); err != nil {
		return nil, err
	}
	s.Deny, err = f.sets(ctx, deny)
	return s, err
}

// lists reads the lists of one kind. The specs of the flag form one list, and each
// file is another.
func (f *Flags) lists(flag string, specs, files []string, variable string) (all []namedList, err error) {
	if len(specs) > 0 {
		entries, err := ParseSpecs(flag, specs)
		if err != nil {
			return nil, err
		}
		all = append(all, namedList{flag, "", entries})
	}
	for _, name := range files {
		if all, err = f.addFile(all, flag+"-file", name); err != nil {
			return nil, err
		}
	}
	if name := f.getenv(variable); name != "" {
		return f.addFile(all, variable, name)
	}
	return all, nil
}

func (f *Flags) addFile(all []namedList, what, name string) ([]namedList, error) {
	file, err := f.open(name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	defer file.Close()
	entries, err := ReadFile(file, name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	return append(all, namedList{what, name, entries}), nil
}

func (f *Flags) sets(ctx context.Context, lists []namedList) (sets []*Set, err error) {
	for _, l := range lists {
		s, err := NewSet(ctx, l.entries, f.options)
		switch {
		case err != nil && l.file != "":
			return nil, fmt.Errorf("%s: %w", l.what, err)
		case err != nil:
			return nil, err // names the flag
		}
		s.What, s.File = l.what, l.file
		sets = append(sets, s)
	}
	return sets, nil
}
