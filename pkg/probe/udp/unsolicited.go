package udp

import "net/netip"

const (
	// maxNoisy is how many addresses are watched for what nobody asked for.
	maxNoisy = 1024
	// flood is how many datagrams that no attempt waits for make an address
	// one that floods.
	flood = 1000
	// maxAnswered is how many endpoints are remembered to have answered.
	maxAnswered = 4096
)

// unsolicited is what an address sends that no attempt waits for.
type unsolicited struct {
	counts map[netip.Addr]int
	// answered are the latest endpoints that have sent a datagram, whose next
	// ones are no news.
	answered map[endpointKey]bool
	latest   [maxAnswered]endpointKey
	next     int
}

func newUnsolicited() unsolicited {
	return unsolicited{counts: map[netip.Addr]int{}, answered: map[endpointKey]bool{}}
}

// heard notes that an endpoint has answered, at whichever socket; false if it
// has before.
func (n *unsolicited) heard(s endpointKey) bool {
	s.sock = 0
	if n.answered[s] {
		return false
	}
	delete(n.answered, n.latest[n.next])
	n.latest[n.next] = s
	n.answered[s] = true
	n.next = (n.next + 1) % maxAnswered
	return true
}

// known says that an endpoint has answered lately.
func (n *unsolicited) known(s endpointKey) bool {
	s.sock = 0
	return n.answered[s]
}

// add counts a datagram that nobody waits for. It returns true when it makes its
// sender one that floods, once.
func (n *unsolicited) add(from netip.Addr) (floods bool) {
	if _, ok := n.counts[from]; !ok && len(n.counts) >= maxNoisy {
		return false
	}
	n.counts[from]++
	return n.counts[from] == flood
}

// floods says that an address sends more than is listened to.
func (n *unsolicited) floods(a netip.Addr) bool { return n.counts[a.WithZone("")] >= flood }
