//go:build !linux

package portprobe

import (
	"net/netip"

	"portkit/pkg/probe"
)

// The neighbor table is read on Linux only.

func (neighbors) neighbor(netip.Addr) probe.Neighbor { return probe.NeighborUnknown }

func (neighbors) linkLayer(netip.Addr) string { return "" }
