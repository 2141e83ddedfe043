package nmap

import (
	"bytes"
	"math/bits"
	"strconv"

	"portkit/pkg/endpoint"
)

// portSet is a set of ports, with 0.
type portSet struct {
	bits [1 << 16 / 64]uint64
	any  bool // it may have some
}

func (s *portSet) clear() {
	if s.any {
		*s = portSet{}
	}
}

// add adds a port.
func (s *portSet) add(port uint16) {
	s.any = true
	s.bits[port/64] |= 1 << (port % 64)
}

// addRange adds the ports from first to last.
func (s *portSet) addRange(first, last uint16) {
	s.any = true
	for i := first / 64; i <= last/64; i++ {
		word := ^uint64(0)
		if i == first/64 {
			word <<= first % 64
		}
		if i == last/64 {
			word &= ^uint64(0) >> (63 - last%64)
		}
		s.bits[i] |= word
	}
}

// addList adds the ports of a list such as 1-21,23, and reports whether it is valid. If not, what
// is before the error has been added.
func (s *portSet) addList(list []byte) (valid bool) {
	for item := range bytes.SplitSeq(list, []byte{','}) {
		first, last, is := bytes.Cut(item, []byte{'-'})
		if !is {
			last = first
		}
		from, err1 := strconv.ParseUint(string(first), 10, 16)
		to, err2 := strconv.ParseUint(string(last), 10, 16)
		if err1 != nil || err2 != nil || from > to {
			return false
		}
		s.addRange(uint16(from), uint16(to))
	}
	return true
}

// beyond returns the number of ports of s that are not in other.
func (s *portSet) beyond(other *portSet) (n uint64) {
	for i := range s.bits {
		n += uint64(bits.OnesCount64(s.bits[i] &^ other.bits[i]))
	}
	return n
}

// eachBeyond calls each for the ports of s that are not in other, and adds them to it.
func (s *portSet) eachBeyond(other *portSet, each func(port uint16) error) error {
	for i := range s.bits {
		fresh := s.bits[i] &^ other.bits[i]
		if fresh == 0 {
			continue
		}
		other.any = true
		other.bits[i] |= fresh
		for ; fresh != 0; fresh &= fresh - 1 {
			if err := each(uint16(i*64 + bits.TrailingZeros64(fresh))); err != nil {
				return err
			}
		}
	}
	return nil
}

// scannedPorts are the ports that were scanned, by protocol.
type scannedPorts struct {
	sets    [2]portSet
	unknown bool // there are others
}

// add adds the ports of a list in which a scan names them.
func (s *scannedPorts) add(proto, list []byte) {
	p, ok := endpoint.ParseProto(bytes.ToLower(proto))
	s.unknown = s.unknown || !ok || !s.sets[p].addList(list)
}

// unlisted returns the number of ports that were scanned and are not listed; 0 if that is
// unknown.
func (s *scannedPorts) unlisted(listed *[2]portSet) (n uint64) {
	if s.unknown {
		return 0
	}
	for p := range s.sets {
		n += s.sets[p].beyond(&listed[p])
	}
	return n
}
