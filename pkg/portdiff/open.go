package portdiff

import (
	"io"

	"portkit/pkg/cli"
	"portkit/pkg/compare"
	"portkit/pkg/endpoint"
	"portkit/pkg/portspec"
	"portkit/pkg/scope"
	"portkit/pkg/service"
)

// source is a scan that is open.
type source struct {
	compare.Source
	file io.Closer
	kept *compare.Kept // of what can be read once only; nil for a file
}

func open(ctx *cli.Context, name string) (*source, error) {
	r, at, err := ctx.OpenAt(name)
	if err != nil {
		return nil, err
	}
	s := &source{Source: compare.Source{Name: called(name), Text: at}, file: r}
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
	_ = s.file.Close() // was only read
}

// readExpected reads the file of expectations. Half of what is expected is
// nothing to go by, so that any line that is wrong ends the tool.
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
			return nil, cli.Usagef("%s: it names no ports: a line is TARGET PORTS [# comment]", e.Where)
		}
		ports, err := portspec.Parse(e.Ports, []endpoint.Proto{endpoint.TCP}, services)
		if err == nil {
			err = want.Add(e.Target, ports)
		}
		if err != nil {
			return nil, cli.Usagef("%s: %w", e.Where, err)
		}
	}
	return want, nil
}
