package portprobe

import (
	"fmt"
	"net/netip"

	"portkit/pkg/cli"
	"portkit/pkg/endpoint"
	"portkit/pkg/probe"
)

// maxLostHosts is the number of hosts that stopped replying which are named.
const maxLostHosts = 3

// logStopped reports that an address is waited for.
func (r *run) logStopped(ip netip.Addr) {
	r.ctx.Log.Printf("%v has stopped replying: waiting up to %v for it", ip, r.LostPatience.D())
}

// warnLost reports the hosts that stopped replying.
func (r *run) warnLost() {
	if r.Quiet {
		return
	}
	some, hosts, endpoints := r.engine.Lost()
	for _, h := range some[:min(len(some), maxLostHosts)] {
		r.ctx.Log.Printf("%s", lostText(h))
		endpoints -= h.Endpoints
	}
	if more := hosts - maxLostHosts; more > 0 {
		r.ctx.Log.Printf("%s more stopped replying; %s host-lost; retry with --host-rate 10",
			cli.Plural(int64(more), "address", "addresses"), cli.Plural(int64(endpoints), "endpoint is", "endpoints are"))
	}
}

func lostText(h probe.Lost) string {
	over := ""
	if h.Proto == endpoint.UDP {
		over = " over UDP"
	}
	return fmt.Sprintf("%v stopped replying%s after %s; %s host-lost; %v may block this machine; retry with --host-rate 10",
		h.Addr, over, cli.Plural(int64(h.Probes), "probe"), cli.Plural(int64(h.Endpoints), "endpoint is", "endpoints are"), h.Addr)
}
