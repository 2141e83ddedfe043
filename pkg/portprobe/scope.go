package portprobe

import (
	"context"
	"fmt"
	"net/netip"

	"portkit/pkg/probe/simnet"
	"portkit/pkg/scope"
	"portkit/pkg/service"
)

// Environment variables for lists of an administrator, which no flag overrides.
const (
	allowVariable = "PORTKIT_ALLOW_FILE"
	denyVariable  = "PORTKIT_DENY_FILE"
)

// list is one of the scope's lists, named by its flag or variable and its file.
type list struct {
	what, file string
	entries    []scope.Entry
}

// newScope reads all lists. If any part cannot be read or resolved, it returns an
// error, so that nothing is sent with an incomplete scope.
func (r *run) newScope() (*scope.Scope, error) {
	allow, err := r.lists("--allow", r.Allow, r.AllowFile, allowVariable)
	if err != nil {
		return nil, err
	}
	deny, err := r.lists("--deny", r.Deny, r.DenyFile, denyVariable)
	if err != nil {
		return nil, err
	}
	s := &scope.Scope{Link: r.link}
	if len(allow)+len(deny) == 0 {
		return s, nil
	}
	if s.Allow, err = r.sets(allow); err != nil {
		return nil, err
	}
	s.Deny, err = r.sets(deny)
	return s, err
}

// lists reads the lists of one kind. The specs of the flag form one list, and each
// file is another.
func (r *run) lists(flag string, specs, files []string, variable string) (all []list, err error) {
	if len(specs) > 0 {
		entries, err := scope.ParseSpecs(flag, specs)
		if err != nil {
			return nil, err
		}
		all = append(all, list{flag, "", entries})
	}
	for _, name := range files {
		if all, err = r.addFile(all, flag+"-file", name); err != nil {
			return nil, err
		}
	}
	if name := r.ctx.Getenv(variable); name != "" {
		return r.addFile(all, variable, name)
	}
	return all, nil
}

func (r *run) addFile(all []list, what, name string) ([]list, error) {
	f, err := r.ctx.Open(name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	defer f.Close()
	entries, err := scope.ReadFile(f, name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	return append(all, list{what, name, entries}), nil
}

func (r *run) sets(lists []list) (sets []*scope.Set, err error) {
	o := scope.Options{Resolver: r.resolver, Services: service.Load()}
	for _, l := range lists {
		s, err := scope.NewSet(r.ctx, l.entries, o)
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

// simulatedNames resolves names to invented addresses, without any query.
type simulatedNames struct{}

func (simulatedNames) LookupNetIP(_ context.Context, _, name string) ([]netip.Addr, error) {
	return []netip.Addr{simnet.Resolve(name, false), simnet.Resolve(name, true)}, nil
}
