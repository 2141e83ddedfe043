package portdiff

import (
	"fmt"
	"io"
	"strings"

	"portkit/pkg/cli"
	"portkit/pkg/compare"
	"portkit/pkg/endpoint"
	"portkit/pkg/ndjson"
	"portkit/pkg/portspec"
	"portkit/pkg/scope"
	"portkit/pkg/service"
)

// source is an open scan.
type source struct {
	compare.Source
	file io.Closer
	kept *compare.Kept // of an input that can be read only once; nil for a file
}

func open(ctx *cli.Context, name string) (*source, error) {
	r, at, err := ctx.OpenAt(name)
	if err != nil {
		return nil, err
	}
	s := &source{Source: compare.Source{Name: displayName(name), Text: at}, file: r}
	if at == nil {
		s.kept = compare.Keep(r)
		s.Text = s.kept
	}
	return s, nil
}

func (s *source) close() {
	if s.kept != nil {
		s.kept.Close()
	}
	_ = s.file.Close() // an error does not matter: it was only read
}

// readExpected reads the --expect file. An incomplete list would report false
// differences, so any invalid line ends the tool.
func readExpected(ctx *cli.Context, name string) (*compare.Expected, error) {
	f, err := ctx.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	list, err := scope.ReadFile(f, name)
	if err != nil {
		return nil, cli.UsageError(err)
	}
	want := &compare.Expected{}
	services := service.Load()
	for _, e := range list {
		if e.Ports == "" {
			return nil, cli.Usagef("%s: no ports given; want TARGET PORTS [# comment]", e.Where)
		}
		if err := addExpected(want, e, services); err != nil {
			return nil, cli.Usagef("%s: %w", e.Where, err)
		}
	}
	return want, nil
}

// addExpected adds an entry of the --expect file: ports of which each item may be followed
// by =SERVICE.
func addExpected(want *compare.Expected, e scope.Entry, names *service.Table) error {
	ports, items, err := portspec.ParseLabeled(e.Ports, []endpoint.Proto{endpoint.TCP}, names)
	if err != nil {
		return err
	}
	if err := want.Add(e.Target, ports); err != nil {
		return err
	}
	for _, item := range items {
		name := strings.ToLower(item.Label)
		if service.Meanings(name) == nil {
			return fmt.Errorf("%q is not a service that portid recognizes; use a name such as ssh or https", ndjson.Show([]byte(item.Label)))
		}
		want.AddService(e.Target, item.Ports, name)
	}
	return nil
}
