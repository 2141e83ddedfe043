package portgen

import (
	"net/netip"

	"portkit/pkg/portspec"
	"portkit/pkg/target"
)

// entry is one target with its ports: so many records, in a fixed order. A
// random order holds all entries in memory, so what few of them have stands
// apart.
type entry struct {
	target target.Target
	ports  *portspec.Set
	more   *details
}

type details struct {
	host   string       // the target as written, where that is not the address's own text
	extra  []byte       // the user's fields, as in record.Input
	looked bool         // addrs are the name's
	addrs  []netip.Addr // what a name was resolved to, or was given with it
	line   []byte       // an error record: only said counts beside it
	said   string       // what to tell the user about it
}

// errorEntry is the entry of an error record.
func errorEntry(line []byte) entry { return entry{more: &details{line: line}} }

// size returns how many records the entry makes; ok is false where that does
// not fit.
func (e *entry) size() (n number, ok bool) {
	if e.isError() {
		return num(1), true
	}
	return times(e.addresses(), uint64(e.ports.Len()))
}

func (e *entry) addresses() number {
	if e.more != nil && e.more.looked {
		return num(uint64(len(e.more.addrs)))
	}
	return e.target.Count()
}

// isError reports whether the entry is an error record.
func (e *entry) isError() bool { return e.more != nil && e.more.line != nil }

// detail returns the entry's details, made where there are none yet.
func (e *entry) detail() *details {
	if e.more == nil {
		e.more = new(details)
	}
	return e.more
}

// at returns the i-th address, and the host where that is not the address's
// own text.
func (e *entry) at(i number) (host string, addr netip.Addr) {
	host, extra := e.host()
	if extra != nil {
		return host, extra[i.Lo]
	}
	return host, e.target.At(i)
}

// host returns the host to write, "" for the address itself, and the looked
// up addresses if there are any.
func (e *entry) host() (string, []netip.Addr) {
	name, _ := e.target.Name()
	if e.more == nil {
		return name, nil
	}
	if e.more.host != "" {
		name = e.more.host
	}
	return name, e.more.addrs
}

// extra returns the user's fields.
func (e *entry) extra() []byte {
	if e.more == nil {
		return nil
	}
	return e.more.extra
}
