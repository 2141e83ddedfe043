package portgen

import (
	"fmt"
	"slices"
	"strings"

	"portkit/pkg/cli"
)

// empty is why a run may have nothing to write.
type empty struct {
	entries  int  // targets that were read
	some     bool // one of them makes a record
	failed   bool // a list could not be read
	family   bool // one has no address of the wanted family
	excluded bool // all addresses of one are excluded
	noPorts  bool // all ports of one are excluded
}

// filter takes what is excluded and what is not of the wanted family out of an
// entry, and notes what is left.
func (s *source) filter(e *entry) {
	wanted := s.wants(e)
	s.exclude.apply(e, s.keep)
	size, fits := e.size()
	s.empty.entries++
	switch {
	case !fits || !size.IsZero():
		s.empty.some = true
	case e.ports != nil && e.ports.Len() == 0:
		s.empty.noPorts = true
	case wanted:
		s.empty.excluded = true
	default:
		s.empty.family = true
	}
}

// wants reports whether an entry has an address of the wanted family, or may
// have one.
func (s *source) wants(e *entry) bool {
	if e.more != nil && e.more.looked {
		return slices.ContainsFunc(e.more.addrs, s.keep)
	}
	_, isName := e.target.Name()
	return isName || e.isError() || e.target.Count().IsZero() || s.keep(e.target.At(number{}))
}

// explain reports why there are no endpoints; "" if there are some, or if the
// reason has been reported.
func (e *empty) explain(c *Command) string {
	var why []string
	add := func(is bool, text string) {
		if is {
			why = append(why, text)
		}
	}
	switch {
	case e.some || e.failed:
		return ""
	case e.entries == 0 && len(c.Targets)+len(c.Input) == 0:
		return "no endpoints: no target is given, and the list on standard input is empty"
	case e.entries == 0:
		return "no endpoints: the list is empty"
	}
	family := "IPv4"
	if c.IPv6 {
		family = "IPv6"
	}
	add(e.family, "has no "+family+" address")
	add(e.excluded, "is excluded")
	add(e.noPorts, "has no port left (--exclude-ports)")
	return "no endpoints: every target " + strings.Join(why, " or ")
}

// explain reports why --limit, --skip and --shard leave nothing of what there
// is; "" if they leave something, or if there is nothing.
func (w *window) explain(c *Command) string {
	shard := ""
	if c.Shard.n > 1 {
		shard = fmt.Sprintf("shard %d/%d", c.Shard.i, c.Shard.n)
	}
	size := w.size(c.Shard)
	switch {
	case w.some:
	case c.Limit.set && c.Limit.n.IsZero():
		return "no endpoints: --limit is 0"
	case w.none:
		return fmt.Sprintf("no endpoints: --skip %v exceeds the maximum number of records", c.Skip.n)
	case w.seen.IsZero():
	case size.IsZero():
		return fmt.Sprintf("no endpoints: %s of %v records is empty", shard, w.seen)
	case shard != "":
		return fmt.Sprintf("no endpoints: --skip %v skips all %v records of %s", c.Skip.n, size, shard)
	default:
		return fmt.Sprintf("no endpoints: --skip %v skips all %v records", c.Skip.n, size)
	}
	return ""
}

// explainEmpty reports on standard error why nothing was written.
func (c *Command) explainEmpty(ctx *cli.Context, s *source, w *window) {
	why := s.empty.explain(c)
	if why == "" && !s.empty.failed {
		why = w.explain(c)
	}
	if why != "" {
		ctx.Log.Printf("%s", why)
	}
}
