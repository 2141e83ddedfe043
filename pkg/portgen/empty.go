package portgen

import (
	"fmt"
	"slices"
	"strings"

	"portkit/pkg/cli"
)

// empty records why a run may have no endpoints.
type empty struct {
	entries  int  // number of targets
	some     bool // a target has records
	failed   bool // a list could not be read
	family   bool // a target has no address of the selected family
	excluded bool // a target has only excluded addresses
	noPorts  bool // a target has only excluded ports
}

// filter removes excluded addresses and those of the other family from an entry, and
// notes the result in s.empty.
func (s *source) filter(e *entry) {
	inFamily := s.hasFamily(e)
	s.exclude.apply(e, s.keep)
	size, fits := e.size()
	s.empty.entries++
	switch {
	case !fits || !size.IsZero():
		s.empty.some = true
	case e.ports != nil && e.ports.Len() == 0:
		s.empty.noPorts = true
	case inFamily:
		s.empty.excluded = true
	default:
		s.empty.family = true
	}
}

// hasFamily reports whether an entry has, or may have, an address of the selected family.
func (s *source) hasFamily(e *entry) bool {
	if e.more != nil && e.more.resolved {
		return slices.ContainsFunc(e.more.addrs, s.keep)
	}
	_, isName := e.target.Name()
	return isName || e.isError() || e.target.Count().IsZero() || s.keep(e.target.At(number{}))
}

// explain returns the reason for no endpoints, or "" if there are some or the reason
// was reported.
func (e *empty) explain(c *Command) string {
	switch {
	case e.some || e.failed:
		return ""
	case e.entries == 0 && len(c.Targets)+len(c.Input) == 0:
		return "no endpoints: no target is given, and the list on standard input is empty"
	case e.entries == 0:
		return "no endpoints: the list is empty"
	}
	var why []string
	switch {
	case e.family && c.IPv6:
		why = append(why, "has no IPv6 address")
	case e.family:
		why = append(why, "has no IPv4 address")
	}
	if e.excluded {
		why = append(why, "is excluded")
	}
	if e.noPorts {
		why = append(why, "has no port left (--exclude-ports)")
	}
	return "no endpoints: every target " + strings.Join(why, " or ")
}

// explain returns the reason if --limit, --skip and --shard select none of the records,
// or "".
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

// explainEmpty reports why nothing was written.
func (c *Command) explainEmpty(ctx *cli.Context, s *source, w *window) {
	why := s.empty.explain(c)
	if why == "" && !s.empty.failed {
		why = w.explain(c)
	}
	if why != "" {
		ctx.Log.Printf("%s", why)
	}
}
