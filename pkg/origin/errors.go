package origin

import (
	"errors"
	"fmt"
	"net/netip"
	"syscall"
	"time"
)

// facts are the settings of this machine that explain why it cannot probe an
// address. A zero value is unknown or does not apply.
type facts struct {
	routed  bool          // there is a route to the address
	route   refusingRoute // the route that drops or rejects packets to it
	source  bool          // the address of --source is this machine's
	ipv6Off string        // setting that switches IPv6 off
	ports   string        // range of local ports
}

// obstacle explains an error of this machine; "" if the facts add nothing to the
// system's own text.
func (o Origin) explain(err error, to netip.Addr, f facts) string {
	is := func(e syscall.Errno) bool { return errors.Is(err, e) }
	family := "-4"
	if to.Is6() {
		family = "-6"
	}
	switch {
	case o.Source.IsValid() && o.Source.Is4() != to.Is4():
		return fmt.Sprintf("--source %v is of another address family than %v; use an address of the same family", o.Source, to)
	case f.ipv6Off != "":
		return fmt.Sprintf("IPv6 is switched off on this machine (%s = 1)", f.ipv6Off)
	case o.Source.IsLoopback() && !to.IsLoopback() && is(syscall.EINVAL):
		return loopbackSource(o.Source).Error()
	case f.route.kind != "":
		return fmt.Sprintf("this machine's route to %v is of the type %s; see: ip %s route show table all type %s",
			f.route.to, f.route.kind, family, f.route.kind)
	case is(syscall.ENETUNREACH) && o.Link != "":
		return fmt.Sprintf("this machine has no route to %v through %s", to, o.Link)
	case is(syscall.ENETUNREACH):
		return fmt.Sprintf("this machine has no route to %v", to)
	case is(syscall.EPERM) && f.routed:
		return fmt.Sprintf("this machine's own firewall drops or rejects packets to %v", to)
	case is(syscall.EADDRNOTAVAIL) && o.Source.IsValid() && !f.source:
		return fmt.Sprintf("--source %v is not an address of this machine", o.Source)
	case f.ports != "" && (is(syscall.EADDRINUSE) || is(syscall.EADDRNOTAVAIL)):
		return fmt.Sprintf("all local ports are in use (net.ipv4.ip_local_port_range = %s); widen the range or lower --concurrency", f.ports)
	}
	return ""
}

// refusal is a route that drops or rejects packets.
type refusingRoute struct {
	kind string // as in ip-route(8)
	to   netip.Prefix
}

// refusingTypes maps errors to the type of the routes that cause them.
var refusingTypes = map[syscall.Errno]string{
	syscall.EINVAL: "blackhole", syscall.EHOSTUNREACH: "unreachable", syscall.EACCES: "prohibit",
}

// refuses returns the most specific route of a list that explains an error.
func mostSpecific(list []refusingRoute, errno syscall.Errno, to netip.Addr) (found refusingRoute) {
	for _, r := range list {
		if r.kind == refusingTypes[errno] && r.to.Contains(to.WithZone("")) && (found.kind == "" || r.to.Bits() > found.to.Bits()) {
			found = r
		}
	}
	return found
}

// Errors caches the causes of errors for a second, so that a million records
// with the same error cost little. One goroutine uses it.
type Errors struct {
	known    map[errorKey]facts
	refusing map[bool][]refusingRoute // by whether they are for IPv6
	since    time.Time
}

// errorKey identifies errors that are assumed to have the same cause.
type errorKey struct {
	errno syscall.Errno
	near  netip.Prefix
	zone  string
}

const maxErrorKeys = 4096

// Explain returns the text of an error of this machine at an address.
func (s *Errors) Explain(o Origin, to netip.Addr, err error) string {
	var errno syscall.Errno
	if !errors.As(err, &errno) {
		return err.Error()
	}
	if text := o.explain(errno, to, s.facts(o, errno, to)); text != "" {
		return text
	}
	return errno.Error()
}

func (s *Errors) facts(o Origin, errno syscall.Errno, to netip.Addr) facts {
	if time.Since(s.since) > time.Second || len(s.known) >= maxErrorKeys {
		*s = Errors{map[errorKey]facts{}, map[bool][]refusingRoute{}, time.Now()}
	}
	bits := 24
	if to.Is6() {
		bits = 64
	}
	near, _ := to.WithZone("").Prefix(bits)
	key := errorKey{errno, near, to.Zone()}
	f, ok := s.known[key]
	if !ok {
		f = o.gather(to)
		s.known[key] = f
	}
	if refusingTypes[errno] != "" && !f.routed {
		list, ok := s.refusing[to.Is6()]
		if !ok {
			list = refusingRoutes(to.Is6())
			s.refusing[to.Is6()] = list
		}
		f.route = mostSpecific(list, errno, to)
	}
	return f
}
