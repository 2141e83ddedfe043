//go:build !linux

package portprobe

import (
	"net/netip"

	"portkit/pkg/probe"
)

// The neighbor table is read on Linux only.

func (l *links) neighbor(netip.Addr) probe.Neighbor { return probe.NeighborUnknown }

func (l *links) linkLayer(netip.Addr) string { return "" }
