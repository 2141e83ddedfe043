// Package origin is this machine as the origin of probes: its interfaces, --source and
// --interface, and why it could not send.
package origin

import (
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// Origin is where the packets of a run leave from.
type Origin struct {
	Source netip.Addr // of --source; invalid: chosen by the kernel
	Link   string     // of --interface; "": chosen by the routes
}

// Parse parses the values of --source and --interface, which are nil if absent.
func Parse(source, link *string) (o Origin, err error) {
	if source != nil {
		a, err := netip.ParseAddr(*source)
		if o.Source = a.Unmap(); err != nil || o.Source.IsUnspecified() {
			return o, fmt.Errorf("--source: %q is not the address of a host", *source)
		}
	}
	if link != nil {
		if _, err = net.InterfaceByName(*link); err != nil {
			return o, fmt.Errorf("--interface: no interface named %q", *link)
		}
		o.Link = *link
	}
	o.Source, err = zoned(o.Source, o.Link)
	return o, err
}

// CheckTarget returns an error for a target that --source or --interface cannot reach,
// if the kernel reports none: a UDP probe leaves through the wrong interface, and
// one from ::1 is dropped by its receiver. Both would pass for evidence.
func (o Origin) CheckTarget(to netip.Addr) error {
	if o.Source.IsLoopback() && o.Source.Is6() && to.Is6() && !to.IsLoopback() && !isOwn(to) {
		return loopbackSource(o.Source)
	}
	if !to.Is6() || to.Zone() == "" && !to.IsLinkLocalUnicast() {
		return nil
	}
	zone, from := to.Zone(), o.Source.Zone()
	switch {
	case zone == "" && o.Link == "" && from == "":
		return fmt.Errorf("%v is link-local and needs its link; use --interface or a zone, as in %v%%eth0", to, to)
	case zone == "":
		return nil
	case o.Link != "" && LinkIndex(o.Link) != LinkIndex(zone):
		return fmt.Errorf("%v is not on the link of --interface %s", to, o.Link)
	case from != "" && LinkIndex(from) != LinkIndex(zone):
		return fmt.Errorf("%v is not on the link of --source %v", to, o.Source)
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

// LinkIndex returns the index of the interface that a zone names, which may be a
// number (RFC 4007 section 11.2); 0 if there is none.
func LinkIndex(zone string) int {
	if i, err := net.InterfaceByName(zone); err == nil {
		return i.Index
	}
	n, _ := strconv.Atoi(zone)
	return n
}
