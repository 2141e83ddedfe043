//go:build !linux

package portprobe

import "net/netip"

// gather looks nothing up: only Linux's settings are known. A source address is
// taken as this machine's, so that no error is blamed on it.
func (o origin) gather(netip.Addr) facts { return facts{source: true} }

// isOwn is true for want of knowledge: no target is refused for it.
func isOwn(netip.Addr) bool { return true }

// refusingRoutes reads nothing: only Linux's table of routes is known.
func refusingRoutes(bool) []refusal { return nil }

// processStatus is empty: only Linux describes capabilities.
func processStatus() string { return "" }
