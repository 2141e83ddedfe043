package record

import (
	"strconv"

	"portkit/pkg/endpoint"
	"portkit/pkg/ndjson"
)

const (
	// maxSummary is the maximum length of a summary line. Longer ones are split, if
	// they have several ports.
	maxSummary = 1 << 20
	// minChunk is the minimum room for ports in a line.
	minChunk = 8 << 10
	// chunkNames is an upper bound of the length of all names of states and
	// reasons, with counts and punctuation.
	chunkNames = 2 << 10
)

// Summary appends s as a line with its LF, or as several lines that add up to s if
// one would be longer than 1 MiB.
func (e *Encoder) Summary(dst []byte, s *Summary) []byte {
	start := len(dst)
	dst = appendSummary(dst, s, s.Spans, s.Found, s.AcceptsAll, s.Unidentified)
	if len(dst)-start <= maxSummary+1 || s.Bad > 0 {
		return dst
	}
	dst = dst[:start]
	room := max(maxSummary-chunkNames-len(appendSummary(nil, s, nil, nil, s.AcceptsAll, s.Unidentified)), minChunk)
	part := *s
	for spans, found := s.Spans, s.Found; len(spans) > 0; {
		var some []Span
		n := 0
		some, spans, n = chunk(spans, found, room)
		first, last := some[0].First, some[len(some)-1].Last
		dst = appendSummary(dst, &part, some, found[:n], cut(s.AcceptsAll, first, last), cutUnidentified(s.Unidentified, first, last))
		found = found[n:]
		part.Stats = Stats{} // only in the first line
	}
	return dst
}

// chunk splits off as many of the first ports as are certain to fit in room, but
// at least one. It returns them, the rest, and the number of those in found.
func chunk(spans []Span, found []Found, room int) (some, rest []Span, n int) {
	const perPort = 2 * len("65535,") // for its state and for its reason
	for i, s := range spans {
		for port := int(s.First); port <= int(s.Last); port++ {
			size := perPort
			known := n < len(found) && int(found[n].Port) == port
			if known {
				size += found[n].size()
			}
			if room -= size; room < 0 && (len(some) > 0 || port > int(s.First)) {
				return cutSpans(some, spans[i:], port, n)
			}
			if known {
				n++
			}
		}
		some = append(some, s)
	}
	return some, nil, n
}

// cut returns the parts of spans that are in the ports first to last.
func cut(spans []Span, first, last uint16) (some []Span) {
	for _, s := range spans {
		if s.First, s.Last = max(s.First, first), min(s.Last, last); s.First <= s.Last {
			some = append(some, s)
		}
	}
	return some
}

// cutUnidentified is cut for ports without an app.
func cutUnidentified(spans []UnidentifiedSpan, first, last uint16) (some []UnidentifiedSpan) {
	for _, s := range spans {
		if s.First, s.Last = max(s.First, first), min(s.Last, last); s.First <= s.Last {
			some = append(some, s)
		}
	}
	return some
}

// cutSpans splits spans before port, which is in the first of them.
func cutSpans(some, spans []Span, port, n int) ([]Span, []Span, int) {
	rest := append([]Span(nil), spans...)
	if first := spans[0]; port > int(first.First) {
		first.Last = uint16(port - 1)
		some = append(some, first)
		rest[0].First = uint16(port)
	}
	return some, rest, n
}

// appendSummary appends a line with some of the ports of s.
func appendSummary(dst []byte, s *Summary, spans []Span, found []Found, acceptsAll []Span, unidentified []UnidentifiedSpan) []byte {
	var o ndjson.Object
	o.Add("kind", KindSummary)
	o.AddRaw(s.By)
	if s.Bad > 0 {
		o.Add("bad_records", s.Bad)
		return appendLine(dst, o)
	}
	o.Add("host", string(s.Host))
	o.Add("ip", addrText(s.Addr))
	o.Add("proto", s.Proto.String())
	addPorts(&o, spans)
	addFound(&o, found, acceptsAll, unidentified)
	o.Add("stats", s.Stats.object())
	return appendLine(dst, o)
}

// addPorts adds the open ports as an array, those of other states as ranges, the
// counts and the reasons.
func addPorts(o *ndjson.Object, spans []Span) {
	open := []uint16{}
	var states [endpoint.States]portRanges
	var reasons [endpoint.Reasons]portRanges
	for _, s := range spans {
		for port := int(s.First); s.State == endpoint.Open && port <= int(s.Last); port++ {
			open = append(open, uint16(port))
		}
		states[s.State].add(s)
		reasons[s.Reason].add(s)
	}
	o.Add("open", open)
	counts, byReason := ndjson.Object{}, ndjson.Object{}
	for state := endpoint.Open; state <= endpoint.Error; state++ {
		if state != endpoint.Open {
			o.Add(stateFields[state], states[state].String())
		}
		if n := states[state].ports; n > 0 {
			counts.Add(state.String(), int64(n))
		}
	}
	for r := endpoint.Reason(1); int(r) < endpoint.Reasons; r++ {
		byReason.Add(r.String(), reasons[r].String())
	}
	o.Add("counts", counts)
	o.Add("reasons", byReason)
}

// portRanges writes ascending ports as text: "1-21,23".
type portRanges struct {
	text        []byte
	first, last uint16 // the last range, not in text yet
	ports       int
}

// add adds the ports of s, which are higher than those added before.
func (r *portRanges) add(s Span) {
	switch {
	case r.ports == 0:
		r.text, r.first = make([]byte, 0, 64), s.First
	case s.First != r.last+1:
		r.text, r.first = append(r.appendTo(r.text), ','), s.First
	}
	r.last = s.Last
	r.ports += int(s.Last-s.First) + 1
}

func (r *portRanges) appendTo(text []byte) []byte {
	text = strconv.AppendUint(text, uint64(r.first), 10)
	if r.last > r.first {
		text = strconv.AppendUint(append(text, '-'), uint64(r.last), 10)
	}
	return text
}

// String returns the ranges; "" if no port was added.
func (r *portRanges) String() string {
	if r.ports == 0 {
		return ""
	}
	return string(r.appendTo(r.text))
}
