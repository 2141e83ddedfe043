package portgen

import (
	"encoding/binary"
	"math"
	"net/netip"
)

// emit writes n records of an entry: the one at index off and then every step-th.
func (e *emitter) emit(ent *entry, off, n number, step uint64) bool {
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
		return e.strides(ent, off, count, step)
	}
	ports := uint64(ent.ports.Len())
	addr, port := off.QuoRem64(ports)
	w := &walk{e: e, ent: ent, from: port, left: count}
	host, addrs := ent.host()
	switch {
	case addrs != nil:
		for _, a := range addrs[addr.Lo:] {
			e.head.set(host, a)
			if !w.ports() {
				break
			}
		}
	case host != "":
		e.head.set(host, ent.target.At(addr))
		w.ports()
	default:
		ent.target.Runs(addr, w.run)
	}
	return e.err == nil
}

// walk writes consecutive records: all ports of each address.
type walk struct {
	e    *emitter
	ent  *entry
	from uint64 // index of the first port at the next address
	left uint64 // records to write
}

// ports writes the ports of the current head. It returns false after the last record.
func (w *walk) ports() bool {
	// left may be MaxUint64: adding to it overflows.
	to := w.from + min(uint64(w.ent.ports.Len())-w.from, w.left)
	ok := w.e.ports(*w.ent.ports, int(w.from), int(to))
	w.left -= to - w.from
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
		if !w.ports() {
			return false
		}
		if a == last {
			return true
		}
	}
}

func (w *walk) run4(first, last [4]byte) bool {
	to := binary.BigEndian.Uint32(last[:])
	for a := binary.BigEndian.Uint32(first[:]); ; a++ {
		w.e.head.set4(a)
		if !w.ports() {
			return false
		}
		if a == to {
			return true
		}
	}
}

// strides writes n records, every step-th.
func (e *emitter) strides(ent *entry, off number, n, step uint64) bool {
	ports := uint64(ent.ports.Len())
	addr, port := off.QuoRem64(ports)
	addrStep, portStep := step/ports, step%ports
	set := *ent.ports
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
