package simnet

import (
	"net/netip"

	"portkit/pkg/probe"
)

// Echo sends an ICMP echo request to an address. Poll returns the reply.
func (t *Transport) Echo(ip netip.Addr) error {
	c := &t.config
	now := t.Now()
	if c.isDead(ip) || c.Echo != nil && !c.Echo(ip) || c.Unresolved != nil && c.Unresolved(ip) ||
		c.Firewall.dropsEcho(ip, now) {
		return nil
	}
	t.echoes[ip]++
	// An attempt at port 0, which no endpoint has.
	a := &probe.Attempt{To: netip.AddrPortFrom(ip, 0), N: t.echoes[ip]}
	at := now.Add(c.trip(a))
	if !c.lost(a, now, probeLoss) && !c.lost(a, at, replyLoss) {
		t.replies.Push(at, reply{echo: true, from: ip})
	}
	return nil
}
