package report

import (
	"fmt"
	"slices"
	"strings"

	"portkit/pkg/endpoint"
	"portkit/pkg/record"
)

// Unidentified returns why the service on a port is unknown: "not identified (silent)"; ""
// if it is known or no tool tried to identify it.
func (p *OpenPort) Unidentified() string {
	if p.Why == 0 || p.Why.String() == endpoint.EvidenceProbed { // recognized by another scanner
		return ""
	}
	return notIdentified(p.Why.String())
}

func notIdentified(why string) string { return "not identified (" + why + ")" }

// isFolded reports whether ports that are not identified for this reason are written
// together if they are on a host that accepts every connection: they are most likely like
// those at which that was seen.
func isFolded(why endpoint.Unidentified) bool {
	return why.String() == endpoint.EvidenceSilent || why.String() == endpoint.EvidenceNotAsked
}

// FoldedPorts are open ports of a host that reports write together.
type FoldedPorts struct {
	Ports  int
	Ranges string
	What   string // what is known of the ports
}

// String returns the ports, with their ranges unless these are longer than a limit:
// "59 ports (tcp:1-21,23-60): every connection is accepted, without a service".
func (f *FoldedPorts) String() string {
	const maxRanges = 44
	if len(f.Ranges) > maxRanges {
		return fmt.Sprintf("%d ports: %s", f.Ports, f.What)
	}
	return fmt.Sprintf("%d %s (%s): %s", f.Ports, Noun(f.Ports, "port", "ports"), f.Ranges, f.What)
}

// Folded returns the ports that are written together: those at which the host accepts
// every connection without a service, and if there are any, those that are silent or were
// not asked.
func (h *Host) Folded() (all []FoldedPorts) {
	var accepting, others foldedList
	var counts [endpoint.UnidentifiedCount]int
	for i := range h.Records {
		r := &h.Records[i]
		accepting.add(r.Proto, r.AcceptsAll)
		if len(r.AcceptsAll) == 0 {
			continue
		}
		var spans []record.Span
		for _, s := range r.Unidentified {
			if isFolded(s.Why) {
				spans = append(spans, record.Span{First: s.First, Last: s.Last})
				counts[s.Why] += int(s.Last-s.First) + 1
			}
		}
		others.add(r.Proto, spans)
	}
	if accepting.ports > 0 {
		all = append(all, accepting.folded("every connection is accepted, without a service"))
	}
	if others.ports > 0 {
		all = append(all, others.folded(notIdentified(EvidenceText(&counts))))
	}
	return all
}

// EvidenceText lists evidence with the number of its ports, "90 silent, 51 not-asked", or
// without it if there is only one.
func EvidenceText(counts *[endpoint.UnidentifiedCount]int) string {
	var words, numbered []string
	for why, n := range counts {
		if n > 0 {
			words = append(words, endpoint.Unidentified(why).String())
			numbered = append(numbered, fmt.Sprintf("%d %s", n, words[len(words)-1]))
		}
	}
	if len(words) == 1 {
		return words[0]
	}
	return strings.Join(numbered, ", ")
}

// foldedList collects ports of several protocols.
type foldedList struct {
	ports int
	lists []string
}

func (l *foldedList) add(p endpoint.Proto, spans []record.Span) {
	if len(spans) == 0 {
		return
	}
	for _, s := range spans {
		l.ports += int(s.Last-s.First) + 1
	}
	l.lists = append(l.lists, p.String()+":"+Ranges(spans, spans[0].State))
}

func (l *foldedList) folded(what string) FoldedPorts {
	return FoldedPorts{l.ports, strings.Join(l.lists, "; "), what}
}

// foldedSpans returns the ports of a record that Host.Folded contains, ascending.
func foldedSpans(r *record.Summary) []record.Span {
	if len(r.AcceptsAll) == 0 || len(r.Unidentified) == 0 {
		return r.AcceptsAll
	}
	spans := slices.Clone(r.AcceptsAll)
	for _, s := range r.Unidentified {
		if isFolded(s.Why) {
			spans = append(spans, record.Span{First: s.First, Last: s.Last})
		}
	}
	slices.SortFunc(spans, func(a, b record.Span) int { return int(a.First) - int(b.First) })
	return spans
}

// SplitFolded returns the spans of a record without the open ports that Host.Folded
// contains, and these.
func SplitFolded(r *record.Summary) (rest, folded []record.Span) {
	return SplitAccepting(r.Spans, foldedSpans(r))
}
