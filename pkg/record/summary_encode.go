package record

import (
	"strconv"

	"portkit/pkg/endpoint"
	"portkit/pkg/ndjson"
)

const (
	// maxSummary is the length of a summary line that is split, if it can
	// be: what any tool reads.
	maxSummary = 1 << 20
	// minChunk is how much is put in a line at least, beside what all lines
	// of the summary have in common.
	minChunk = 8 << 10
	// chunkNames is more than the names of all states and reasons with their
	// counts and punctuation take in a line.
	chunkNames = 2 << 10
)

// Summary appends s to dst as a line with its LF; as several lines that add
// up to s when one would be longer than 1 MiB.
func (e *Encoder) Summary(dst []byte, s *Summary) []byte {
	start := len(dst)
	dst = appendSummary(dst, s, s.Spans, s.Apps)
	if len(dst)-start <= maxSummary+1 || s.Bad > 0 {
		return dst
	}
	dst = dst[:start]
	room := max(maxSummary-chunkNames-len(appendSummary(nil, s, nil, nil)), minChunk)
	part := *s
	for spans, apps := s.Spans, s.Apps; len(spans) > 0; {
		var some []Span
		n := 0
		some, spans, n = chunk(spans, apps, room)
		dst = appendSummary(dst, &part, some, apps[:n])
		apps = apps[n:]
		part.Stats = Stats{} // they are in the first line
	}
	return dst
}

// chunk takes as many ports from the front of spans as surely fit in room,
// but at least one. It returns them, the rest, and how many apps are theirs.
func chunk(spans []Span, apps []App, room int) (some, rest []Span, n int) {
	const perPort = 2 * len("65535,") // once for its state, once for its reason
	for i, s := range spans {
		for port := int(s.First); port <= int(s.Last); port++ {
			size := perPort
			named := n < len(apps) && int(apps[n].Port) == port
			if named {
				size += len(`"65535":,`) + len(ndjson.AppendString(nil, apps[n].Name))
			}
			if room -= size; room < 0 && (len(some) > 0 || port > int(s.First)) {
				return cutSpans(some, spans[i:], port, n)
			}
			if named {
				n++
			}
		}
		some = append(some, s)
	}
	return some, nil, n
}

// cutSpans parts spans before port, which lies in the first of them.
func cutSpans(some, spans []Span, port, n int) ([]Span, []Span, int) {
	rest := append([]Span(nil), spans...)
	if first := spans[0]; port > int(first.First) {
		first.Last = uint16(port - 1)
		some = append(some, first)
		rest[0].First = uint16(port)
	}
	return some, rest, n
}

// appendSummary appends one line about some of the ports of s.
func appendSummary(dst []byte, s *Summary, spans []Span, apps []App) []byte {
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
	if len(apps) > 0 {
		var names ndjson.Object
		for _, a := range apps {
			names = append(names, ndjson.Member{Name: strconv.Itoa(int(a.Port)), Value: a.Name})
		}
		o.Add("apps", names)
	}
	o.Add("stats", s.Stats.object())
	return appendLine(dst, o)
}

// addPorts adds what a summary contains of the ports: the open ones as an
// array, those of the other states as ranges, the counts, and the reasons.
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
			counts.Add(state.String(), n)
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
	first, last uint16 // not in text yet, if ports > 0
	ports       int
}

// add adds the ports of s, which are above those before.
func (r *portRanges) add(s Span) {
	if r.ports > 0 && s.First != r.last+1 {
		r.text = append(r.appendTo(r.text), ',')
	}
	if r.ports == 0 || s.First != r.last+1 {
		r.first = s.First
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
