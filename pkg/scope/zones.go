package scope

import (
	"net"
	"net/netip"
	"slices"
	"strconv"
	"sync"
	"time"
)

// zoneAge is how long a zone's interface is remembered: links come and go.
const zoneAge = time.Second

// zones is the zones that a list names, and which interfaces they are: one can
// be written as a name or as a number (RFC 4007 section 11.2). The zero value is
// ready and safe for several goroutines.
type zones struct {
	listed []string

	mu    sync.Mutex
	known map[string]link
}

// link is an interface's index, 0 for none, and when that was looked up.
type link struct {
	index int
	at    time.Time
}

// note lists a zone; "" is none.
func (z *zones) note(zone string) {
	if zone != "" && !slices.Contains(z.listed, zone) {
		z.listed = append(z.listed, zone)
	}
}

// aliases calls yield with the zones that the list has for the interface of an
// address's zone, under another name, until it returns true.
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

// index is the interface that a zone names; 0 for none.
func (z *zones) index(zone string) int {
	if n, err := strconv.ParseUint(zone, 10, 31); err == nil {
		return int(n) // as the transports take it
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
