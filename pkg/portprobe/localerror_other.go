//go:build !linux

package portprobe

import "net/netip"

// Facts are known on Linux only. These values explain no error.

func (o origin) gather(netip.Addr) facts { return facts{source: true} }

func isOwn(netip.Addr) bool { return true }

func refusingRoutes(bool) []refusingRoute { return nil }
