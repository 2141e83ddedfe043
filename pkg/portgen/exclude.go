package portgen

import (
	"fmt"
	"io"
	"net/netip"
	"strings"

	"portkit/pkg/cli"
	"portkit/pkg/ndjson"
	"portkit/pkg/record"
	"portkit/pkg/resolve"
	"portkit/pkg/target"
)

// exclusion is the set of excluded addresses and names. A nil exclusion is empty.
type exclusion struct {
	addrs *target.Set
	names map[string]bool // by resolve.Key
}

// excluded is an excluded target and its origin for messages.
type excluded struct {
	where  string
	target target.Target
	lookup <-chan resolve.Result // nil if the entry is not a name
}

// maxAhead is the maximum number of excluded names looked up before they are used.
const maxAhead = 64

// newExclusion reads --exclude and --exclude-file. A name excludes itself and its
// addresses of both families. Anything invalid or unresolved is an error: a partial
// exclusion would be unsafe.
func newExclusion(ctx *cli.Context, c *Command, r *resolve.Resolver) (*exclusion, error) {
	if len(c.Exclude) == 0 && len(c.ExcludeFile) == 0 {
		return nil, nil
	}
	list, err := readExcluded(ctx, c)
	if err != nil {
		return nil, cli.UsageError(err)
	}
	lookups := resolve.NewLookups(ctx, r.Pin)
	x := &exclusion{names: map[string]bool{}}
	var b target.Builder
	begun := 0
	for i := range list {
		// Few ahead, since the first name without an address ends the run.
		for ; begun < len(list) && begun < i+maxAhead; begun++ {
			x.begin(&list[begun], lookups)
		}
		if err := list[i].add(&b); err != nil {
			return nil, cli.UsageError(fmt.Errorf("%s: %w", list[i].where, err))
		}
	}
	x.addrs = b.Set()
	return x, nil
}

// begin excludes a name and starts its lookup.
func (x *exclusion) begin(e *excluded, lookups resolve.Lookups) {
	if name, ok := e.target.Name(); ok {
		x.names[resolve.Key(name)] = true
		e.lookup = lookups.Start(name)
	}
}

func (e *excluded) add(b *target.Builder) error {
	if e.lookup == nil {
		return b.Add(e.target)
	}
	r := <-e.lookup
	for _, a := range r.Addrs {
		b.AddAddr(a)
	}
	return r.Err
}

func readExcluded(ctx *cli.Context, c *Command) (list []excluded, err error) {
	for _, value := range c.Exclude {
		for _, word := range target.SplitList(value) {
			if list, err = appendExcluded(list, "--exclude", word); err != nil {
				return nil, err
			}
		}
	}
	for _, name := range c.ExcludeFile {
		if list, err = readExcludeFile(ctx, list, name); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func appendExcluded(list []excluded, where, word string) ([]excluded, error) {
	word, ports, err := target.Split(word)
	if err == nil && ports != "" {
		err = fmt.Errorf("target %q: an exclusion cannot have ports; use --exclude-ports", word)
	}
	e := excluded{where: where}
	if err == nil {
		e.target, err = target.Parse(word)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", where, err)
	}
	return append(list, e), nil
}

// readExcludeFile reads one TARGET per line.
func readExcludeFile(ctx *cli.Context, list []excluded, name string) ([]excluded, error) {
	f, err := ctx.Open(name)
	if err != nil {
		return nil, fmt.Errorf("--exclude-file: %w", err)
	}
	defer f.Close()
	for lines := ndjson.NewReader(f); ; {
		l, err := lines.Next()
		if err == io.EOF {
			return list, nil
		}
		if err != nil {
			return nil, fmt.Errorf("--exclude-file: %w", err)
		}
		where := fmt.Sprintf("--exclude-file: %s: line %d", name, l.No)
		words := strings.Fields(string(record.Uncomment(l.Text)))
		if len(words) == 0 {
			continue
		}
		if l.Long || len(words) > 1 || words[0][0] == '{' {
			return nil, fmt.Errorf("%s: %s is not one target; an exclusion has neither ports nor fields", where, ndjson.Show(l.Text))
		}
		if list, err = appendExcluded(list, where, words[0]); err != nil {
			return nil, err
		}
	}
}

// apply removes excluded addresses, and those of the other family, from an entry.
func (x *exclusion) apply(e *entry, keep func(netip.Addr) bool) {
	name, isName := e.target.Name()
	switch {
	case e.isError():
	case x != nil && isName && x.names[resolve.Key(name)]:
		e.detail().resolved, e.more.addrs = true, nil
	case e.more != nil && e.more.resolved:
		kept := e.more.addrs[:0:0]
		for _, a := range e.more.addrs {
			if keep(a) && (x == nil || !x.addrs.Contains(a)) {
				kept = append(kept, a)
			}
		}
		e.more.addrs = kept
	case isName:
	case !keep(e.target.At(number{})):
		e.target = target.Target{}
	case x != nil:
		e.target = e.target.Minus(x.addrs)
	}
}
