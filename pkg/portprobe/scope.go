package portprobe

import (
	"context"
	"net/netip"

	"portkit/pkg/probe/simnet"
	"portkit/pkg/scope"
	"portkit/pkg/service"
)

// newScope reads the lists of all flags.
func (r *run) newScope() (*scope.Scope, error) {
	flags := scope.Flags{Allow: r.Allow, Deny: r.Deny, AllowFile: r.AllowFile, DenyFile: r.DenyFile, Link: r.origin.Link}
	o := scope.Options{Resolver: r.resolver, Services: service.Load()}
	return flags.Read(r.ctx, o, r.ctx.Open, r.ctx.Getenv)
}

// simulatedNames resolves names to invented addresses, without any query.
type simulatedNames struct{}

func (simulatedNames) LookupNetIP(_ context.Context, _, name string) ([]netip.Addr, error) {
	return []netip.Addr{simnet.Resolve(name, false), simnet.Resolve(name, true)}, nil
}
