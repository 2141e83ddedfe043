package udp

import "net/netip"

const (
	// maxCounted is the maximum number of addresses whose unsolicited datagrams are
	// counted.
	maxCounted = 1024
	// floodLimit is the number of unsolicited datagrams that makes an address flooding.
	floodLimit = 1000
	// maxReplied is the maximum number of endpoints that are remembered to have replied.
	maxReplied = 4096
)

// unsolicited counts datagrams that are not the first reply to a probe.
type unsolicited struct {
	counts  map[netip.Addr]int
	replied map[endpointKey]bool // the latest endpoints that have replied
	latest  [maxReplied]endpointKey
	next    int
}

func newUnsolicited() unsolicited {
	return unsolicited{counts: map[netip.Addr]int{}, replied: map[endpointKey]bool{}}
}

// firstReply records that an endpoint has replied, to any socket, and reports whether it was
// the first time.
func (u *unsolicited) firstReply(k endpointKey) bool {
	k.sock = 0
	if u.replied[k] {
		return false
	}
	delete(u.replied, u.latest[u.next])
	u.latest[u.next] = k
	u.replied[k] = true
	u.next = (u.next + 1) % maxReplied
	return true
}

// count counts an unsolicited datagram. It returns true once, when that makes its sender
// flooding.
func (u *unsolicited) count(from netip.Addr) (flooding bool) {
	if _, ok := u.counts[from]; !ok && len(u.counts) >= maxCounted {
		return false
	}
	u.counts[from]++
	return u.counts[from] == floodLimit
}

// floods reports whether an address has sent too many unsolicited datagrams.
func (u *unsolicited) floods(a netip.Addr) bool { return u.counts[a.WithZone("")] >= floodLimit }
