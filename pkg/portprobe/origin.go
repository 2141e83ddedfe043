package portprobe

import (
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// origin is where the probes of this run leave from.
type origin struct {
	source netip.Addr // of --source; invalid: chosen by the kernel
	link   string     // of --interface; "": chosen by the routes
}

// checkTarget returns an error for a target that --source or --interface cannot reach,
// if the kernel reports none: a UDP probe leaves through the wrong interface, and
// one from ::1 is dropped by its receiver. Both would pass for evidence.
func (o origin) checkTarget(to netip.Addr) error {
	if o.source.IsLoopback() && o.source.Is6() && to.Is6() && !to.IsLoopback() && !isOwn(to) {
		return loopbackSource(o.source)
	}
	if !to.Is6() || to.Zone() == "" && !to.IsLinkLocalUnicast() {
		return nil
	}
	zone, from := to.Zone(), o.source.Zone()
	switch {
	case zone == "" && o.link == "" && from == "":
		return fmt.Errorf("%v is link-local and needs its link; use --interface or a zone, as in %v%%eth0", to, to)
	case zone == "":
		return nil
	case o.link != "" && linkIndex(o.link) != linkIndex(zone):
		return fmt.Errorf("%v is not on the link of --interface %s", to, o.link)
	case from != "" && linkIndex(from) != linkIndex(zone):
		return fmt.Errorf("%v is not on the link of --source %v", to, o.source)
	}
	return nil
}

func loopbackSource(a netip.Addr) error {
	return fmt.Errorf("--source %v is a loopback address, which reaches this machine only; use another address", a)
}

// zoned adds the zone to a link-local source address: the interface of
// --interface, or the only one that has the address.
func zoned(source netip.Addr, link string) (netip.Addr, error) {
	if !source.Is6() || !source.IsLinkLocalUnicast() || source.Zone() != "" {
		return source, nil
	}
	if link != "" {
		return source.WithZone(link), nil
	}
	var links []string
	for p, i := range interfacePrefixes() {
		if p.Addr() == source {
			links = append(links, i.Name)
		}
	}
	switch len(links) {
	case 0:
		return source, nil // the kernel reports that it is not this machine's
	case 1:
		return source.WithZone(links[0]), nil
	}
	return source, fmt.Errorf("--source: %v is on several links (%s); use --interface or a zone, as in %v%%%s",
		source, strings.Join(links, ", "), source, links[0])
}

// linkIndex returns the index of the interface that a zone names, which may be a
// number (RFC 4007 section 11.2); 0 if there is none.
func linkIndex(zone string) int {
	if i, err := net.InterfaceByName(zone); err == nil {
		return i.Index
	}
	n, _ := strconv.Atoi(zone)
	return n
}
