package scope

import (
	"net"
	"net/netip"
	"slices"
	"strconv"
	"sync"
	"time"
)

// zoneAge is how long the index of an interface is cached: it may change.
const zoneAge = time.Second

// zones is the zones in a list, with the interfaces that they name or number (RFC
// 4007, section 11.2). The zero value is empty. zones is safe for concurrent use.
type zones struct {
	listed []string

	mu    sync.Mutex
	known map[string]link
}

// link is the index of an interface, 0 if there is none, with the time of the
// lookup.
type link struct {
	index int
	at    time.Time
}

// note adds a zone unless it is "".
func (z *zones) note(zone string) {
	if zone != "" && !slices.Contains(z.listed, zone) {
		z.listed = append(z.listed, zone)
	}
}

// aliases calls yield with the other names in the list for the interface of an
// address's zone. It stops and returns true if yield does.
func (z *zones) aliases(a netip.Addr, yield func(zone string) bool) bool {
	if a.Zone() == "" || len(z.listed) == 0 {
		return false
	}
	for _, zone := range z.listed {
		if i := z.index(zone); zone != a.Zone() && i != 0 && i == z.index(a.Zone()) && yield(zone) {
			return true
		}
	}
	return false
}

// index returns the index of a zone's interface; 0 if there is none.
func (z *zones) index(zone string) int {
	if n, err := strconv.ParseUint(zone, 10, 31); err == nil {
		return int(n) // like the transports
	}
	z.mu.Lock()
	defer z.mu.Unlock()
	if l, ok := z.known[zone]; ok && time.Since(l.at) < zoneAge {
		return l.index
	}
	l := link{at: time.Now()}
	if i, err := net.InterfaceByName(zone); err == nil {
		l.index = i.Index
	}
	if z.known == nil {
		z.known = map[string]link{}
	}
	z.known[zone] = l
	return l.index
}
