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
	dst = append(dst, `{"kind":"summary"`...)
	if len(s.By) > 0 {
		dst = append(append(dst, ','), s.By...)
	}
	if s.Bad > 0 {
		dst = append(dst, `,"bad_records":`...)
		return append(strconv.AppendUint(dst, s.Bad, 10), "}\n"...)
	}
	dst = ndjson.AppendString(append(dst, `,"host":`...), s.Host)
	if s.Addr.IsValid() {
		dst = ndjson.AppendString(append(dst, `,"ip":`...), s.Addr.String())
	}
	dst = append(append(append(dst, `,"proto":"`...), s.Proto.String()...), '"')
	dst = appendOpen(append(dst, `,"open":`...), spans)
	for state := endpoint.Closed; state <= endpoint.Error; state++ {
		dst = appendRanges(dst, stateFields[state], spans, func(s Span) bool { return s.State == state })
	}
	dst = appendCounts(dst, spans)
	dst = appendReasons(dst, spans)
	dst = appendApps(dst, apps)
	dst = appendStats(dst, &s.Stats)
	return append(dst, "}\n"...)
}

// appendOpen appends the open ports as an array.
func appendOpen(dst []byte, spans []Span) []byte {
	dst = append(dst, '[')
	start := len(dst)
	for _, s := range spans {
		for port := int(s.First); s.State == endpoint.Open && port <= int(s.Last); port++ {
			if len(dst) > start {
				dst = append(dst, ',')
			}
			dst = strconv.AppendInt(dst, int64(port), 10)
		}
	}
	return append(dst, ']')
}

// appendRanges appends a field with the ports of the spans that are wanted
// as ranges, "1-21,23"; nothing if there are none.
func appendRanges(dst []byte, name string, spans []Span, want func(Span) bool) []byte {
	before := len(dst)
	dst = append(append(append(dst, `,"`...), name...), `":"`...)
	start := len(dst)
	for i := 0; i < len(spans); i++ {
		if !want(spans[i]) {
			continue
		}
		first, last := spans[i].First, spans[i].Last
		for i+1 < len(spans) && want(spans[i+1]) && spans[i+1].First == last+1 {
			i++
			last = spans[i].Last
		}
		if len(dst) > start {
			dst = append(dst, ',')
		}
		dst = strconv.AppendUint(dst, uint64(first), 10)
		if last > first {
			dst = strconv.AppendUint(append(dst, '-'), uint64(last), 10)
		}
	}
	if len(dst) == start {
		return dst[:before]
	}
	return append(dst, '"')
}

// appendCounts appends how many ports there are of each state that has any.
func appendCounts(dst []byte, spans []Span) []byte {
	var counts [endpoint.States]int
	for _, s := range spans {
		counts[s.State] += int(s.Last-s.First) + 1
	}
	dst = append(dst, `,"counts":{`...)
	for state, n := range counts {
		if n > 0 {
			dst = append(append(append(dst, '"'), endpoint.State(state).String()...), `":`...)
			dst = append(strconv.AppendInt(dst, int64(n), 10), ',')
		}
	}
	return closeObject(dst)
}

// appendReasons appends the ports of each reason, by name.
func appendReasons(dst []byte, spans []Span) []byte {
	var has [endpoint.Reasons]bool
	for _, s := range spans {
		has[s.Reason] = true
	}
	dst = append(dst, `,"reasons":{`...)
	for r := endpoint.Reason(1); int(r) < endpoint.Reasons; r++ {
		if !has[r] {
			continue
		}
		at := len(dst)
		dst = appendRanges(dst, r.String(), spans, func(s Span) bool { return s.Reason == r })
		dst = append(append(dst[:at], dst[at+1:]...), ',') // the comma behind, not before
	}
	return closeObject(dst)
}

func appendApps(dst []byte, apps []App) []byte {
	if len(apps) == 0 {
		return dst
	}
	dst = append(dst, `,"apps":{`...)
	for _, a := range apps {
		dst = append(strconv.AppendUint(append(dst, '"'), uint64(a.Port), 10), `":`...)
		dst = append(ndjson.AppendString(dst, a.Name), ',')
	}
	return closeObject(dst)
}

// closeObject ends an object whose members were written with a comma behind
// each.
func closeObject(dst []byte) []byte {
	if dst[len(dst)-1] == ',' {
		dst = dst[:len(dst)-1]
	}
	return append(dst, '}')
}
