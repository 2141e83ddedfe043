//go:build !linux

package portprobe

import (
	"net/netip"

	"portkit/pkg/probe"
)

// neighbor knows nothing: only Linux's neighbor table is read.
func (l *links) neighbor(netip.Addr) probe.Neighbor { return probe.NeighborUnknown }

// linkLayer knows nothing either.
func (l *links) linkLayer(netip.Addr) string { return "" }
