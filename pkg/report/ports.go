package report

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"portkit/pkg/endpoint"
	"portkit/pkg/record"
)

// Port is a port of a protocol.
type Port struct {
	Number uint16
	Proto  endpoint.Proto
}

// String returns "22/tcp".
func (p Port) String() string { return fmt.Sprintf("%d/%s", p.Number, p.Proto) }

// Compare orders ports by number, then TCP before UDP.
func (p Port) Compare(q Port) int {
	return cmp.Or(cmp.Compare(p.Number, q.Number), cmp.Compare(p.Proto, q.Proto))
}

// OpenPort is an open port with what is known of the service there.
type OpenPort struct {
	Port
	record.Found
	// Why is why no app was recognized; 0 if one was or no tool tried.
	Why endpoint.Unidentified
}

// AppendOpenPorts appends the open ports of a record, ascending, without those of
// Host.Folded.
func AppendOpenPorts(dst []OpenPort, r *record.Summary) []OpenPort {
	found, unidentified := r.Found, r.Unidentified
	rest, _ := SplitFolded(r)
	for _, s := range rest {
		if s.State != endpoint.Open {
			continue
		}
		for port := int(s.First); port <= int(s.Last); port++ {
			for len(found) > 0 && int(found[0].Port) < port {
				found = found[1:]
			}
			open := OpenPort{Port: Port{uint16(port), r.Proto}}
			if len(found) > 0 && int(found[0].Port) == port {
				open.Found = found[0]
			}
			for len(unidentified) > 0 && int(unidentified[0].Last) < port {
				unidentified = unidentified[1:]
			}
			if len(unidentified) > 0 && int(unidentified[0].First) <= port {
				open.Why = unidentified[0].Why
			}
			dst = append(dst, open)
		}
	}
	return dst
}

// SplitAccepting returns spans without the open ports in acceptsAll, at which the host
// accepts every connection without a service, and these ports.
func SplitAccepting(spans, acceptsAll []record.Span) (rest, accepting []record.Span) {
	if len(acceptsAll) == 0 {
		return spans, nil
	}
	for _, s := range spans {
		for s.State == endpoint.Open {
			for len(acceptsAll) > 0 && acceptsAll[0].Last < s.First {
				acceptsAll = acceptsAll[1:]
			}
			if len(acceptsAll) == 0 || acceptsAll[0].First > s.Last {
				break
			}
			part := s
			if part.First = max(s.First, acceptsAll[0].First); part.First > s.First {
				before := s
				before.Last = part.First - 1
				rest = append(rest, before)
			}
			part.Last = min(s.Last, acceptsAll[0].Last)
			accepting = append(accepting, part)
			if part.Last == s.Last {
				s.State = 0 // nothing is left
			}
			s.First = part.Last + 1
		}
		if s.State != 0 {
			rest = append(rest, s)
		}
	}
	return rest, accepting
}

// SortPorts sorts ports.
func SortPorts(ports []OpenPort) {
	slices.SortFunc(ports, func(a, b OpenPort) int { return a.Port.Compare(b.Port) })
}

// OpenSpans returns the spans of open ports.
func OpenSpans(spans []record.Span) []record.Span {
	return slices.DeleteFunc(slices.Clone(spans), func(s record.Span) bool { return s.State != endpoint.Open })
}

// Ranges lists the ports of a state: "22,80-90".
func Ranges(spans []record.Span, state endpoint.State) string {
	var b []byte
	for i := 0; i < len(spans); i++ {
		if spans[i].State != state {
			continue
		}
		first, last := spans[i].First, spans[i].Last
		for i+1 < len(spans) && spans[i+1].State == state && spans[i+1].First == last+1 {
			i++
			last = spans[i].Last
		}
		if len(b) > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendUint(b, uint64(first), 10)
		if last > first {
			b = strconv.AppendUint(append(b, '-'), uint64(last), 10)
		}
	}
	return string(b)
}

// ProtoRanges returns Ranges after the protocol, as portgen -p accepts it:
// "tcp:22,80-90". Without the protocol, spreadsheets read a number or a date.
func ProtoRanges(s *record.Summary, state endpoint.State) string {
	list := Ranges(s.Spans, state)
	if list == "" {
		return ""
	}
	return s.Proto.String() + ":" + list
}

// PortHosts counts the hosts of each port, by protocol. Until Sum, each element is
// the difference to the element before.
type PortHosts [2][1<<16 + 1]int

// Add counts a host for the ports of spans.
func (c *PortHosts) Add(p endpoint.Proto, spans ...record.Span) {
	for _, s := range spans {
		c[p&1][s.First]++
		c[p&1][int(s.Last)+1]--
	}
}

// Sum completes the counts after the last Add.
func (c *PortHosts) Sum() {
	for proto := range c {
		for port := range 1 << 16 {
			c[proto][port+1] += c[proto][port]
		}
	}
}

// Of returns the number of hosts of a port.
func (c *PortHosts) Of(p Port) int { return c[p.Proto&1][p.Number] }

// Ports returns the ports that have hosts, those of most hosts first.
func (c *PortHosts) Ports() (ports []Port) {
	for proto := range c {
		for number, n := range c[proto] {
			if n > 0 {
				ports = append(ports, Port{uint16(number), endpoint.Proto(proto)})
			}
		}
	}
	slices.SortFunc(ports, func(a, b Port) int { return cmp.Or(cmp.Compare(c.Of(b), c.Of(a)), a.Compare(b)) })
	return ports
}
