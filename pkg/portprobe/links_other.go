//go:build !linux

package portprobe

import "net/netip"

// resolved says that the neighbour with an address on a link has been found.
// Elsewhere than on Linux nobody is asked.
func (l *links) resolved(netip.Addr) bool { return false }
