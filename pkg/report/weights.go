package report

import (
	"bufio"
	"cmp"
	"io"
	"iter"
	"slices"
	"strconv"

	"portkit/pkg/endpoint"
	"portkit/pkg/record"
)

// weight is on how many hosts a port is open.
type weight struct {
	port  uint16
	proto endpoint.Proto
	hosts uint64
}

// Weights writes a line "port/proto weight" for each port that is open
// somewhere: on how many hosts it is. Most hosts come first, of equal ones the
// lower port, and tcp before udp: portspec.ReadPortsFile reads it so. records
// has each host once for a protocol, as summary.Sum.Records without groups.
func Weights(w io.Writer, records iter.Seq[*record.Summary]) error {
	out := bufio.NewWriterSize(w, 64<<10)
	var line []byte
	for _, it := range weigh(records) {
		line = strconv.AppendUint(line[:0], uint64(it.port), 10)
		line = append(append(append(line, '/'), it.proto.String()...), ' ')
		line = append(strconv.AppendUint(line, it.hosts, 10), '\n')
		out.Write(line) // what fails is kept for Flush
	}
	return out.Flush()
}

// weigh counts hosts, and puts ports in the order of Weights.
func weigh(records iter.Seq[*record.Summary]) (found []weight) {
	hosts := new([2][1 << 16]uint64)
	for r := range records {
		for _, s := range r.Spans {
			for port := int(s.First); s.State == endpoint.Open && port <= int(s.Last); port++ {
				hosts[r.Proto&1][port]++
			}
		}
	}
	for proto := range hosts {
		for port, n := range hosts[proto] {
			if n > 0 {
				found = append(found, weight{uint16(port), endpoint.Proto(proto), n})
			}
		}
	}
	slices.SortFunc(found, func(x, y weight) int {
		return cmp.Or(cmp.Compare(y.hosts, x.hosts), cmp.Compare(x.port, y.port), cmp.Compare(x.proto, y.proto))
	})
	return found
}
