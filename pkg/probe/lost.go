package probe

import (
	"net/netip"
	"sync"

	"portkit/pkg/endpoint"
)

// maxLostHosts is how many addresses that stopped replying are reported one by one.
const maxLostHosts = 1024

// Lost is an address that stopped replying and was given up.
type Lost struct {
	Addr  netip.Addr
	Proto endpoint.Proto
	// Probes is about how many probes were sent to it before it stopped.
	Probes int
	// Endpoints is the number of its endpoints that were settled with HostLost.
	Endpoints int
}

// lostHosts are the addresses that were given up.
type lostHosts struct {
	mu        sync.Mutex
	all       []Lost
	count     int
	endpoints int // of all
}

// add records that an address was given up. Its mutex is held.
func (l *lostHosts) add(a *address) {
	l.mu.Lock()
	defer l.mu.Unlock()
	x := a.witness
	if x.lostNumber > 0 {
		return
	}
	l.count++
	x.lostNumber = l.count
	if l.count <= maxLostHosts {
		l.all = append(l.all, Lost{Addr: a.ip, Proto: a.proto, Probes: int(x.stopped)})
	}
}

// Lost returns addresses that stopped replying and were given up, how many there are in
// all, and how many of their endpoints were settled with HostLost.
func (e *Engine) Lost() (some []Lost, count, endpoints int) {
	l := &e.table.lost
	l.mu.Lock()
	defer l.mu.Unlock()
	return append(some, l.all...), l.count, l.endpoints
}

// noteLost counts an endpoint that was settled with HostLost.
func (a *address) noteLost() {
	a.mu.Lock()
	defer a.mu.Unlock()
	l := &a.table.lost
	l.mu.Lock()
	defer l.mu.Unlock()
	l.endpoints++
	if n := a.witness.lostNumber; n > 0 && n <= len(l.all) {
		l.all[n-1].Endpoints++
	}
}
