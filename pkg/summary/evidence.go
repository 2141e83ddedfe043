package summary

import (
	"portkit/pkg/endpoint"
	"portkit/pkg/record"
)

// evidence contains, for each endpoint.Unidentified, the results of the ports with that
// evidence and no text about the service, and first those of the ports at which the host
// accepts every connection. Thousands of ports of a host may have it, in few spans. Results
// that a better one has replaced count no longer.
type evidence [endpoint.UnidentifiedCount]*Ports

// addEvidence adds the result of a port to those with an evidence.
func (m *more) addEvidence(of endpoint.Unidentified, p port) {
	if m.evidence == nil {
		m.evidence = new(evidence)
	}
	if m.evidence[of] == nil {
		m.evidence[of] = new(Ports)
	}
	m.evidence[of].add(p.number, p.code)
}

// identify adds what is known of the service on a port, whose result is p.code.
func (m *more) identify(w *words, p port) {
	old, known := m.services[p.number]
	if !known && p.found == nil {
		m.addEvidence(p.unidentified, p)
		return
	}
	if !known {
		old.unidentified = m.unidentified(p)
	}
	if p.found == nil {
		p.found = &found{unidentified: p.unidentified}
	}
	if m.services == nil {
		m.services = map[uint16]service{}
	}
	m.services[p.number] = old.or(w, p.found)
}

// unidentified returns why there is no app at a port without a service, whose result is
// p.code; 0 if that is unknown.
func (m *more) unidentified(p port) endpoint.Unidentified {
	if m.evidence == nil {
		return 0
	}
	for why := 1; why < len(m.evidence); why++ {
		if ports := m.evidence[why]; ports != nil && ports.get(p.number) == p.code {
			return endpoint.Unidentified(why)
		}
	}
	return 0
}

// writeEvidence writes the ports at which the host accepts every connection, and the other
// ones without an app, into out, which contains the results.
func (m *more) writeEvidence(out *record.Summary) {
	var all Ports // with an evidence in place of a result
	if m.evidence != nil {
		for of, ports := range m.evidence {
			if ports != nil {
				all.Merge(m.current(endpoint.Unidentified(of), ports, out.Spans))
			}
		}
	}
	for port, s := range m.services {
		if s.app == 0 && s.unidentified > 0 {
			all.add(port, evidenceCode(s.unidentified))
		}
	}
	for _, s := range all.AppendSpans(nil) {
		if why := endpoint.Unidentified(codeIn(s) - evidenceCode(0)); why == 0 {
			out.AcceptsAll = append(out.AcceptsAll, record.Span{First: s.First, Last: s.Last})
		} else {
			out.Unidentified = append(out.Unidentified, record.UnidentifiedSpan{First: s.First, Last: s.Last, Why: why})
		}
	}
}

// evidenceCode returns a code for an evidence, or for 0: that the host accepts every
// connection. Lower ones are better, as among results.
func evidenceCode(of endpoint.Unidentified) code { return code(of) + 1 }

// current returns those of ports that have the same result in results, with the code of
// the evidence. A port with a service has the evidence of that, but may also accept
// every connection.
func (m *more) current(of endpoint.Unidentified, ports *Ports, results []record.Span) (spans []record.Span) {
	at := lookup{spans: results}
	for _, span := range ports.AppendSpans(nil) {
		for port := int(span.First); port <= int(span.Last); port++ {
			if at.of(uint16(port)) != codeIn(span) {
				continue
			}
			if _, known := m.services[uint16(port)]; of == 0 || !known {
				spans = push(spans, spanOf(uint16(port), uint16(port), evidenceCode(of)))
			}
		}
	}
	return spans
}
