package portgen

import (
	"net/netip"

	"portkit/pkg/cli"
	"portkit/pkg/portspec"
	"portkit/pkg/target"
)

// entry is a target with its ports: a sequence of records. In other than linear order
// all entries are in memory, so the fields of few entries are separate.
type entry struct {
	target target.Target
	ports  *portspec.Set
	more   *details
}

type details struct {
	host     string       // the target as written, if that is not the address's canonical form
	extra    []byte       // user fields, as in record.Input
	resolved bool         // addrs replace the target's addresses
	addrs    []netip.Addr // addresses of a name, resolved or from the list
	line     []byte       // an error record, instead of all fields but message
	message  string       // to report
}

func errorEntry(line []byte) entry { return entry{more: &details{line: line}} }

// size returns the number of records. ok is false on overflow.
func (e *entry) size() (n number, ok bool) {
	if e.isError() {
		return num(1), true
	}
	return times(e.addresses(), uint64(e.ports.Len()))
}

// addTo returns sum and the number of records. It fails on overflow.
func (e *entry) addTo(sum number) (number, error) {
	n, ok := e.size()
	sum, fits := plus(sum, n)
	if !ok || !fits {
		return sum, cli.Usagef("the targets make 2^128 records or more")
	}
	return sum, nil
}

// addresses returns the number of records of each port.
func (e *entry) addresses() number {
	switch {
	case e.isError():
		return num(1)
	case e.more != nil && e.more.resolved:
		return num(uint64(len(e.more.addrs)))
	}
	return e.target.Count()
}

func (e *entry) isError() bool { return e.more != nil && e.more.line != nil }

// detail returns the details, which it creates if necessary.
func (e *entry) detail() *details {
	if e.more == nil {
		e.more = new(details)
	}
	return e.more
}

// at returns the i-th address, and the host as of host.
func (e *entry) at(i number) (host string, addr netip.Addr) {
	host, extra := e.host()
	if extra != nil {
		return host, extra[i.Lo]
	}
	return host, e.target.At(i)
}

// host returns the host to write ("" for the address itself), and the addresses of a
// name that was looked up.
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

// extra returns the user fields.
func (e *entry) extra() []byte {
	if e.more == nil {
		return nil
	}
	return e.more.extra
}
