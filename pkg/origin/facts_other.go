//go:build !linux

package origin

import "net/netip"

// Facts are known on Linux only. These values explain no error.

func (o Origin) gather(netip.Addr) facts { return facts{source: true} }

func isOwn(netip.Addr) bool { return true }

func refusingRoutes(bool) []refusingRoute { return nil }
