package syn

import (
	"errors"
	"net/netip"
)

// Options selects where probes leave from.
type Options struct {
	// Source is the source address; the zero Addr leaves it to the routes.
	Source netip.Addr
	// Interface is the name of the network interface; empty leaves it to the routes.
	Interface string
}

// errOtherLink is the error of a link-local address on a link that is not
// Options.Interface.
var errOtherLink = errors.New("not on the link of --interface")

// ErrPermission is returned if this process may not open raw sockets.
var ErrPermission = errors.New("CAP_NET_RAW is missing")

// ErrSystem is returned on systems other than Linux.
var ErrSystem = errors.New("requires Linux")
