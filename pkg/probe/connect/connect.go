// Package connect asks tcp ports with the operating system's own connect, which
// takes no rights. Linux has a transport of its own, Epoll, that reads what
// ICMP said; everywhere else the portable one serves, which is net.Dialer's.
package connect

import (
	"errors"
	"net/netip"
)

// Options says how to connect.
type Options struct {
	// Room is how many attempts may be under way at once.
	Room int
	// Source is the address to ask from; the zero Addr leaves the choice to
	// the routes.
	Source netip.Addr
	// Interface is the name of the network interface to ask through; empty
	// leaves the choice to the routes. Linux only.
	Interface string
	// Own is shared by the transports of a run, so that two of its probes that
	// connect to each other are not taken for open ports; nil where this machine
	// is not probed. Linux only.
	Own *Own
}

// errNoZone is a link-local address, which is one of many, without its link.
var errNoZone = errors.New("a link-local address requires a zone, as in fe80::1%eth0")

// ErrSelf is the error of a probe whose socket is connected to itself.
var ErrSelf = errors.New("the probe connected to itself: its source port is the probed port")

// ErrMet is the error of a probe whose socket may be connected to another probe's.
var ErrMet = errors.New("the probe may have connected to another probe: its source port was probed too")
