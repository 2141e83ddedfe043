package portgen

import (
	"encoding/binary"
	"math"
	"net/netip"

	"portkit/pkg/portspec"
)

// emit writes n records of an entry at some of its ports: the one at index off and then
// every step-th. The index counts all ports of the first address, then those of the next.
func (e *emitter) emit(ent *entry, ports *portspec.Set, off, n number, step uint64) bool {
	if ent.isError() {
		e.failed = true
		return e.write(ent.more.line)
	}
	e.extra = ent.extra()
	// Writing 2⁶⁴ records takes centuries.
	count := n.Lo
	if n.Hi > 0 {
		count = math.MaxUint64
	}
	if step > 1 {
		return e.strides(ent, *ports, off, count, step)
	}
	addr, port := off.QuoRem64(uint64(ports.Len()))
	w := &walk{e: e, ports: *ports, from: int(port), left: count}
	host, addrs := ent.host()
	switch {
	case addrs != nil:
		for _, a := range addrs[addr.Lo:] {
			e.head.set(host, a)
			if !w.row() {
				break
			}
		}
	case host != "":
		e.head.set(host, ent.target.At(addr))
		w.row()
	default:
		ent.target.Runs(addr, w.run)
	}
	return e.err == nil
}

// walk writes consecutive records: all ports of each address.
type walk struct {
	e     *emitter
	ports portspec.Set
	from  int    // index of the first port at the next address
	left  uint64 // records to write
}

// row writes the ports of the current head. It returns false after the last record.
func (w *walk) row() bool {
	// left may be MaxUint64: adding to it overflows.
	n := min(uint64(w.ports.Len()-w.from), w.left)
	ok := w.e.ports(w.ports, w.from, w.from+int(n))
	w.left -= n
	w.from = 0
	return ok && w.left > 0
}

// run writes the records of consecutive addresses.
func (w *walk) run(first, last netip.Addr) bool {
	if first.Is4() {
		return w.run4(first.As4(), last.As4())
	}
	for a := first; ; a = a.Next() {
		w.e.head.set("", a)
		if !w.row() {
			return false
		}
		if a == last {
			return true
		}
	}
}

func (w *walk) run4(first, last [4]byte) bool {
	a, to := binary.BigEndian.Uint32(first[:]), binary.BigEndian.Uint32(last[:])
	if w.ports.Len() == 1 && w.e.extra == nil && to-a >= minColumn {
		return w.column(a, uint64(to-a)+1)
	}
	for ; ; a++ {
		w.e.head.set4(a)
		if !w.row() {
			return false
		}
		if a == to {
			return true
		}
	}
}

// minColumn is the number of addresses below which preparing a column takes more time
// than it saves.
const minColumn = 8

// column writes the records of the only port at the addresses from a on.
func (w *walk) column(a uint32, addrs uint64) bool {
	n := min(addrs, w.left)
	port, proto := w.ports.At(0)
	w.left -= n
	return w.e.writeColumn(a, n, port, proto) && w.left > 0
}

// strides writes n records, every step-th.
func (e *emitter) strides(ent *entry, set portspec.Set, off number, n, step uint64) bool {
	ports := uint64(set.Len())
	addr, port := off.QuoRem64(ports)
	addrStep, portStep := step/ports, step%ports
	e.head.set(ent.at(addr))
	for {
		if n--; !e.ports(set, int(port), int(port)+1) || n == 0 {
			return e.err == nil
		}
		more := addrStep
		if port += portStep; port >= ports {
			port -= ports
			more++
		}
		if more > 0 {
			addr = addr.Add64(more)
			e.head.set(ent.at(addr))
		}
	}
}
