package nmap

import (
	"bytes"
	"strconv"
)

// portSet is a set of ports.
type portSet struct {
	bits [1 << 16 / 64]uint64
	any  bool
}

func (s *portSet) clear() {
	if s.any {
		*s = portSet{}
	}
}

// add adds a port, and reports whether it was not in the set.
func (s *portSet) add(port uint16) bool {
	s.any = true
	bit := uint64(1) << (port % 64)
	fresh := s.bits[port/64]&bit == 0
	s.bits[port/64] |= bit
	return fresh
}

// maxPorts is the maximum number of ports of a list: each once, and 0.
const maxPorts = 1 << 16

// ranges calls each for the ports of a list such as 1-21,23. It reports whether the list is
// valid. A list that repeats ports is not if it has more of them than there are, because a
// short one may have billions.
func ranges(list []byte, each func(port uint16) error) (valid bool, err error) {
	total := uint64(0)
	for item := range bytes.SplitSeq(list, []byte{','}) {
		first, last, is := bytes.Cut(item, []byte{'-'})
		if !is {
			last = first
		}
		from, err1 := strconv.ParseUint(string(first), 10, 16)
		to, err2 := strconv.ParseUint(string(last), 10, 16)
		if err1 != nil || err2 != nil || from > to {
			return false, nil
		}
		if total += to - from + 1; total > maxPorts {
			return false, nil
		}
		for port := from; port <= to; port++ {
			if err := each(uint16(port)); err != nil {
				return true, err
			}
		}
	}
	return true, nil
}
