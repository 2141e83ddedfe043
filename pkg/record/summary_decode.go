package record

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"portkit/pkg/endpoint"
	"portkit/pkg/ndjson"
)

// Summary parses a line that Result reported as a summary with these fields. Only
// s.Fields shares memory with the line. The error is a *Bad.
func (d *Decoder) Summary(l ndjson.Line, fields []ndjson.Field, s *Summary) error {
	if err := s.read(fields); err != nil {
		return NewBad(l, "summary", "the summary record is damaged: "+err.Error())
	}
	if s.Unusable != nil {
		s.Unusable.No = l.No
	}
	return nil
}

// read parses the fields of a summary, except the counts, which follow from the
// ports.
func (s *Summary) read(fields []ndjson.Field) error {
	*s = Summary{By: s.By, Host: s.Host[:0], Spans: s.Spans[:0], Found: s.Found[:0], Unidentified: s.Unidentified[:0], Stats: s.Stats, Fields: fields}
	if err := readStats(Last(fields, "stats"), &s.Stats); err != nil {
		s.Stats = Stats{}
		s.unusable(err.Error())
	}
	if bad := Last(fields, "bad_records"); bad != nil {
		return s.readBad(bad)
	}
	if err := s.readKey(); err != nil {
		return err
	}
	states, err := readStates(fields)
	if err != nil {
		return err
	}
	reasons, err := s.readReasons(Last(fields, "reasons"))
	if err != nil {
		return err
	}
	if s.Spans, err = withReasons(s.Spans, states, reasons); err != nil {
		return err
	}
	return s.readFound(fields)
}

// unusable records a value that is ignored.
func (s *Summary) unusable(msg string) { s.Unusable = s.Unusable.add(msg) }

func (s *Summary) readBad(value []byte) error {
	n, err := ndjson.Int(value)
	switch {
	case err != nil:
		return within("bad_records", err)
	case n < 1:
		return fmt.Errorf("bad_records: %d is less than 1", n)
	case Last(s.Fields, "host") != nil || Last(s.Fields, "ip") != nil:
		return errors.New("bad_records cannot be combined with host")
	}
	s.Bad = uint64(n)
	return nil
}

// readKey parses host, ip and proto.
func (s *Summary) readKey() error {
	var hostText, ipText []byte
	host, addr, p := parseWhere(Last(s.Fields, "host"), Last(s.Fields, "ip"), &hostText, &ipText)
	s.Host, s.Addr = append(s.Host, host...), addr
	if p == nil {
		s.Proto, p = parseProto(Last(s.Fields, "proto"))
	}
	if p != nil {
		return errors.New(p.msg)
	}
	return nil
}

// readStates parses the ports of each state and returns them ascending.
func readStates(fields []ndjson.Field) (spans []Span, err error) {
	for state := endpoint.Open; state <= endpoint.Error; state++ {
		value := Last(fields, stateFields[state])
		switch {
		case value == nil:
			continue
		case state == endpoint.Open:
			spans, err = readOpen(ndjson.Decode(value))
		default:
			spans, err = readRanges(spans, ndjson.Decode(value), Span{State: state})
		}
		if err != nil {
			return nil, within(stateFields[state], err)
		}
	}
	spans, port := ascending(spans, func(a, b Span) bool { return a.State == b.State })
	if port > 0 {
		return nil, fmt.Errorf("port %d is listed with two states", port)
	}
	if len(spans) == 0 {
		return nil, errors.New("no port is listed")
	}
	return spans, nil
}

func readOpen(v any) ([]Span, error) {
	ports, ok := v.([]any)
	if !ok {
		return nil, fmt.Errorf("%s is not an array", show(v))
	}
	spans := make([]Span, 0, len(ports))
	for _, v := range ports {
		n, err := integer(v)
		if err == nil && (n < 1 || n > 65535) {
			err = fmt.Errorf("port %d is outside 1-65535", n)
		}
		if err != nil {
			return nil, err
		}
		spans = append(spans, Span{First: uint16(n), Last: uint16(n), State: endpoint.Open})
	}
	return spans, nil
}

// readReasons parses the ports of each reason and returns them ascending.
func (s *Summary) readReasons(value []byte) (spans []Span, err error) {
	if value == nil {
		return nil, nil
	}
	err = eachMember(ndjson.Decode(value), func(name string, v any) (err error) {
		reason, ok := endpoint.ParseReason([]byte(name))
		if !ok {
			s.unusable(fmt.Sprintf("reason %q is unknown", ndjson.Show([]byte(name))))
			return nil
		}
		spans, err = readRanges(spans, v, Span{Reason: reason})
		return within(name, err)
	})
	if err != nil {
		return nil, within("reasons", err)
	}
	spans, port := ascending(spans, func(a, b Span) bool { return a.Reason == b.Reason })
	if port > 0 {
		return nil, fmt.Errorf("port %d is listed with two reasons", port)
	}
	return spans, nil
}

// readRanges appends a span for each range that v lists, with the state or
// reason of like.
func readRanges(spans []Span, v any, like Span) ([]Span, error) {
	text, ok := v.(string)
	if !ok {
		return nil, fmt.Errorf("%s is not a string", show(v))
	}
	for part := range strings.SplitSeq(text, ",") {
		first, last, ok := strings.Cut(part, "-")
		if !ok {
			last = first
		}
		a, errA := strconv.ParseUint(first, 10, 16)
		b, errB := strconv.ParseUint(last, 10, 16)
		if errA != nil || errB != nil || a < 1 || b < a {
			return nil, fmt.Errorf("%q is not a port range such as 80 or 1-1024", ndjson.Show([]byte(part)))
		}
		like.First, like.Last = uint16(a), uint16(b)
		spans = append(spans, like)
	}
	return spans, nil
}

// ascending sorts spans and merges those that overlap and are alike. If others
// overlap, it returns a port that both contain.
func ascending(spans []Span, alike func(a, b Span) bool) ([]Span, uint16) {
	slices.SortFunc(spans, func(a, b Span) int { return cmp.Compare(a.First, b.First) })
	out := spans[:0]
	for _, s := range spans {
		if n := len(out); n > 0 && s.First <= out[n-1].Last {
			if !alike(out[n-1], s) {
				return nil, s.First
			}
			out[n-1].Last = max(out[n-1].Last, s.Last)
			continue
		}
		out = append(out, s)
	}
	return out, 0
}

// withReasons appends the spans of states to dst, split where the reason changes.
func withReasons(dst, states, reasons []Span) ([]Span, error) {
	for _, s := range states {
		for part := s; ; part.First = part.Last + 1 {
			part.Last, part.Reason = s.Last, 0
			if len(reasons) > 0 && reasons[0].First <= s.Last {
				switch r := &reasons[0]; {
				case r.First < part.First:
					return nil, noState(r)
				case r.First > part.First:
					part.Last = r.First - 1
				case r.Last <= s.Last:
					part.Last, part.Reason = r.Last, r.Reason
					reasons = reasons[1:]
				default:
					part.Reason = r.Reason
					r.First = s.Last + 1
				}
			}
			dst = append(dst, part)
			if part.Last == s.Last {
				break
			}
		}
	}
	if len(reasons) > 0 {
		return nil, noState(&reasons[0])
	}
	return dst, nil
}

func noState(reason *Span) error {
	return fmt.Errorf("port %d has a reason but no state", reason.First)
}

// has reports whether Spans contains port.
func (s *Summary) has(port uint16) bool {
	_, ok := s.find(port)
	return ok
}

// find returns the index of the span that contains port.
func (s *Summary) find(port uint16) (i int, ok bool) {
	return findSpan(s.Spans, port)
}

// State returns the state of a port, 0 if Spans does not contain it.
func (s *Summary) State(port uint16) endpoint.State {
	if i, ok := s.find(port); ok {
		return s.Spans[i].State
	}
	return 0
}

// AcceptsAllAt reports whether the host accepts every connection at a port.
func (s *Summary) AcceptsAllAt(port uint16) bool {
	_, ok := findSpan(s.AcceptsAll, port)
	return ok
}

// foundAt returns what is known of the service on a port; nil for nothing.
func (s *Summary) foundAt(port uint16) *Found {
	i, ok := slices.BinarySearchFunc(s.Found, port, func(f Found, port uint16) int { return int(f.Port) - int(port) })
	if !ok {
		return nil
	}
	return &s.Found[i]
}

// UnidentifiedAt returns why no app was recognized at a port, 0 if one was or no tool tried.
func (s *Summary) UnidentifiedAt(port uint16) endpoint.Unidentified {
	i, ok := slices.BinarySearchFunc(s.Unidentified, port, func(s UnidentifiedSpan, port uint16) int {
		return Span{First: s.First, Last: s.Last}.compare(port)
	})
	if !ok {
		return 0
	}
	return s.Unidentified[i].Why
}

// findSpan returns the index of the span that contains port.
func findSpan(spans []Span, port uint16) (i int, ok bool) {
	return slices.BinarySearchFunc(spans, port, Span.compare)
}

// compare returns whether s is before (-1), after (1) or at a port.
func (s Span) compare(port uint16) int {
	switch {
	case s.Last < port:
		return -1
	case s.First > port:
		return 1
	}
	return 0
}
