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

// summaryFields are the values of a summary record's known fields; a field
// that is given twice counts as it was given last. Those of a blank one are nil.
type summaryFields struct {
	host, ip, proto, reasons, apps, stats, bad []byte
	states                                     [endpoint.States][]byte
}

func pickSummary(fields []ndjson.Field) (v summaryFields) {
	for _, f := range fields {
		if Blank(f.Value) {
			f.Value = nil
		}
		switch string(f.Key) {
		case "host":
			v.host = f.Value
		case "ip":
			v.ip = f.Value
		case "proto":
			v.proto = f.Value
		case "reasons":
			v.reasons = f.Value
		case "apps":
			v.apps = f.Value
		case "stats":
			v.stats = f.Value
		case "bad_records":
			v.bad = f.Value
		default:
			for state := endpoint.Open; state <= endpoint.Error; state++ {
				if string(f.Key) == stateFields[state] {
					v.states[state] = f.Value
				}
			}
		}
	}
	return v
}

// Summary reads a line that Result found to be a summary record with these
// fields. It refers to nothing of the line but in Fields. The error is a *Bad.
func (d *Decoder) Summary(l ndjson.Line, fields []ndjson.Field, s *Summary) error {
	if err := s.read(fields); err != nil {
		return NewBad(l, "summary", "the summary record is damaged: "+err.Error())
	}
	if s.Unusable != nil {
		s.Unusable.No = l.No
	}
	return nil
}

// read reads a summary record's fields into s. The counts are not read: they
// follow from the ports.
func (s *Summary) read(fields []ndjson.Field) error {
	v := pickSummary(fields)
	*s = Summary{By: s.By, Host: s.Host[:0], Spans: s.Spans[:0], Apps: s.Apps[:0], Stats: s.Stats, Fields: fields}
	if err := readStats(v.stats, &s.Stats); err != nil {
		s.Stats = Stats{}
		s.unusable(err.Error())
	}
	if v.bad != nil {
		return s.readBad(v)
	}
	if err := s.readKey(v); err != nil {
		return err
	}
	states, err := readStates(v)
	if err != nil {
		return err
	}
	reasons, err := s.readReasons(v.reasons)
	if err != nil {
		return err
	}
	if s.Spans, err = withReasons(s.Spans, states, reasons); err != nil {
		return err
	}
	return s.readApps(v.apps)
}

// unusable notes a value that counts as absent.
func (s *Summary) unusable(msg string) { s.Unusable = s.Unusable.add(msg) }

func (s *Summary) readBad(v summaryFields) error {
	n, err := ndjson.Int(v.bad)
	switch {
	case err != nil:
		return fmt.Errorf("bad_records: %w", err)
	case n < 1:
		return fmt.Errorf("bad_records: %d is less than 1", n)
	case v.host != nil || v.ip != nil:
		return errors.New("bad_records cannot be combined with host")
	}
	s.Bad = uint64(n)
	return nil
}

// readKey reads what the record is about.
func (s *Summary) readKey(v summaryFields) error {
	if v.host == nil && v.ip == nil {
		return errors.New("host is missing")
	}
	if v.ip != nil {
		ip, err := ndjson.Text(v.ip, nil)
		if s.Addr, _ = parseAddr(ip); err != nil || !s.Addr.IsValid() {
			return fmt.Errorf("ip %s is not an address", ndjson.Show(v.ip))
		}
		s.Host = s.Addr.AppendTo(s.Host)
	}
	if v.host != nil {
		host, err := ndjson.Text(v.host, nil)
		if err != nil || len(host) == 0 {
			return fmt.Errorf("host %s is not a name or address", ndjson.Show(v.host))
		}
		if s.Host = append(s.Host[:0], host...); v.ip == nil {
			s.Addr, _ = parseAddr(host)
		}
	}
	proto, p := parseProto(v.proto)
	if s.Proto = proto; p != nil {
		return errors.New(p.msg)
	}
	return nil
}

// readStates reads which ports have which state, ascending.
func readStates(v summaryFields) ([]Span, error) {
	spans, err := readOpen(v.states[endpoint.Open])
	for state := endpoint.Closed; state <= endpoint.Error && err == nil; state++ {
		if v.states[state] != nil {
			spans, err = readRanges(spans, v.states[state], Span{State: state})
		}
		if err != nil {
			err = fmt.Errorf("%s: %w", stateFields[state], err)
		}
	}
	if err != nil {
		return nil, err
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

func readOpen(value []byte) ([]Span, error) {
	if value == nil {
		return nil, nil
	}
	ports, err := ndjson.Elements(value, nil)
	if err != nil {
		return nil, fmt.Errorf("open: %w", err)
	}
	spans := make([]Span, 0, len(ports))
	for _, raw := range ports {
		n, err := ndjson.Int(raw)
		if err == nil && (n < 1 || n > 65535) {
			err = fmt.Errorf("port %d is outside 1-65535", n)
		}
		if err != nil {
			return nil, fmt.Errorf("open: %w", err)
		}
		spans = append(spans, Span{First: uint16(n), Last: uint16(n), State: endpoint.Open})
	}
	return spans, nil
}

// readReasons reads which ports have which reason, ascending.
func (s *Summary) readReasons(value []byte) ([]Span, error) {
	if value == nil {
		return nil, nil
	}
	fields, err := scanObject(value)
	if err != nil {
		return nil, fmt.Errorf("reasons: %w", err)
	}
	var spans []Span
	for _, f := range fields {
		reason, ok := endpoint.ParseReason(f.Key)
		if !ok {
			s.unusable(fmt.Sprintf("reason %q is unknown", ndjson.Show(f.Key)))
			continue
		}
		if spans, err = readRanges(spans, f.Value, Span{Reason: reason}); err != nil {
			return nil, fmt.Errorf("reasons: %s: %w", reason, err)
		}
	}
	spans, port := ascending(spans, func(a, b Span) bool { return a.Reason == b.Reason })
	if port > 0 {
		return nil, fmt.Errorf("port %d is listed with two reasons", port)
	}
	return spans, nil
}

// scanObject finds the members of a value that has to be an object, without
// the blank ones.
func scanObject(value []byte) ([]ndjson.Field, error) {
	if kind := ndjson.Kind(value); kind != "an object" {
		return nil, fmt.Errorf("%s is not an object", ndjson.Show(value))
	}
	fields, err := ndjson.Scan(value, nil)
	return slices.DeleteFunc(fields, func(f ndjson.Field) bool { return Blank(f.Value) }), err
}

// readRanges appends what a string of ranges lists, each like like.
func readRanges(spans []Span, value []byte, like Span) ([]Span, error) {
	text, err := ndjson.Text(value, nil)
	if err != nil {
		return nil, err
	}
	for part := range strings.SplitSeq(string(text), ",") {
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

// ascending sorts spans and joins those that overlap and are alike. If some
// overlap that are not, it returns a port that both have.
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

// withReasons appends the spans of states to dst, parted where the reasons
// change.
func withReasons(dst, states, reasons []Span) ([]Span, error) {
	for _, s := range states {
		for s.First <= s.Last {
			part := s
			if len(reasons) > 0 && reasons[0].First <= s.First {
				part.Reason, part.Last = reasons[0].Reason, min(s.Last, reasons[0].Last)
			} else if len(reasons) > 0 && reasons[0].First <= s.Last {
				part.Last = reasons[0].First - 1
			}
			dst = append(dst, part)
			if part.Reason != 0 {
				if reasons[0].First != part.First {
					return nil, fmt.Errorf("port %d has a reason but no state", reasons[0].First)
				}
				reasons = dropFirst(reasons, part.Last)
			}
			if part.Last == s.Last {
				break
			}
			s.First = part.Last + 1
		}
	}
	if len(reasons) > 0 {
		return nil, fmt.Errorf("port %d has a reason but no state", reasons[0].First)
	}
	return dst, nil
}

// dropFirst drops the ports up to last, which lies in the first span.
func dropFirst(spans []Span, last uint16) []Span {
	if spans[0].Last == last {
		return spans[1:]
	}
	spans[0].First = last + 1
	return spans
}

// readApps reads which ports were recognized as what.
func (s *Summary) readApps(value []byte) error {
	if value == nil {
		return nil
	}
	fields, err := scanObject(value)
	if err != nil {
		return fmt.Errorf("apps: %w", err)
	}
	for _, f := range fields {
		port, err := strconv.ParseUint(string(f.Key), 10, 16)
		if err != nil || !s.has(uint16(port)) {
			return fmt.Errorf("apps: %q is not a listed port", ndjson.Show(f.Key))
		}
		name, err := ndjson.Text(f.Value, nil)
		if err != nil {
			s.unusable(fmt.Sprintf("apps: %d: %v", port, err))
			continue
		}
		s.Apps = append(s.Apps, App{uint16(port), string(name)})
	}
	slices.SortFunc(s.Apps, func(a, b App) int { return cmp.Compare(a.Port, b.Port) })
	for i := range max(0, len(s.Apps)-1) {
		if port := s.Apps[i].Port; port == s.Apps[i+1].Port {
			return fmt.Errorf("apps: port %d is listed twice", port)
		}
	}
	return nil
}

// has says whether port is in Spans.
func (s *Summary) has(port uint16) bool {
	_, ok := s.find(port)
	return ok
}

// find returns which of Spans has port.
func (s *Summary) find(port uint16) (i int, ok bool) {
	return slices.BinarySearchFunc(s.Spans, port, func(s Span, port uint16) int {
		switch {
		case s.Last < port:
			return -1
		case s.First > port:
			return 1
		}
		return 0
	})
}
