package portid

import (
	"context"
	"crypto/x509"
	"fmt"
	"net/netip"
	"os"

	"portkit/pkg/cli"
	"portkit/pkg/endpoint"
	"portkit/pkg/identify"
	"portkit/pkg/portspec"
	"portkit/pkg/recog"
)

// identifier finds out what is behind an endpoint. An error is one of this machine,
// that of ctx, or identify.ErrStopped.
type identifier interface {
	Identify(ctx context.Context, t identify.Target) (identify.Outcome, error)
	// HostConcurrency returns how many endpoints of an address may be identified at
	// once, if that is usually n.
	HostConcurrency(a netip.Addr, n int) int
	// Stop ends the identification of endpoints without a connection, with
	// identify.ErrStopped.
	Stop()
}

// newEngine returns the engine that the flags describe.
func (r *run) newEngine() (identifier, error) {
	if r.Command.engine != nil {
		return r.Command.engine, nil
	}
	products, err := r.database(r.ctx)
	if err != nil {
		return nil, err
	}
	roots, err := r.roots()
	if err != nil {
		return nil, err
	}
	common := portspec.CommonList().Top(commonPorts, []endpoint.Proto{endpoint.TCP})
	o := identify.Options{
		Dial:     newDialer(r.origin).dial,
		Allowed:  r.scope.Allows,
		Rate:     float64(r.Rate),
		HostRate: float64(r.HostRate),
		Timeout:  r.timeout(),
		Effort:   map[string]identify.Effort{"quick": identify.Quick, "normal": identify.Normal, "thorough": identify.Thorough}[r.Effort],
		Only:     r.Only,
		Quiet:    func(port uint16) bool { return identify.QuietPort(port) && !r.ask.Has(port, endpoint.TCP) },
		StartTLS: !r.NoStartTLS,
		Roots:    roots,
		Agent:    r.agent(),
		Version:  cli.Version(),
		Products: products,
		Common:   func(port uint16) bool { return common.Has(port, endpoint.TCP) },
	}
	return identify.New(o), nil
}

// commonPorts is the number of ports that get all requests even at an address that
// accepts connections to every port.
const commonPorts = 100

const recogVariable = "PORTKIT_RECOG"

// database returns the database of --recog; nil if there is none.
func (c *Command) database(ctx *cli.Context) (*recog.Database, error) {
	what, dir := recogVariable, ctx.Getenv(recogVariable)
	if c.Recog != nil {
		what, dir = "--recog", *c.Recog
	}
	if dir == "" && c.Recog == nil {
		return nil, nil
	}
	db, err := recog.Load(dir)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	return db, nil
}

// roots returns the authorities of --ca-file; nil for the system's.
func (c *Command) roots() (*x509.CertPool, error) {
	if c.CAFile == nil {
		return nil, nil
	}
	text, err := os.ReadFile(*c.CAFile)
	if err != nil {
		return nil, fmt.Errorf("--ca-file: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("--ca-file: %s contains no certificate in PEM", *c.CAFile)
	}
	return pool, nil
}

// agent returns what requests call this client.
func (c *Command) agent() string {
	if c.UserAgent != "" {
		return c.UserAgent
	}
	return "portid/" + cli.Version()
}
