// Package syn asks tcp ports by the first packet of a handshake alone, which
// takes the right to open raw sockets, on Linux. What comes back is read beside
// the kernel's own TCP, which knows of no connection and so ends an answered
// handshake with a reset. One of our own goes with it, since a firewall of this
// machine's may be in the kernel's way: so no rule of one is needed.
//
// A SYN leaves through a ring of frames (packet(7)) where the link is Ethernet's,
// and else through a raw IP socket. Answers come through rings with a filter for
// the source ports of one worker, so that none crosses workers.
package syn

import (
	"errors"
	"net/netip"
)

// Options says how to ask.
type Options struct {
	// Source is the address to ask from; the zero Addr leaves the choice to
	// the routes.
	Source netip.Addr
	// Interface is the name of the network interface to ask through; empty
	// leaves the choice to the routes.
	Interface string
}

// errNoZone is a link-local address, which is one of many, without its link.
var errNoZone = errors.New("a link-local address requires a zone, as in fe80::1%eth0")

// errOtherLink is a link-local address on another link than Options.Interface.
var errOtherLink = errors.New("not on the link of --interface")

// ErrPermission is that this process may not open raw sockets.
var ErrPermission = errors.New("CAP_NET_RAW is missing")

// ErrSystem is that this system has no such sockets.
var ErrSystem = errors.New("requires Linux")
