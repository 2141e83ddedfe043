// Package connect probes TCP ports with the operating system's connect, which needs no
// privileges. On Linux Epoll is used, which also reads ICMP errors; elsewhere the
// portable transport, which uses net.Dialer.
package connect

import (
	"errors"
	"net/netip"
)

// Options configures a transport.
type Options struct {
	// Room is the maximum number of outstanding attempts.
	Room int
	// Source is the source address; the zero Addr leaves it to the routes.
	Source netip.Addr
	// Interface is the name of the network interface; empty leaves it to the routes.
	// Linux only.
	Interface string
	// Probed is shared by the transports of a run, so that two probes that connect to
	// each other are not reported as open ports; nil if this machine is not probed.
	// Linux only.
	Probed *ProbedPorts
}

// ErrSelf is the error of a probe whose socket is connected to itself.
var ErrSelf = errors.New("the probe connected to itself: its source port is the probed port")

// ErrMet is the error of a probe whose socket may be connected to another probe's.
var ErrMet = errors.New("the probe may have connected to another probe: its source port was probed too")
